package dev.chirograph.jdbc;

import dev.chirograph.spi.LogEntry;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Dot;
import dev.chirograph.spi.LogItem;
import java.time.Instant;
import java.util.UUID;

/**
 * An entry of this node that has no dot yet, with what takes time to compute.
 *
 * @param spot where its item stands
 * @param hash of an item that consists of it alone, which does not depend on the dot
 */
record OwnEntry(Body body, Spot spot, long hash, BodyBytes bytes) {

  private static final Dot NOWHERE = new Dot("", new UUID(0, 0), 0);

  static OwnEntry of(Body body) {
    BodyBytes bytes = new BodyBytes(body);
    LogItem alone = LogItem.of(new LogEntry(NOWHERE, Instant.EPOCH, body));
    return new OwnEntry(body, bytes.spot(), alone.hash(), bytes);
  }

  Incoming at(Dot dot, Instant at) {
    return new Incoming(LogItem.of(new LogEntry(dot, at, body)), spot, hash, bytes);
  }
}
