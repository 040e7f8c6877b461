package dev.chirograph.log;

import dev.chirograph.SyncException;
import dev.chirograph.spi.LogEntry;
import dev.chirograph.spi.LogItem;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * How much one request may hold, and one entry.
 *
 * @param items the largest number of items, hashes, keys or slices in one request or page
 * @param bytes the largest sum of payloads in a page
 * @param payloadBytes the largest payload of an entry
 */
public record LogLimits(int items, long bytes, int payloadBytes) {

  /** The longest version of a key, name of a node and location of a content, in characters. */
  public static final int MAX_TEXT = 1_024;

  /** So many items a node sends at most, so that whoever has the standard limits takes them. */
  static final int AT_ONCE = 10_000;

  public LogLimits {
    if (items < 1 || bytes < 1 || payloadBytes < 0) {
      throw SyncException.invalid(
          "limits are at least 1 item and 1 byte, not " + items + " and " + bytes);
    }
  }

  /** 10,000 items, 8 MiB in a page, 256 KiB in an entry. */
  public static LogLimits standard() {
    return new LogLimits(10_000, 8 << 20, 256 << 10);
  }

  void check(String what, int number) {
    if (number > items) {
      throw SyncException.invalid("at most " + items + " " + what + " are allowed, not " + number);
    }
  }

  /** The bytes of the payloads of an item. */
  static long bytes(LogItem item) {
    return bytes(item.last()) + item.added().map(LogLimits::bytes).orElse(0L);
  }

  private static long bytes(LogEntry entry) {
    return entry.body().payload().getBytes(StandardCharsets.UTF_8).length;
  }

  /** Why an item is not taken from elsewhere; empty when it is. */
  Optional<String> obstacle(LogItem item) {
    Optional<String> last = obstacle(item.last());
    return last.isPresent() ? last : item.added().flatMap(this::obstacle);
  }

  private Optional<String> obstacle(LogEntry entry) {
    LogEntry.Body body = entry.body();
    if (body.key().isEmpty()) {
      return Optional.of("its key is empty");
    }
    if (entry.dot().number() < 1) {
      return Optional.of("its number at its origin is not positive");
    }
    if (isTooLong(body.version())
        || isTooLong(entry.dot().node())
        || isTooLong(body.content().location())) {
      return Optional.of("its version, node or location has more than " + MAX_TEXT + " characters");
    }
    if (!body.content().sha256().matches("([0-9a-f]{64})?") || body.content().size() < 0) {
      return Optional.of("its content has no SHA-256 in lower-case hexadecimal, or no size");
    }
    if (body.payload().length() > payloadBytes
        || body.payload().getBytes(StandardCharsets.UTF_8).length > payloadBytes) {
      return Optional.of("its payload has more than " + payloadBytes + " bytes");
    }
    return Optional.empty();
  }

  private static boolean isTooLong(String text) {
    return text.length() > MAX_TEXT;
  }
}
