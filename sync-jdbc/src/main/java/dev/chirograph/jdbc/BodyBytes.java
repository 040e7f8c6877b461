package dev.chirograph.jdbc;

import dev.chirograph.spi.LogEntry.Body;

/** A body as it stands in columns: made before the log is locked, since it takes time. */
final class BodyBytes {

  final byte[] id;
  final int operation;
  final byte[] sha256;
  final long size;
  final byte[] location;
  final byte[] key;
  final byte[] version;
  final byte[] payload;

  BodyBytes(Body body) {
    this.id = LogBytes.of(body.id());
    this.operation = StoredEntry.number(body.operation());
    this.sha256 = StoredEntry.sha256(body.content());
    this.size = body.content().size();
    this.location = LogBytes.of(body.content().location());
    this.key = body.key().toBytes();
    this.version = LogBytes.of(body.version());
    this.payload = LogBytes.of(body.payload());
  }

  Spot spot() {
    return Spot.of(key, version);
  }
}
