package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Change;
import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.Version;
import dev.chirograph.memory.MemoryReplica;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a host's own test does with a store in memory. */
class MemoryReplicaUseTest {

  private static final Key KEY = Key.utf8("a");

  private final MemoryReplica<String> store =
      MemoryReplica.of(MemoryReplicaTest.FACTS, MemoryReplicaTest::evidence);

  @Test
  void isFilledAndReadWithoutExpectations() {
    store.put(KEY, "1");
    store.put(Key.utf8("b"), "2");
    store.put(KEY, "3");
    assertThat(store.get(KEY)).contains("3");
    assertThat(store.size()).isEqualTo(2);
    assertThat(store.snapshot().values()).containsExactly("3", "2");
    assertThat(store.remove(KEY)).isTrue();
    assertThat(store.remove(KEY)).isFalse();
    assertThat(store.get(KEY)).isEmpty();
  }

  @Test
  void deletedItemsAreNotAmongThoseThatAreThere() {
    MemoryReplica<String> keeping =
        MemoryReplica.builder(MemoryReplicaTest.FACTS, MemoryReplicaTest::evidence)
            .keepTombstones(String::isEmpty)
            .build();
    keeping.put(KEY, "");
    keeping.put(Key.utf8("b"), "2");
    assertThat(keeping.get(KEY)).isEmpty();
    assertThat(keeping.size()).isEqualTo(1);
    assertThat(keeping.snapshot()).containsOnlyKeys(Key.utf8("b"));
  }

  @Test
  void noVersionEverComesAgain() {
    Set<Version> seen = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      assertThat(seen.add(store.put(KEY, "same"))).isTrue();
      store.remove(KEY);
    }
  }

  @Test
  void splitsInTheMiddle() {
    IntStream.range(0, 1_000).forEach(i -> store.put(Key.utf8("%04d".formatted(i)), "v"));
    assertThat(store.split(KeyRange.all())).contains(Key.utf8("0500"));
    assertThat(store.split(KeyRange.from(Key.utf8("0997")))).contains(Key.utf8("0998"));
  }

  @Test
  void refusesBatchesThatNameAKeyTwiceOrAreTooLarge() {
    List<Change<String>> twice =
        List.of(Change.put(KEY, "1", Expect.anything()), Change.put(KEY, "2", Expect.anything()));
    assertThatThrownBy(() -> store.apply(twice)).isInstanceOf(SyncException.class);
    assertThat(store.size()).isZero();
    List<Key> many = IntStream.rangeClosed(0, 1_000).mapToObj(i -> Key.utf8("k" + i)).toList();
    assertThatThrownBy(() -> store.observe(many)).isInstanceOf(SyncException.class);
  }

  @Test
  void aListingThatIsClosedEarlyDoesNotPassForComplete() {
    store.put(KEY, "1");
    store.put(Key.utf8("b"), "1");
    Listing listing = store.list(KeyRange.all());
    listing.next();
    listing.close();
    assertThat(listing.hasNext()).isFalse();
    assertThat(listing.end()).isEqualTo(Listing.End.CUT);
    assertThat(listing.why()).isPresent();
  }

  @Test
  void aListingGoesOnWhileItemsComeAndGo() {
    IntStream.range(0, 10).forEach(i -> store.put(Key.utf8("k" + i), "v"));
    Set<Key> seen = new HashSet<>();
    try (Listing listing = store.list(KeyRange.all())) {
      while (listing.hasNext()) {
        Key key = listing.next().key();
        assertThat(seen.add(key)).isTrue();
        store.remove(key);
        store.put(Key.utf8("a new one before the others"), "v");
      }
      assertThat(listing.end()).isEqualTo(Listing.End.COMPLETE);
    }
    assertThat(seen).hasSize(10);
  }

  @Test
  void anItemOfTheEmptyKeyIsRefused() {
    Outcome outcome = store.apply(List.of(Change.put(Key.EMPTY, "1", Expect.absent()))).get(0);
    assertThat(outcome).isInstanceOf(Outcome.Rejected.class);
    assertThatThrownBy(() -> store.put(Key.EMPTY, "1")).isInstanceOf(SyncException.class);
  }
}
