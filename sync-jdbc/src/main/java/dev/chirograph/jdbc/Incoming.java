package dev.chirograph.jdbc;

import dev.chirograph.spi.LogContext.Life;
import dev.chirograph.spi.LogEntry;
import dev.chirograph.spi.LogItem;
import java.util.stream.Stream;

/**
 * An item on its way into a log, with what takes time to compute.
 *
 * @param spot where it stands
 * @param hash what logs compare
 * @param last the body of the entry that wins
 */
record Incoming(LogItem item, Spot spot, long hash, BodyBytes last) {

  static Incoming of(LogItem item) {
    BodyBytes bytes = new BodyBytes(item.last().body());
    return new Incoming(item, bytes.spot(), item.hash(), bytes);
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
