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
      Key probe = randomText(random);
      if (start == null) {
        assertThat(from.isEmpty() || (from.length() == 1 && from.byteAt(0) <= ' ')).isTrue();
        continue;
      }
      Key startKey = Key.utf8(start);
      assertThat(startKey).as("start of %s", from).isLessThan(from);
      // What XML cannot carry is no start, so keys with such characters may lie in between.
      boolean plain = probe.text().chars().noneMatch(c -> c < ' ' || c >= 0xfffe);
      boolean passedOver = plain && probe.compareTo(startKey) > 0 && probe.compareTo(from) < 0;
      assertThat(passedOver).as("%s lies between %s and %s", probe, startKey, from).isFalse();
    }
  }

  private static Key randomKey(SplittableRandom random) {
    byte[] bytes = randomText(random).toBytes();
    if (bytes.length > 0 && random.nextInt(3) == 0) {
      bytes[bytes.length - 1] = (byte) random.nextInt(256);
    }
    return Key.ofBytes(bytes);
  }

  private static Key randomText(SplittableRandom random) {
    int[] points = {
      0, 1, '/', 'a', 'b', 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10fffe
    };
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(20) == 0 ? 250 + random.nextInt(7) : random.nextInt(4);
    for (int i = 0; i < length; i++) {
      text.appendCodePoint(points[random.nextInt(points.length)]);
    }
    byte[] bytes = text.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
    return bytes.length <= Key.MAX_LENGTH
        ? Key.ofBytes(bytes)
        : Key.utf8("a".repeat(Key.MAX_LENGTH));
  }
}
