package dev.chirograph;

import java.nio.ByteBuffer;

/**
 * Turns a store's own identifiers into {@link Key}s and back. Adapters use one where their store's
 * keys are not bytes; engines, queues and logs see the {@code Key} only.
 *
 * <p>Implementations are immutable and safe for use by several threads.
 *
 * @param <K> the store's own type of identifier
 */
public interface KeyCodec<K> {

  /** How far the order of encoded keys can be relied upon. */
  enum Fidelity {
    /**
     * The byte order of the keys is the store's own order, so listings can be merged as they come.
     */
    ORDER,
    /**
     * Equal identifiers give equal keys and nothing is said about order: listings have to be
     * sorted.
     */
    IDENTITY
  }

  /**
   * The key of an identifier. Equal identifiers give equal keys, different ones different keys.
   *
   * @throws SyncException of kind INVALID_ARGUMENT when the identifier has no key, for example
   *     because it is too long
   */
  Key encode(K identifier);

  /**
   * The identifier of a key that {@link #encode} made.
   *
   * @throws SyncException of kind INVALID_ARGUMENT when no identifier has this key
   */
  K decode(Key key);

  /** What the byte order of the keys says. */
  Fidelity fidelity();

  /** Text as UTF-8. Its byte order is that of S3 and of SQL columns in a binary collation. */
  static KeyCodec<String> utf8() {
    return new KeyCodec<>() {
      @Override
      public Key encode(String identifier) {
        return Key.utf8(identifier);
      }

      @Override
      public String decode(Key key) {
        String text = key.text();
        if (!Key.utf8(text).equals(key)) {
          throw SyncException.invalid("the key " + key + " is not UTF-8 text");
        }
        return text;
      }

      @Override
      public Fidelity fidelity() {
        return Fidelity.ORDER;
      }
    };
  }

  /** 64-bit integers as eight big-endian bytes with the sign bit flipped, so that order is kept. */
  static KeyCodec<Long> int64() {
    return new KeyCodec<>() {
      @Override
      public Key encode(Long identifier) {
        return Key.ofBytes(ByteBuffer.allocate(8).putLong(identifier ^ Long.MIN_VALUE).array());
      }

      @Override
      public Long decode(Key key) {
        if (key.length() != 8) {
          throw SyncException.invalid(
              "the key " + key + " is no 64-bit integer: it has " + key.length() + " bytes, not 8");
        }
        return ByteBuffer.wrap(key.toBytes()).getLong() ^ Long.MIN_VALUE;
      }

      @Override
      public Fidelity fidelity() {
        return Fidelity.ORDER;
      }
    };
  }
}
