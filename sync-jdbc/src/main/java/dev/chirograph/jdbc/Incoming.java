package dev.chirograph.jdbc;

import dev.chirograph.Key;
import dev.chirograph.spi.LogContext.Life;
import dev.chirograph.spi.LogEntry;
import dev.chirograph.spi.LogItem;
import java.util.stream.Stream;

/**
 * An item on its way into a log, with what takes time to compute.
 *
 * @param spot where it stands in the order of buckets
 * @param hash what logs compare
 */
record Incoming(Key spot, long hash, LogItem item) {

  static Incoming of(LogItem item) {
    return new Incoming(LogBytes.spot(item.key(), item.version()), item.hash(), item);
  }

  /** The entries of which the item consists. */
  Stream<LogEntry> entries() {
    return Stream.concat(Stream.of(item.last()), item.added().stream());
  }

  /** The lives that the item names. */
  Stream<Life> lives() {
    return entries().map(entry -> new Life(entry.dot().node(), entry.dot().epoch()));
  }
}
