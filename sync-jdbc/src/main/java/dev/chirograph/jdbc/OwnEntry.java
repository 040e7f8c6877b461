package dev.chirograph.jdbc;

import dev.chirograph.Key;
import dev.chirograph.spi.LogEntry;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Dot;
import dev.chirograph.spi.LogItem;
import java.time.Instant;
import java.util.UUID;

/**
 * An entry of this node that has no dot yet, with what takes time to compute.
 *
 * @param spot where its item stands in the order of buckets
 * @param hash of an item that consists of it alone, which does not depend on the dot
 */
record OwnEntry(Key spot, long hash, Body body) {

  private static final Dot NOWHERE = new Dot("", new UUID(0, 0), 0);

  static OwnEntry of(Body body) {
    return new OwnEntry(
        LogBytes.spot(body.key(), body.version()),
        LogItem.of(new LogEntry(NOWHERE, Instant.EPOCH, body)).hash(),
        body);
  }

  Incoming at(Dot dot, Instant at) {
    return new Incoming(spot, hash, LogItem.of(new LogEntry(dot, at, body)));
  }
}
