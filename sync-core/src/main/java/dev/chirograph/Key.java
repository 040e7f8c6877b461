package dev.chirograph;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The identity of an item inside one store or queue: at most {@value #MAX_LENGTH} bytes, ordered as
 * unsigned bytes.
 *
 * <p>For text in UTF-8 this is the order of code points, and the order in which S3 lists. {@link
 * String#compareTo} differs from it beyond the basic multilingual plane.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class Key implements Comparable<Key> {

  /** The largest number of bytes in a key; S3's own limit. */
  public static final int MAX_LENGTH = 1024;

  /** The empty key: smaller than every other. A bound of ranges; stores refuse it as an item. */
  public static final Key EMPTY = new Key(new byte[0]);

  private final byte[] bytes;

  private Key(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * The key whose bytes are the UTF-8 form of a text.
   *
   * @throws SyncException of kind {@link SyncException.Kind#INVALID_ARGUMENT} when the text is
   *     null, longer than {@value #MAX_LENGTH} bytes, or holds a lone surrogate (which has no UTF-8
   *     form)
   */
  public static Key utf8(String text) {
    if (text == null) {
      throw SyncException.invalid("a key must not be null");
    }
    if (isShortAscii(text)) {
      return new Key(text.getBytes(StandardCharsets.ISO_8859_1));
    }
    try {
      ByteBuffer encoded =
          StandardCharsets.UTF_8
              .newEncoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .encode(CharBuffer.wrap(text));
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      return checked(bytes);
    } catch (CharacterCodingException e) {
      throw SyncException.invalid(
          "the key text holds a lone surrogate and has no UTF-8 form; use Key.ofBytes for raw bytes",
          e);
    }
  }

  /**
   * The key of these bytes, which are copied.
   *
   * @throws SyncException of kind {@link SyncException.Kind#INVALID_ARGUMENT} when the bytes are
   *     null or more than {@value #MAX_LENGTH}
   */
  public static Key ofBytes(byte[] bytes) {
    if (bytes == null) {
      throw SyncException.invalid("a key must not be null");
    }
    return checked(bytes.clone());
  }

  private static boolean isShortAscii(String text) {
    if (text.length() > MAX_LENGTH) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  private static Key checked(byte[] bytes) {
    if (bytes.length > MAX_LENGTH) {
      throw SyncException.invalid(
          "a key has at most " + MAX_LENGTH + " bytes, this one has " + bytes.length);
    }
    return new Key(bytes);
  }

  /** The number of bytes. */
  public int length() {
    return bytes.length;
  }

  /** Whether this is {@link #EMPTY}. */
  public boolean isEmpty() {
    return bytes.length == 0;
  }

  /** A copy of the bytes. */
  public byte[] toBytes() {
    return bytes.clone();
  }

  /** The bytes read as UTF-8, for people: malformed bytes appear as the replacement character. */
  public String text() {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** The byte at an index, as a number from 0 to 255. */
  public int byteAt(int index) {
    return bytes[index] & 0xff;
  }

  /** Whether the first bytes of this key are those of the prefix. */
  public boolean startsWith(Key prefix) {
    return bytes.length >= prefix.bytes.length
        && Arrays.mismatch(bytes, 0, prefix.bytes.length, prefix.bytes, 0, prefix.bytes.length) < 0;
  }

  /** The first bytes of this key. */
  public Key first(int length) {
    return new Key(Arrays.copyOf(bytes, Math.min(length, bytes.length)));
  }

  @Override
  public int compareTo(Key other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Key key && Arrays.equals(bytes, key.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** The text when the bytes are UTF-8, else {@code 0x} and the bytes in hexadecimal. */
  @Override
  public String toString() {
    String text = text();
    return Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes)
        ? text
        : "0x" + HexFormat.of().formatHex(bytes);
  }
}
