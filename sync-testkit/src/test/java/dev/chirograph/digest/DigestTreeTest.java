package dev.chirograph.digest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Digest;
import dev.chirograph.SyncException;
import dev.chirograph.testkit.Seed;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DigestTreeTest {

  private static final int KEYS = 200;
  private static final int OPERATIONS = 20_000;

  private final DigestTree<Integer> tree = new DigestTree<>(Comparator.naturalOrder());

  @Test
  void anEmptyTreeHasNothing() {
    assertThat(tree.digest()).isEqualTo(Digest.EMPTY);
    assertThat(tree.digest(null, null)).isEqualTo(Digest.EMPTY);
    assertThat(tree.digest(1, 5)).isEqualTo(Digest.EMPTY);
    assertThat(tree.size()).isZero();
    assertThat(tree.rank(3)).isZero();
    assertThat(tree.hash(3)).isEmpty();
    assertThatThrownBy(() -> tree.key(0)).isInstanceOf(SyncException.class);
    tree.remove(3);
    assertThat(tree.size()).isZero();
  }

  @Test
  void itAgreesWithAMapWhateverIsDone() {
    SplittableRandom random = Seed.draw().random();
    NavigableMap<Integer, Long> model = new TreeMap<>();
    for (int i = 0; i < OPERATIONS; i++) {
      int key = random.nextInt(KEYS);
      if (random.nextInt(3) == 0) {
        tree.remove(key);
        model.remove(key);
      } else {
        // Few different hashes now and then, so that priorities are equal and items cancel out.
        long hash = random.nextBoolean() ? random.nextLong() : random.nextInt(3);
        tree.put(key, hash);
        model.put(key, hash);
      }
      agrees(model, random);
    }
  }

  private void agrees(NavigableMap<Integer, Long> model, SplittableRandom random) {
    int from = random.nextInt(KEYS + 1);
    int to = from + random.nextInt(KEYS + 1 - from);
    assertThat(tree.digest(from, to)).isEqualTo(naive(model.subMap(from, to).values()));
    assertThat(tree.digest(null, to)).isEqualTo(naive(model.headMap(to).values()));
    assertThat(tree.digest(from, null)).isEqualTo(naive(model.tailMap(from).values()));
    assertThat(tree.digest()).isEqualTo(naive(model.values()));
    assertThat(tree.size()).isEqualTo(model.size());
    assertThat(tree.rank(from)).isEqualTo(model.headMap(from).size());
    assertThat(tree.hash(from)).isEqualTo(Optional.ofNullable(model.get(from)));
    if (!model.isEmpty()) {
      int rank = random.nextInt(model.size());
      assertThat(tree.key(rank)).isEqualTo(new ArrayList<>(model.keySet()).get(rank));
    }
    assertThatThrownBy(() -> tree.key(model.size())).isInstanceOf(SyncException.class);
  }

  private static Digest naive(Collection<Long> hashes) {
    long sum = 0;
    long xor = 0;
    for (long hash : hashes) {
      sum += hash;
      xor ^= hash;
    }
    return new Digest(hashes.size(), sum, xor);
  }

  @Test
  void thereIsNoKeyOfANegativeRank() {
    tree.put(1, 1);
    assertThatThrownBy(() -> tree.key(-1)).isInstanceOf(SyncException.class);
  }

  @Test
  void itDoesNotGrowDeepWhateverTheOrder() {
    // Recursion as deep as the tree would not end well with a list of so many.
    int keys = 300_000;
    for (int i = 0; i < keys; i++) {
      tree.put(i, i);
    }
    assertThat(tree.size()).isEqualTo(keys);
    List<Long> ranks = new ArrayList<>();
    for (int i = 0; i < keys; i += 29_999) {
      ranks.add(tree.rank(tree.key(i)));
    }
    assertThat(ranks.get(3)).isEqualTo(3 * 29_999L);
    for (int i = keys - 1; i >= 0; i--) {
      tree.remove(i);
    }
    assertThat(tree.digest()).isEqualTo(Digest.EMPTY);
  }
}
