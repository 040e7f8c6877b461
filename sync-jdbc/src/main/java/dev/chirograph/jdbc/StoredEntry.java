package dev.chirograph.jdbc;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.spi.LogContext.Life;
import dev.chirograph.spi.LogEntry;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Dot;
import dev.chirograph.spi.LogEntry.Operation;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * An entry as it is stored: a number stands for node and epoch.
 *
 * <p>One that stands beside another in a row is a record of its own, big-endian: format (1), life
 * (8), dot (8), seconds (8), nanoseconds (4), and the body. A body is its id (16), operation (1)
 * and size (8), and then digest, location and payload, each after its length (4).
 *
 * @param life stands for node and epoch of the dot
 * @param dot the number of the dot
 */
record StoredEntry(long life, long dot, Instant at, Body body) {

  private static final byte FORMAT = 1;
  private static final int FIXED_BYTES = 1 + 3 * Long.BYTES + Integer.BYTES;
  private static final int FIXED_BODY_BYTES = 3 * Long.BYTES + 1 + 3 * Integer.BYTES;

  /** By their numbers, which never change. */
  private static final List<Operation> OPERATIONS =
      List.of(Operation.ADD, Operation.DEPRECATE, Operation.DELETE);

  static StoredEntry of(LogEntry entry, long life) {
    return new StoredEntry(life, entry.dot().number(), entry.at(), entry.body());
  }

  /**
   * The entry.
   *
   * @param of what its life stands for
   */
  LogEntry entry(Life of) {
    return new LogEntry(new Dot(of.node(), of.epoch(), dot), at, body);
  }

  // ---- as bytes

  /** The record; without key and version, which stand in the row. */
  byte[] encode() {
    byte[] tail = encode(body);
    return ByteBuffer.allocate(FIXED_BYTES + tail.length)
        .put(FORMAT)
        .putLong(life)
        .putLong(dot)
        .putLong(at.getEpochSecond())
        .putInt(at.getNano())
        .put(tail)
        .array();
  }

  /**
   * Reads a record.
   *
   * @throws SyncException of kind CORRUPT when it is none
   */
  static StoredEntry decode(byte[] bytes, Key key, String version) {
    return read(
        bytes,
        in -> {
          long life = in.getLong();
          long dot = in.getLong();
          Instant at = Instant.ofEpochSecond(in.getLong(), in.getInt());
          return new StoredEntry(life, dot, at, decode(in, key, version));
        });
  }

  /** Gives a record whose dot lies above a number in one life to another life; else nothing. */
  static Optional<byte[]> renamed(byte[] record, long life, long above, long other) {
    StoredEntry entry = decode(record, Key.EMPTY, "");
    return entry.life == life && entry.dot > above
        ? Optional.of(new StoredEntry(other, entry.dot, entry.at, entry.body).encode())
        : Optional.empty();
  }

  /** A body that has no row yet, with key and version. */
  static byte[] encodeWhole(Body body) {
    byte[] key = body.key().toBytes();
    byte[] version = LogBytes.of(body.version());
    byte[] tail = encode(body);
    return ByteBuffer.allocate(1 + 2 * Integer.BYTES + key.length + version.length + tail.length)
        .put(FORMAT)
        .putInt(key.length)
        .put(key)
        .putInt(version.length)
        .put(version)
        .put(tail)
        .array();
  }

  /**
   * Reads a body with key and version.
   *
   * @throws SyncException of kind CORRUPT when it is none
   */
  static Body decodeWhole(byte[] bytes) {
    return read(
        bytes,
        in -> {
          Key key = key(block(in));
          return decode(in, key, LogBytes.text(block(in)));
        });
  }

  private static byte[] encode(Body body) {
    byte[] sha256 = sha256(body.content());
    byte[] location = LogBytes.of(body.content().location());
    byte[] payload = LogBytes.of(body.payload());
    return ByteBuffer.allocate(FIXED_BODY_BYTES + sha256.length + location.length + payload.length)
        .put(LogBytes.of(body.id()))
        .put((byte) number(body.operation()))
        .putLong(body.content().size())
        .putInt(sha256.length)
        .put(sha256)
        .putInt(location.length)
        .put(location)
        .putInt(payload.length)
        .put(payload)
        .array();
  }

  private static Body decode(ByteBuffer in, Key key, String version) {
    byte[] id = new byte[2 * Long.BYTES];
    in.get(id);
    Operation operation = operation(in.get());
    long size = in.getLong();
    Content content = content(block(in), size, block(in));
    return new Body(LogBytes.uuid(id), operation, key, version, content, LogBytes.text(block(in)));
  }

  private static byte[] block(ByteBuffer in) {
    int length = in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] block = new byte[length];
    in.get(block);
    return block;
  }

  @FunctionalInterface
  private interface Reading<T> {
    T read(ByteBuffer in);
  }

  private static <T> T read(byte[] bytes, Reading<T> reading) {
    try {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      byte format = in.get();
      if (format != FORMAT) {
        throw LogBytes.corrupt("an entry of the unknown format " + format, null);
      }
      return reading.read(in);
    } catch (BufferUnderflowException | DateTimeException | ArithmeticException e) {
      throw LogBytes.corrupt("a broken entry", e);
    }
  }

  // ---- values of columns

  static Key key(byte[] bytes) {
    if (bytes.length > Key.MAX_LENGTH) {
      throw LogBytes.corrupt("a key of " + bytes.length + " bytes", null);
    }
    return Key.ofBytes(bytes);
  }

  static byte[] sha256(Content content) {
    return HexFormat.of().parseHex(content.sha256());
  }

  static int number(Operation operation) {
    return OPERATIONS.indexOf(operation);
  }

  static Operation operation(int number) {
    if (number < 0 || number >= OPERATIONS.size()) {
      throw LogBytes.corrupt("the unknown operation " + number, null);
    }
    return OPERATIONS.get(number);
  }

  static Content content(byte[] sha256, long size, byte[] location) {
    return new Content(HexFormat.of().formatHex(sha256), size, LogBytes.text(location));
  }
}
