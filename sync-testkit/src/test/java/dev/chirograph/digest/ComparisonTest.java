package dev.chirograph.digest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Digest;
import dev.chirograph.Key;
import dev.chirograph.Slice;
import dev.chirograph.Slice.Bucket;
import dev.chirograph.SyncException;
import dev.chirograph.digest.Comparison.Difference;
import dev.chirograph.digest.Comparison.Splitter;
import dev.chirograph.testkit.Seed;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ComparisonTest {

  private static final int MANY = 1 << 20;

  private final SplittableRandom random = Seed.draw().random();

  /** Items in the order of their buckets. */
  private static final class Side {
    private final Map<Key, Long> items = new HashMap<>();
    private final DigestTree<Place> tree =
        new DigestTree<>(Comparator.comparing(Place::bucket).thenComparing(Place::key));

    private record Place(int bucket, Key key) {}

    void put(Key key, long hash) {
      items.put(key, hash);
      tree.put(new Place(Bucket.of(key), key), hash);
    }

    void remove(Key key) {
      items.remove(key);
      tree.remove(new Place(Bucket.of(key), key));
    }

    Digest digest(Slice slice) {
      Bucket bucket = (Bucket) slice;
      return tree.digest(new Place(bucket.from(), Key.EMPTY), new Place(bucket.to(), Key.EMPTY));
    }

    List<Digest> digests(List<Slice> slices) {
      return slices.stream().map(this::digest).toList();
    }
  }

  private final Side here = new Side();
  private final Side there = new Side();
  private final Set<Key> different = new HashSet<>();

  private void fill(int items, int differences) {
    List<Key> keys = new ArrayList<>();
    for (int i = 0; i < items; i++) {
      Key key = Key.utf8("key/" + i + "/" + random.nextInt());
      long hash = random.nextLong();
      here.put(key, hash);
      there.put(key, hash);
      keys.add(key);
    }
    while (different.size() < differences) {
      Key key = keys.get(random.nextInt(keys.size()));
      if (different.add(key)) {
        switch (random.nextInt(3)) {
          case 0 -> here.remove(key);
          case 1 -> there.remove(key);
          default -> there.put(key, random.nextLong());
        }
      }
    }
  }

  /** What a comparison took. */
  private record Cost(List<Slice> found, int rounds, int digests) {}

  private Cost run(Comparison comparison) {
    List<Slice> found = new ArrayList<>();
    int rounds = 0;
    int digests = 0;
    while (!comparison.next().isEmpty()) {
      List<Slice> asked = comparison.next();
      assertThat(comparison.next()).isEqualTo(asked);
      comparison.answered(here.digests(asked), there.digests(asked));
      rounds++;
      digests += asked.size();
      if (random.nextBoolean()) {
        found.addAll(comparison.takeDiffering().stream().map(Difference::slice).toList());
      }
    }
    found.addAll(comparison.takeDiffering().stream().map(Difference::slice).toList());
    assertThat(comparison.takeDiffering()).isEmpty();
    return new Cost(found, rounds, digests);
  }

  @Test
  void itFindsExactlyWhatDiffers() {
    for (int i = 0; i < 60; i++) {
      here.items.keySet().stream().toList().forEach(here::remove);
      there.items.keySet().stream().toList().forEach(there::remove);
      different.clear();
      int items = random.nextInt(400);
      fill(items, items == 0 ? 0 : random.nextInt(Math.min(items, 40)));
      long small = 1 + random.nextInt(5);
      int round = 1 + random.nextInt(40);
      Cost cost =
          run(
              new Comparison(
                  Bucket.ALL.split(random.nextInt(5)), Splitter.buckets(), small, round));
      Set<Key> covered = new HashSet<>();
      for (Slice slice : cost.found()) {
        Bucket bucket = (Bucket) slice;
        List<Key> inside = different.stream().filter(bucket::contains).toList();
        assertThat(inside).as("differences in %s", bucket).isNotEmpty();
        assertThat(inside).noneMatch(covered::contains);
        covered.addAll(inside);
        assertThat(
                bucket.bits() == Bucket.MAX_BITS
                    || (here.digest(bucket).count() <= small
                        && there.digest(bucket).count() <= small))
            .isTrue();
      }
      assertThat(covered).isEqualTo(different);
    }
  }

  @Test
  void equalSidesAreAskedForOnce() {
    fill(1_000, 0);
    Cost cost = run(new Comparison(Bucket.ALL.split(4), Splitter.buckets(), 1, MANY));
    assertThat(cost.found()).isEmpty();
    assertThat(cost.rounds()).isEqualTo(1);
    assertThat(cost.digests()).isEqualTo(16);
  }

  @Test
  void roundsAndDigestsGrowWithTheDifferencesAndHardlyWithTheItems() {
    int items = 30_000;
    for (int differences : new int[] {1, 10, 100}) {
      here.items.keySet().stream().toList().forEach(here::remove);
      there.items.keySet().stream().toList().forEach(there::remove);
      different.clear();
      fill(items, differences);
      Cost cost = run(new Comparison(List.of(Bucket.ALL), Splitter.buckets(), 1, MANY));
      // log16(30,000) is 3.7: the whole, and four times its parts.
      assertThat(cost.rounds()).isLessThanOrEqualTo(5);
      assertThat(cost.digests()).isLessThanOrEqualTo(1 + 16 * differences * 4);
    }
  }

  @Test
  void aRoundAsksForNoMoreThanItMay() {
    fill(5_000, 500);
    Comparison comparison = new Comparison(List.of(Bucket.ALL), Splitter.buckets(), 1, 7);
    while (!comparison.next().isEmpty()) {
      List<Slice> asked = comparison.next();
      assertThat(asked).hasSizeBetween(1, 7);
      comparison.answered(here.digests(asked), there.digests(asked));
    }
    assertThat(comparison.takeDiffering()).isNotEmpty();
  }

  @Test
  void whatCannotBeCutIsExchangedWhole() {
    fill(100, 5);
    Comparison comparison =
        new Comparison(List.of(Bucket.ALL), (slice, mine) -> List.of(), 1, MANY);
    comparison.next();
    comparison.answered(List.of(here.digest(Bucket.ALL)), List.of(there.digest(Bucket.ALL)));
    assertThat(comparison.takeDiffering())
        .extracting(Difference::slice)
        .containsExactly(Bucket.ALL);
    assertThat(comparison.next()).isEmpty();
  }

  @Test
  void answersThatDoNotBelongToTheQuestionAreRefusedAndChangeNothing() {
    fill(100, 5);
    Comparison comparison = new Comparison(Bucket.ALL.split(4), Splitter.buckets(), 1, MANY);
    List<Slice> asked = comparison.next();
    List<Digest> mine = here.digests(asked);
    List<Digest> theirs = there.digests(asked);
    assertThatThrownBy(() -> comparison.answered(mine, theirs.subList(1, 16)))
        .isInstanceOf(SyncException.class);
    assertThatThrownBy(() -> comparison.answered(mine.subList(1, 16), theirs))
        .isInstanceOf(SyncException.class);
    assertThat(comparison.next()).isEqualTo(asked);
    assertThat(comparison.takeDiffering()).isEmpty();
    assertThatThrownBy(() -> new Comparison(List.of(), Splitter.buckets(), 0, 1))
        .isInstanceOf(SyncException.class);
    assertThatThrownBy(() -> new Comparison(List.of(), Splitter.buckets(), 1, 0))
        .isInstanceOf(SyncException.class);
  }
}
