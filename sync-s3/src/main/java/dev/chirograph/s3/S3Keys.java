package dev.chirograph.s3;

import dev.chirograph.Key;
import dev.chirograph.KeyCodec;
import dev.chirograph.KeyRange;
import dev.chirograph.SyncException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Keys as S3 takes them: texts, and the texts that stand for the bounds of a range. */
final class S3Keys {

  private static final KeyCodec<String> TEXT = KeyCodec.utf8();
  private static final int LAST_CODE_POINT = Character.MAX_CODE_POINT;

  /** Long enough that no key of a sane bucket lies between it and the bound it stands below. */
  private static final String HIGHEST = Character.toString(LAST_CODE_POINT).repeat(4);

  private S3Keys() {}

  /**
   * The text of an item's key.
   *
   * @throws SyncException of kind INVALID_ARGUMENT when no object of S3 can have this key
   */
  static String text(Key key) {
    if (key.isEmpty()) {
      throw SyncException.invalid("an object of S3 cannot have the empty key");
    }
    return TEXT.decode(key);
  }

  /** Whether the key has the form of a folder placeholder's. */
  static boolean endsInSlash(Key key) {
    return !key.isEmpty() && key.byteAt(key.length() - 1) == '/';
  }

  /** The longest prefix of all keys of a range that is text; may be empty. */
  static String prefix(KeyRange range) {
    return longestText(range.commonPrefix());
  }

  /**
   * A text below every key of the range, as near to its beginning as texts come: a listing starts
   * after it. Null when the range starts at the beginning. Keys below the range may still follow,
   * and have to be passed over.
   *
   * <p>Where the range was made by {@code after(key)}, it starts at that key and a zero byte, and
   * the answer is the key itself.
   */
  static @Nullable String startAfter(KeyRange range) {
    Key from = range.from();
    String text = longestText(from);
    boolean whole = utf8(text).length == from.length();
    if (!whole) {
      return fill(text, highestBelow(text, from));
    }
    if (text.isEmpty()) {
      return null;
    }
    int last = text.codePointBefore(text.length());
    String head = text.substring(0, text.length() - Character.charCount(last));
    if (last == 0) {
      return head.isEmpty() ? null : head;
    }
    return fill(head, last == Character.MAX_SURROGATE + 1 ? Character.MIN_SURROGATE - 1 : last - 1);
  }

  /** The greatest code point that, put behind the text, stays below the key. */
  private static int highestBelow(String text, Key key) {
    byte[] bytes = key.toBytes();
    int low = 0;
    int high = LAST_CODE_POINT;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (Arrays.compareUnsigned(utf8(text + Character.toString(noSurrogate(middle))), bytes) < 0) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return noSurrogate(low);
  }

  /** The code point, or the last one below the surrogates in place of a surrogate. */
  private static int noSurrogate(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE
        ? Character.MIN_SURROGATE - 1
        : codePoint;
  }

  /** What XML cannot carry is avoided: some servers repeat the text as it came. */
  private static @Nullable String fill(String head, int codePoint) {
    if (codePoint < ' ') {
      return head.isEmpty() ? null : head;
    }
    boolean noCharacter = codePoint == 0xfffe || codePoint == 0xffff;
    String text = head + Character.toString(noCharacter ? 0xfffd : codePoint);
    if (utf8(text + HIGHEST).length <= Key.MAX_LENGTH) {
      return text + HIGHEST;
    }
    return utf8(text).length <= Key.MAX_LENGTH ? text : head;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The longest beginning of the bytes that is UTF-8. */
  private static String longestText(Key key) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT);
    CharBuffer text = CharBuffer.allocate(key.length());
    decoder.decode(ByteBuffer.wrap(key.toBytes()), text, true);
    return text.flip().toString();
  }
}
