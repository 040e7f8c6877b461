package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import dev.chirograph.spi.LogContext.Life;
import dev.chirograph.spi.LogEntry;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Merge;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Refuses what cannot be stored as it is, before anything is done. */
final class LogChecks {

  static final int MAX_TEXT = 1_024;
  static final int MAX_PAYLOAD_BYTES = 1 << 20;
  private static final int MAX_NAME = 200;
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  private LogChecks() {}

  /** The name of a log, a node or a member, checked. */
  static String name(String what, String name) {
    if (name.isEmpty() || name.length() > MAX_NAME || Names.fault(name).isPresent()) {
      throw SyncException.invalid(
          "the name of a "
              + what
              + " has 1 to "
              + MAX_NAME
              + " characters of Unicode text without NUL: '"
              + name
              + "'");
    }
    return name;
  }

  /** Refuses a list in which an entry cannot be stored. */
  static void append(List<Body> bodies) {
    for (Body body : bodies) {
      fault(body).ifPresent(why -> refuse("cannot append the entry ", body, why));
    }
  }

  /** Refuses a merge of which something cannot be stored. */
  static void merge(Merge merge) {
    name("peer", merge.peer());
    for (LogItem item : merge.items()) {
      fault(item.last())
          .or(() -> item.added().flatMap(LogChecks::fault))
          .ifPresent(why -> refuse("cannot merge the item of ", item.last().body(), why));
    }
    merge
        .context()
        .seen()
        .keySet()
        .forEach(
            life ->
                fault(life)
                    .ifPresent(
                        why -> {
                          throw SyncException.invalid(
                              "cannot merge what " + merge.peer() + " has seen: " + why);
                        }));
  }

  private static void refuse(String what, Body body, String why) {
    throw SyncException.invalid(what + body.id() + " about " + body.key() + ": " + why);
  }

  private static Optional<String> fault(LogEntry entry) {
    if (entry.dot().number() < 1) {
      return Optional.of("its number at its origin is not positive");
    }
    return fault(new Life(entry.dot().node(), entry.dot().epoch())).or(() -> fault(entry.body()));
  }

  private static Optional<String> fault(Life life) {
    return text("the name of its node", life.node());
  }

  private static Optional<String> fault(Body body) {
    if (body.key().isEmpty()) {
      return Optional.of("its key is empty");
    }
    return text("its version", body.version())
        .or(() -> fault(body.content()))
        .or(() -> payload(body.payload()));
  }

  private static Optional<String> fault(Content content) {
    if (content.size() < 0 || (!content.isNone() && !SHA256.matcher(content.sha256()).matches())) {
      return Optional.of("its content has no SHA-256 in lower-case hexadecimal, or no size");
    }
    return text("the location of its content", content.location());
  }

  private static Optional<String> payload(String payload) {
    if (payload.length() > MAX_PAYLOAD_BYTES
        || (3L * payload.length() > MAX_PAYLOAD_BYTES
            && LogBytes.of(payload).length > MAX_PAYLOAD_BYTES)) {
      return Optional.of("its payload has more than " + MAX_PAYLOAD_BYTES + " bytes");
    }
    return surrogate("its payload", payload);
  }

  private static Optional<String> text(String what, String text) {
    return text.length() > MAX_TEXT
        ? Optional.of(what + " has more than " + MAX_TEXT + " characters")
        : surrogate(what, text);
  }

  /** A lone surrogate has no UTF-8 form, so no other node could be told of it. */
  private static Optional<String> surrogate(String what, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        return Optional.of(what + " holds a lone surrogate");
      }
    }
    return Optional.empty();
  }

  /**
   * Refuses what is no digest.
   *
   * @throws SyncException of kind INVALID_ARGUMENT
   */
  static String sha256(String sha256) {
    if (!SHA256.matcher(sha256).matches()) {
      throw SyncException.invalid(
          "a content is known by its SHA-256 in lower-case hexadecimal, not by '" + sha256 + "'");
    }
    return sha256;
  }
}
