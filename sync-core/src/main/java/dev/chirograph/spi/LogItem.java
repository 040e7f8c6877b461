package dev.chirograph.spi;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.spi.LogEntry.Operation;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Objects;
import java.util.Optional;

/**
 * All that a log knows of one version of one key: the entry that wins, and the one that added it
 * where that is another.
 *
 * <p>Items join: whatever the order in which the entries of a version arrive, and however often,
 * the item is the same on every node. Deleted wins over deprecated, deprecated over added; among
 * entries that say the same the greater id wins.
 *
 * @param last the entry that wins
 * @param added the winning addition of a deprecated version, whose content is its content; empty in
 *     every other item
 */
public record LogItem(LogEntry last, Optional<LogEntry> added) {

  public LogItem {
    Objects.requireNonNull(last, "last");
    Objects.requireNonNull(added, "added");
    if (added.isPresent()) {
      check(last, added.get());
    }
  }

  private static void check(LogEntry last, LogEntry added) {
    if (last.body().operation() != Operation.DEPRECATE
        || added.body().operation() != Operation.ADD
        || !added.body().key().equals(last.body().key())
        || !added.body().version().equals(last.body().version())) {
      throw SyncException.invalid(
          "only the addition of the same version goes with an entry that deprecates one, not "
              + named(added)
              + " with "
              + named(last));
    }
  }

  private static String named(LogEntry entry) {
    LogEntry.Body body = entry.body();
    return body.operation() + " of " + body.key() + " in version '" + body.version() + "'";
  }

  /** What one entry says. */
  public static LogItem of(LogEntry entry) {
    return new LogItem(entry, Optional.empty());
  }

  /** The key. */
  public Key key() {
    return last.body().key();
  }

  /** The version. */
  public String version() {
    return last.body().version();
  }

  /** Whether the version is gone. */
  public boolean isDeleted() {
    return last.body().operation() == Operation.DELETE;
  }

  /** What the version consists of; nothing when it is gone, or nobody has told yet. */
  public LogEntry.Content content() {
    return isDeleted()
        ? LogEntry.Content.NONE
        : added.map(entry -> entry.body().content()).orElse(last.body().content());
  }

  /**
   * This item and another of the same key and version, made one.
   *
   * @return this very object when the other adds nothing
   */
  public LogItem join(LogItem other) {
    LogItem joined = join(other.last);
    return other.added.isPresent() ? joined.join(other.added.get()) : joined;
  }

  private LogItem join(LogEntry entry) {
    boolean wins = entry.beats(last);
    LogEntry winner = wins ? entry : last;
    if (winner.body().operation() != Operation.DEPRECATE) {
      return wins ? of(entry) : this;
    }
    Optional<LogEntry> addition = addition(addition(added, last), entry);
    return !wins && addition.equals(added) ? this : new LogItem(winner, addition);
  }

  private static Optional<LogEntry> addition(Optional<LogEntry> best, LogEntry entry) {
    return entry.body().operation() == Operation.ADD && (best.isEmpty() || entry.beats(best.get()))
        ? Optional.of(entry)
        : best;
  }

  /** A 64-bit hash of what the item says, by which the logs of two nodes are compared. */
  public long hash() {
    byte[] key = key().toBytes();
    byte[] version = version().getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + key.length + version.length + 32);
    bytes.putInt(key.length).put(key).putInt(version.length).put(version);
    bytes.putLong(last.body().id().getMostSignificantBits());
    bytes.putLong(last.body().id().getLeastSignificantBits());
    added.ifPresent(
        entry ->
            bytes
                .putLong(entry.body().id().getMostSignificantBits())
                .putLong(entry.body().id().getLeastSignificantBits()));
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(bytes.array(), 0, bytes.position());
      return ByteBuffer.wrap(sha256.digest()).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
