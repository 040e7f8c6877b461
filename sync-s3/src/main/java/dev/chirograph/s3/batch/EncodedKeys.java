package dev.chirograph.s3.batch;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Keys as they stand in these files: their bytes, percent-encoded. */
final class EncodedKeys {

  private static final String PLAIN = "-_.~/";
  private static final String HEX = "0123456789ABCDEF";

  private EncodedKeys() {}

  static String encode(Key key) {
    StringBuilder text = new StringBuilder(key.length() + 16);
    for (byte value : key.toBytes()) {
      if (isPlain((char) (value & 0xff))) {
        text.append((char) value);
      } else {
        text.append('%').append(HEX.charAt((value >> 4) & 15)).append(HEX.charAt(value & 15));
      }
    }
    return text.toString();
  }

  private static boolean isPlain(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || PLAIN.indexOf(c) >= 0;
  }

  /**
   * As S3 encodes keys, like the fields of a form: a plus is a space.
   *
   * @throws SyncException CORRUPT when an escape is none, or nothing is left
   */
  static Key decode(String text) {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(encoded.length);
    for (int i = 0; i < encoded.length; i++) {
      if (encoded[i] == '+') {
        bytes.write(' ');
      } else if (encoded[i] == '%') {
        bytes.write(escaped(encoded, i));
        i += 2;
      } else {
        bytes.write(encoded[i]);
      }
    }
    if (bytes.size() == 0 || bytes.size() > Key.MAX_LENGTH) {
      throw new SyncException(
          Kind.CORRUPT, "a key has 1 to " + Key.MAX_LENGTH + " bytes, not " + bytes.size());
    }
    return Key.ofBytes(bytes.toByteArray());
  }

  private static int escaped(byte[] text, int at) {
    int high = at + 2 < text.length ? Character.digit(text[at + 1], 16) : -1;
    int low = at + 2 < text.length ? Character.digit(text[at + 2], 16) : -1;
    if (high < 0 || low < 0) {
      throw new SyncException(Kind.CORRUPT, "a key is not percent-encoded");
    }
    return high * 16 + low;
  }
}
