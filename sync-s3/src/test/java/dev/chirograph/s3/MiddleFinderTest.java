package dev.chirograph.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.testkit.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MiddleFinderTest {

  private static final int PAGE = 100;

  /** A store of keys in memory that counts what it is asked. */
  private static final class Keys implements KeyPeek {
    private final NavigableSet<Key> keys = new TreeSet<>();
    private int requests;

    private static Keys of(int count, IntFunction<String> name) {
      Keys keys = new Keys();
      for (int i = 0; i < count; i++) {
        keys.keys.add(Key.utf8(name.apply(i)));
      }
      return keys;
    }

    @Override
    public Peek at(KeyRange range, int limit) {
      requests++;
      List<Key> found =
          new ArrayList<>(
              keys.tailSet(range.from(), true).stream()
                  .takeWhile(range::contains)
                  .limit(limit + 1L)
                  .toList());
      boolean more = found.size() > limit;
      return new Peek(more ? found.subList(0, limit) : found, more);
    }

    private int in(KeyRange range) {
      return (int) keys.stream().filter(range::contains).count();
    }
  }

  /** The share of the smaller part, after checking that the cut is valid and was cheap. */
  private static double cut(Keys keys, KeyRange range) {
    keys.requests = 0;
    Optional<Key> found = new MiddleFinder(keys, PAGE).find(range);
    assertThat(keys.requests).isLessThanOrEqualTo(MiddleFinder.MAX_REQUESTS);
    assertThat(found).isPresent();
    Key cut = found.orElseThrow();
    assertThat(range.contains(cut)).isTrue();
    assertThat(cut).isNotEqualTo(range.from());
    int below = keys.in(range.before(cut));
    int above = keys.in(range.startingAt(cut));
    assertThat(below).isPositive();
    assertThat(above).isPositive();
    return Math.min(below, above) / (double) (below + above);
  }

  @Test
  void evenKeysAreCutNearTheMiddle() {
    Keys hashes = Keys.of(20_000, i -> "%08x".formatted(i * 0x9E3779B9));
    assertThat(cut(hashes, KeyRange.all())).isGreaterThan(0.25);
  }

  @Test
  void aLongCommonBeginningCostsLittle() {
    String stem = "backup/" + "x".repeat(900) + "/";
    assertThat(cut(Keys.of(10_000, i -> stem + "%05d".formatted(i)), KeyRange.all()))
        .isGreaterThan(0.2);
  }

  @Test
  void datesAreCutInsideTheirYear() {
    Keys dates =
        Keys.of(36_500, i -> "logs/2026/%02d/%02d/%05d".formatted(1 + i % 12, 1 + i / 12 % 28, i));
    assertThat(cut(dates, KeyRange.all())).isGreaterThan(0.1);
  }

  @Test
  void aFewKeysBesideAHeapDoNotHideIt() {
    Keys keys = Keys.of(10_000, i -> "a/heap/%06d".formatted(i * 37));
    for (char c = 'b'; c <= 'z'; c++) {
      keys.keys.add(Key.utf8("" + c));
    }
    assertThat(cut(keys, KeyRange.all())).isGreaterThan(0.005);
  }

  @ParameterizedTest
  @ValueSource(ints = {0xa1, 0x400, 0x4e00, 0x9000, 0xac00, 0x1f300, 0x20000})
  void keysBeyondAsciiAreCutNearTheMiddle(int first) {
    int step = first < 0x4e00 ? 1 : 2;
    int letters = first < 0x4e00 ? 300 : 5_000;
    Keys keys = Keys.of(5_000, i -> Character.toString(first + i % letters * step) + "/😀" + i);
    double share = cut(keys, KeyRange.all());
    assertThat(share).isGreaterThan(0.3);
  }

  @Test
  void aChainOfPrefixesIsCut() {
    assertThat(cut(Keys.of(1_000, i -> "a".repeat(i + 1)), KeyRange.all())).isPositive();
  }

  @Test
  void lessThanTwoPagesAreNotWorthIt() {
    Keys keys = Keys.of(2 * PAGE, i -> "%05d".formatted(i));
    assertThat(new MiddleFinder(keys, PAGE).find(KeyRange.all())).isEmpty();
    assertThat(new MiddleFinder(new Keys(), PAGE).find(KeyRange.all())).isEmpty();
  }

  @Test
  void whatLiesOutsideTheRangeDoesNotCount() {
    Keys keys = Keys.of(5_000, i -> "%05d".formatted(i));
    KeyRange range = KeyRange.of(Key.utf8("01000"), Key.utf8("02000"));
    assertThat(cut(keys, range)).isGreaterThan(0.1);
    assertThat(new MiddleFinder(keys, PAGE).find(KeyRange.prefix(Key.utf8("0100")))).isEmpty();
  }

  @Test
  void anyKeysCanBeCutAgainAndAgain() {
    SplittableRandom random = Seed.draw().random();
    for (int round = 0; round < 200; round++) {
      Keys keys = randomKeys(random);
      KeyRange range = KeyRange.all();
      while (new MiddleFinder(keys, PAGE).find(range).isPresent()) {
        cut(keys, range);
        Key cut = new MiddleFinder(keys, PAGE).find(range).orElseThrow();
        range = random.nextBoolean() ? range.before(cut) : range.startingAt(cut);
      }
    }
  }

  private static Keys randomKeys(SplittableRandom random) {
    String alphabet = List.of("01", "0123456789abcdef", "aAzZ/-_", "aü中😀").get(random.nextInt(4));
    int[] letters = alphabet.codePoints().toArray();
    int depth = 1 + random.nextInt(12);
    Keys keys = new Keys();
    String stem = "s".repeat(random.nextInt(30));
    for (int i = 0; i < 1_500; i++) {
      StringBuilder key = new StringBuilder(stem);
      int length = 1 + random.nextInt(depth + 8);
      for (int c = 0; c < length; c++) {
        int choice = Math.min(random.nextInt(letters.length), random.nextInt(letters.length));
        key.appendCodePoint(letters[choice]);
      }
      keys.keys.add(Key.utf8(key.toString()));
    }
    return keys;
  }
}
