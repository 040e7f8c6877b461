package dev.chirograph.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.SyncException;
import dev.chirograph.testkit.Seed;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class S3KeysTest {

  private static final int[] POINTS = {
    0, 1, 0x1f, ' ', '/', 'a', 'b', 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xfffd, 0xfffe,
    0xffff, 0x10000, 0x10fffe
  };

  @Test
  void aListingGoesOnBehindTheVeryKey() {
    KeyRange after = KeyRange.all().after(Key.utf8("photos/ü"));
    assertThat(S3Keys.startAfter(after)).isEqualTo("photos/ü");
  }

  @Test
  void theBeginningNeedsNoStart() {
    assertThat(S3Keys.startAfter(KeyRange.all())).isNull();
    assertThat(S3Keys.startAfter(KeyRange.from(Key.ofBytes(new byte[1])))).isNull();
  }

  @Test
  void thePrefixOfARangeIsText() {
    assertThat(S3Keys.prefix(KeyRange.prefix(Key.utf8("2026/ü")))).isEqualTo("2026/ü");
    // ü and ö share their first byte, which is no text.
    KeyRange twoUmlauts = KeyRange.of(Key.utf8("aö"), Key.utf8("aü"));
    assertThat(S3Keys.prefix(twoUmlauts)).isEqualTo("a");
    assertThat(S3Keys.prefix(KeyRange.all())).isEmpty();
  }

  @Test
  void keysThatAreNoTextAreRefused() {
    assertThatThrownBy(() -> S3Keys.text(Key.ofBytes(new byte[] {(byte) 0xff})))
        .isInstanceOf(SyncException.class);
    assertThatThrownBy(() -> S3Keys.text(Key.EMPTY)).isInstanceOf(SyncException.class);
  }

  /** No key of a range may be at or below the text after which its listing starts. */
  @Test
  void SRC_1_theStartIsBelowEveryKeyOfTheRangeAndNear() {
    SplittableRandom random = Seed.draw().random();
    for (int i = 0; i < 20_000; i++) {
      Key from = randomKey(random);
      String start = S3Keys.startAfter(KeyRange.from(from));
      if (start == null) {
        assertThat(from.isEmpty() || (from.length() == 1 && from.byteAt(0) <= ' ')).isTrue();
        continue;
      }
      Key startKey = Key.utf8(start);
      assertThat(startKey).as("start of %s", from).isLessThan(from);
      for (int probes = 0; probes < 5; probes++) {
        Key probe = neighbour(from, random);
        if (probe.compareTo(startKey) > 0 && probe.compareTo(from) < 0) {
          assertThat(firstDifference(start, probe.text()))
              .as("%s lies between %s and %s", probe, startKey, from)
              .matches(S3KeysTest::isNoXml, "a character that XML cannot carry");
        }
      }
    }
  }

  /** What XML cannot carry is no start, so keys with such a character there may lie in between. */
  private static boolean isNoXml(int codePoint) {
    return codePoint < ' ' || codePoint == 0xfffe || codePoint == 0xffff;
  }

  /** The first code point of the text in which it differs from what it is compared with. */
  private static int firstDifference(String with, String text) {
    int[] left = with.codePoints().toArray();
    int[] right = text.codePoints().toArray();
    int at = java.util.Arrays.mismatch(left, right);
    return right[at];
  }

  /** A text that begins much as the key does. */
  private static Key neighbour(Key key, SplittableRandom random) {
    String begin = S3Keys.prefix(KeyRange.prefix(key));
    int[] points = begin.codePoints().toArray();
    int kept = Math.max(0, points.length - random.nextInt(3));
    StringBuilder text = new StringBuilder(new String(points, 0, kept));
    for (int i = random.nextInt(4); i > 0; i--) {
      text.appendCodePoint(POINTS[random.nextInt(POINTS.length)]);
    }
    byte[] bytes = text.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
    return bytes.length <= Key.MAX_LENGTH ? Key.ofBytes(bytes) : key;
  }

  private static Key randomKey(SplittableRandom random) {
    byte[] bytes = randomText(random).toBytes();
    if (bytes.length > 0 && random.nextInt(3) == 0) {
      bytes[bytes.length - 1] = (byte) random.nextInt(256);
    }
    return Key.ofBytes(bytes);
  }

  private static Key randomText(SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(20) == 0 ? 250 + random.nextInt(7) : random.nextInt(4);
    for (int i = 0; i < length; i++) {
      text.appendCodePoint(POINTS[random.nextInt(POINTS.length)]);
    }
    byte[] bytes = text.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
    return bytes.length <= Key.MAX_LENGTH
        ? Key.ofBytes(bytes)
        : Key.utf8("a".repeat(Key.MAX_LENGTH));
  }
}
