package dev.chirograph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class KeyRangeTest {

  private static final int ROUNDS = 20_000;

  @Test
  void aRangeHoldsItsStartAndNotItsEnd() {
    KeyRange range = KeyRange.of(Key.utf8("b"), Key.utf8("d"));

    assertThat(range.contains(Key.utf8("b"))).isTrue();
    assertThat(range.contains(Key.utf8("c\uFFFF"))).isTrue();
    assertThat(range.contains(Key.utf8("d"))).isFalse();
    assertThat(range.contains(Key.utf8("a"))).isFalse();
    assertThat(range).hasToString("[b, d)");
    assertThat(KeyRange.all().to()).isEmpty();
  }

  @Test
  void aRangeThatEndsBeforeItStartsIsRefused() {
    assertThatThrownBy(() -> KeyRange.of(Key.utf8("b"), Key.utf8("a")))
        .isInstanceOf(SyncException.class)
        .hasMessageContaining("before it starts at b");
  }

  @Test
  void aPrefixIsNotTheParentOfItsSiblings() {
    KeyRange prefix = KeyRange.prefix(Key.utf8("foo/"));

    assertThat(prefix.contains(Key.utf8("foo/"))).isTrue();
    assertThat(prefix.contains(Key.utf8("foo/bar"))).isTrue();
    assertThat(prefix.contains(Key.utf8("foo"))).isFalse();
    assertThat(prefix.contains(Key.utf8("foobar"))).isFalse();
    assertThat(prefix.contains(Key.utf8("foo0"))).isFalse();
  }

  @Test
  void prefixesOfTheHighestBytesHaveNoEnd() {
    Key high = Key.ofBytes(new byte[] {(byte) 0xff, (byte) 0xff});

    assertThat(KeyRange.prefix(high).to()).isEmpty();
    assertThat(KeyRange.prefix(Key.EMPTY)).isEqualTo(KeyRange.all());
    assertThat(KeyRange.all().after(filled(0xff)).isEmpty()).as("after the last key").isTrue();
    assertThat(KeyRange.only(filled(0xff)).contains(filled(0xff))).isTrue();
  }

  @Test
  void thePrefixThatAllKeysOfARangeShareIsTheLongest() {
    assertThat(common("a", "b")).isEqualTo("a");
    assertThat(common("ab", "b")).isEqualTo("a");
    assertThat(common("a", "c")).isEmpty();
    assertThat(common("logs/2026-01", "logs/2026-03")).isEqualTo("logs/2026-0");
    assertThat(common("a", "a\u0000")).isEqualTo("a");
    Key high = Key.ofBytes(new byte[] {'a', (byte) 0xff});
    assertThat(KeyRange.of(high, Key.utf8("b")).commonPrefix()).isEqualTo(high);
    assertThat(KeyRange.all().commonPrefix()).isEqualTo(Key.EMPTY);
  }

  @Test
  void rangesAgreeWithWhatTheyAreMadeOf() {
    RandomKeys keys = new RandomKeys();
    for (int i = 0; i < ROUNDS; i++) {
      Key bound = keys.next();
      Key key = keys.next();
      KeyRange range = keys.nextRange();
      boolean in = naiveContains(range, key);
      int order = RandomKeys.NAIVE_ORDER.compare(key, bound);

      assertThat(range.contains(key)).as("%s in %s", key, range).isEqualTo(in);
      assertThat(KeyRange.prefix(bound).contains(key)).isEqualTo(naiveStartsWith(key, bound));
      assertThat(KeyRange.only(bound).contains(key)).isEqualTo(order == 0);
      assertThat(KeyRange.from(bound).contains(key)).isEqualTo(order >= 0);
      assertThat(range.after(bound).contains(key))
          .as("%s in %s after %s", key, range, bound)
          .isEqualTo(in && order > 0);
      assertThat(range.startingAt(bound).contains(key)).isEqualTo(in && order >= 0);
      assertThat(range.before(bound).contains(key))
          .as("%s in %s before %s", key, range, bound)
          .isEqualTo(in && order < 0);
    }
  }

  @Test
  void anIntersectionHoldsWhatBothHold() {
    RandomKeys keys = new RandomKeys();
    for (int i = 0; i < ROUNDS; i++) {
      KeyRange one = keys.nextRange();
      KeyRange other = keys.nextRange();
      Key key = keys.next();
      boolean both = naiveContains(one, key) && naiveContains(other, key);

      assertThat(one.intersect(other).contains(key)).as("%s and %s", one, other).isEqualTo(both);
      assertThat(other.intersect(one).contains(key)).isEqualTo(both);
      assertThat(one.intersect(other).isEmpty() && both).isFalse();
      assertThat(one.intersect(one)).isEqualTo(one);
    }
  }

  @Test
  void theCommonPrefixIsThatOfTheFirstAndTheLastKey() {
    RandomKeys keys = new RandomKeys();
    for (int i = 0; i < ROUNDS; i++) {
      KeyRange range = keys.nextRange();
      Key key = keys.next();
      if (range.contains(key)) {
        assertThat(naiveStartsWith(key, range.commonPrefix())).as("%s in %s", key, range).isTrue();
      }
      if (!range.isEmpty() && range.to().isPresent() && !range.to().get().isEmpty()) {
        assertThat(range.commonPrefix())
            .as("the common prefix of %s", range)
            .isEqualTo(naiveCommon(range.from(), lastBelow(range.to().get())));
      }
    }
  }

  private static String common(String from, String to) {
    return KeyRange.of(Key.utf8(from), Key.utf8(to)).commonPrefix().text();
  }

  private static boolean naiveContains(KeyRange range, Key key) {
    return RandomKeys.NAIVE_ORDER.compare(range.from(), key) <= 0
        && range.to().map(to -> RandomKeys.NAIVE_ORDER.compare(key, to) < 0).orElse(true);
  }

  private static boolean naiveStartsWith(Key key, Key prefix) {
    return key.length() >= prefix.length() && key.first(prefix.length()).equals(prefix);
  }

  private static Key naiveCommon(Key one, Key other) {
    int length = 0;
    while (length < Math.min(one.length(), other.length())
        && one.byteAt(length) == other.byteAt(length)) {
      length++;
    }
    return one.first(length);
  }

  private static Key lastBelow(Key end) {
    byte[] bytes = end.toBytes();
    int last = bytes.length - 1;
    if (bytes[last] == 0) {
      return end.first(last);
    }
    byte[] below = Arrays.copyOf(bytes, Key.MAX_LENGTH);
    below[last]--;
    Arrays.fill(below, last + 1, below.length, (byte) 0xff);
    return Key.ofBytes(below);
  }

  private static Key filled(int value) {
    byte[] bytes = new byte[Key.MAX_LENGTH];
    Arrays.fill(bytes, (byte) value);
    return Key.ofBytes(bytes);
  }
}
