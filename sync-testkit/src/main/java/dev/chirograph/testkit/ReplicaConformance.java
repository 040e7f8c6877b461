package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.chirograph.Change;
import dev.chirograph.Entry;
import dev.chirograph.Expect;
import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Version;
import dev.chirograph.spi.Replica;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Proves the guarantees of {@link dev.chirograph.spi.Sink} on a store that can be read, too. An
 * adapter's test class extends it and says how to open an empty store and what values look like.
 *
 * @param <V> the type of an item's value
 */
public abstract class ReplicaConformance<V> extends SourceConformance<V> {

  private static final Key KEY = Key.utf8("a/b");
  private static final Key OTHER = Key.utf8("a/c");
  private static final int WRITERS = 6;
  private static final int ROUNDS = 15;

  @Override
  protected abstract Replica<V> open() throws Exception;

  /**
   * A value for a key.
   *
   * @param content different numbers stand for different contents
   */
  protected abstract V value(Key key, int content);

  /** A value that records a key as deleted; needed where the store keeps tombstones. */
  protected V tombstone(Key key, int content) {
    throw new UnsupportedOperationException(
        "a store that keeps tombstones has to say what they are");
  }

  /** Whether what was read is what was written; equality unless told. */
  protected boolean same(V written, V read) {
    return written.equals(read);
  }

  /**
   * Makes the replies of the following writes get lost until {@link #repair}; skips where it
   * cannot.
   */
  protected void loseReplies() throws Exception {
    Assumptions.abort("this store's replies cannot be lost");
  }

  /** How many items several writers race for; 20 unless told. More find narrower gaps. */
  protected int races() {
    return 20;
  }

  /** The store that {@link #open} opened for this test. */
  protected final Replica<V> replica() {
    return (Replica<V>) source();
  }

  @Override
  protected void put(Key key, int content) throws Exception {
    applied(Change.put(key, value(key, content), Expect.anything()));
  }

  @Override
  protected void remove(Key key) throws Exception {
    Outcome outcome = apply(Change.delete(key, observe(key).expectation()));
    assertThat(outcome).isInstanceOfAny(Outcome.Applied.class, Outcome.Unchanged.class);
  }

  // ---- SNK-1
  // -------------------------------------------------------------------------------------

  @Test
  void SNK_1_aPutExpectingNothingDoesNotReplace() {
    guarded(replica().capabilities().puts());
    applied(create(KEY, 1));
    conflict(create(KEY, 2));
    holds(KEY, 1);
  }

  @Test
  void SNK_1_aPutExpectingAnOlderStateDoesNotReplace() {
    guarded(replica().capabilities().puts());
    Version first = applied(create(KEY, 1)).now().orElseThrow();
    applied(Change.put(KEY, value(KEY, 2), Expect.at(first)));
    conflict(Change.put(KEY, value(KEY, 3), Expect.at(first)));
    holds(KEY, 2);
  }

  @Test
  void SNK_1_aPutExpectingAStateDoesNotCreate() throws Exception {
    guarded(replica().capabilities().puts());
    Version first = applied(create(KEY, 1)).now().orElseThrow();
    remove(KEY);
    conflict(Change.put(KEY, value(KEY, 2), Expect.at(first)));
    assertThat(observe(KEY)).isInstanceOf(Observation.Absent.class);
  }

  @Test
  void SNK_1_aFormerLifeIsNotTheItem() throws Exception {
    guarded(replica().capabilities().puts());
    Version first = applied(create(KEY, 1)).now().orElseThrow();
    remove(KEY);
    applied(create(KEY, 2));
    conflict(Change.put(KEY, value(KEY, 3), Expect.at(first)));
    holds(KEY, 2);
  }

  @Test
  void SNK_1_aDeleteExpectingAnOlderStateDoesNotDelete() {
    guarded(replica().capabilities().deletes());
    Version first = applied(create(KEY, 1)).now().orElseThrow();
    applied(Change.put(KEY, value(KEY, 2), Expect.at(first)));
    conflict(Change.delete(KEY, Expect.at(first)));
    conflict(Change.delete(KEY, Expect.absent()));
    holds(KEY, 2);
  }

  @Test
  void SNK_1_anyStateMayBeReplacedWhenAnythingIsExpected() {
    applied(Change.put(KEY, value(KEY, 1), Expect.anything()));
    applied(Change.put(KEY, value(KEY, 2), Expect.anything()));
    holds(KEY, 2);
    applied(Change.delete(KEY, Expect.anything()));
    assertThat(observe(KEY)).isInstanceOf(Observation.Absent.class);
  }

  // ---- SNK-2
  // -------------------------------------------------------------------------------------

  @Test
  void SNK_2_outcomesComeByPosition() {
    guarded(replica().capabilities().puts());
    assumeTrue(replica().capabilities().maxBatch() >= 5, "the store takes no batches");
    Key there = Key.utf8("there");
    Key going = Key.utf8("going");
    applied(create(there, 1));
    Version last = applied(create(going, 1)).now().orElseThrow();
    List<Outcome> outcomes =
        replica()
            .apply(
                List.of(
                    create(KEY, 1),
                    create(there, 2),
                    Change.delete(going, Expect.at(last)),
                    Change.delete(Key.utf8("nothing"), Expect.anything()),
                    create(OTHER, 1)));
    assertThat(outcomes.stream().map(Object::getClass).<Object>map(type -> type))
        .containsExactly(
            Outcome.Applied.class,
            Outcome.Conflict.class,
            Outcome.Applied.class,
            Outcome.Unchanged.class,
            Outcome.Applied.class);
    holds(KEY, 1);
    holds(there, 1);
    holds(OTHER, 1);
    assertThat(observe(going)).isInstanceOf(Observation.Absent.class);
  }

  @Test
  void SNK_2_anItemThatIsRefusedLeavesTheOthers() {
    assumeTrue(replica().capabilities().maxBatch() >= 3, "the store takes no batches");
    List<Outcome> outcomes =
        replica()
            .apply(
                List.of(
                    create(KEY, 1),
                    Change.put(Key.EMPTY, value(Key.EMPTY, 1), Expect.absent()),
                    create(OTHER, 1)));
    assertThat(outcomes.get(0)).isInstanceOf(Outcome.Applied.class);
    assertThat(outcomes.get(1)).isInstanceOf(Outcome.Rejected.class);
    assertThat(outcomes.get(2)).isInstanceOf(Outcome.Applied.class);
    holds(KEY, 1);
    holds(OTHER, 1);
  }

  @Test
  void SNK_2_noChangesNoOutcomes() {
    assertThat(replica().apply(List.of())).isEmpty();
  }

  @Test
  void SNK_2_hostileKeysAreChangedAlone() {
    for (Key key : keys()) {
      applied(create(key, 1));
    }
    Key one = keys().get(keys().size() / 2);
    applied(Change.put(one, value(one, 2), Expect.at(present(one).version())));
    for (Key key : keys()) {
      holds(key, key.equals(one) ? 2 : 1);
    }
  }

  // ---- SNK-3
  // -------------------------------------------------------------------------------------

  @Test
  void SNK_3_noGuardIsClaimedBeyondTheCapabilities() {
    Outcome.Applied put = applied(create(KEY, 1));
    assertThat(put.guard()).isLessThanOrEqualTo(replica().capabilities().puts());
    Outcome.Applied delete = applied(Change.delete(KEY, Expect.at(present(KEY).version())));
    assertThat(delete.guard()).isLessThanOrEqualTo(replica().capabilities().deletes());
  }

  // ---- SNK-4
  // -------------------------------------------------------------------------------------

  @Test
  void SNK_4_aLostReplyIsUnsure() throws Exception {
    applied(create(KEY, 1));
    Version version = present(KEY).version();
    loseReplies();
    Outcome created = apply(create(OTHER, 1));
    Outcome put = apply(Change.put(KEY, value(KEY, 2), Expect.at(version)));
    repair();
    assertThat(created).isInstanceOf(Outcome.Unsure.class);
    assertThat(put).isInstanceOf(Outcome.Unsure.class);
  }

  @Test
  void SNK_4_aBrokenStoreAppliesNothing() throws Exception {
    applied(create(KEY, 1));
    Version version = present(KEY).version();
    breakStore();
    Outcome put = apply(Change.put(KEY, value(KEY, 2), Expect.at(version)));
    Outcome delete = apply(Change.delete(KEY, Expect.at(version)));
    repair();
    assertThat(put).isInstanceOfAny(Outcome.Rejected.class, Outcome.Unsure.class);
    assertThat(delete).isInstanceOfAny(Outcome.Rejected.class, Outcome.Unsure.class);
    holds(KEY, 1);
  }

  // ---- SNK-5
  // -------------------------------------------------------------------------------------

  @Test
  void SNK_5_theVersionOfAPutIsTheOneThatIsObserved() {
    Version created = applied(create(KEY, 1)).now().orElseThrow();
    assertThat(present(KEY).version()).isEqualTo(created);
    Version replaced =
        applied(Change.put(KEY, value(KEY, 2), Expect.at(created))).now().orElseThrow();
    assertThat(present(KEY).version()).isEqualTo(replaced).isNotEqualTo(created);
  }

  // ---- SNK-6
  // -------------------------------------------------------------------------------------

  @Test
  void SNK_6_deletingWhatIsNotThere() throws Exception {
    assertThat(apply(Change.delete(KEY, Expect.absent()))).isInstanceOf(Outcome.Unchanged.class);
    assertThat(apply(Change.delete(KEY, Expect.anything()))).isInstanceOf(Outcome.Unchanged.class);
    Version version = applied(create(KEY, 1)).now().orElseThrow();
    remove(KEY);
    conflict(Change.delete(KEY, Expect.at(version)));
  }

  // ---- SNK-7
  // -------------------------------------------------------------------------------------

  @Test
  void SNK_7_noReaderSeesHalfAnItem() throws Exception {
    applied(create(KEY, 1));
    List<Observation<V>> seen =
        Racing.whileRunning(
            () -> {
              for (int round = 0; round < ROUNDS; round++) {
                apply(Change.put(KEY, value(KEY, 1 + round % 2), Expect.anything()));
              }
            },
            () -> observe(KEY));
    for (Observation<V> observed : seen) {
      V read = observed.content().orElseThrow();
      assertThat(same(value(KEY, 1), read) || same(value(KEY, 2), read)).as("%s", read).isTrue();
    }
  }

  // ---- SNK-8
  // -------------------------------------------------------------------------------------

  @Test
  void SNK_8_ofWritersWhoExpectTheSameOneWins() throws Exception {
    assumeTrue(replica().capabilities().puts() == Guard.ATOMIC, "puts are not guarded atomically");
    List<Key> keys = raced();
    List<Expect> expected = Collections.nCopies(races(), Expect.absent());
    for (int round = 0; round < 3; round++) {
      List<Expect> same = expected;
      List<Integer> winners =
          Racing.winners(
              WRITERS,
              races(),
              (writer, i) ->
                  apply(Change.put(keys.get(i), value(keys.get(i), writer), same.get(i))));
      for (int i = 0; i < races(); i++) {
        holds(keys.get(i), winners.get(i));
      }
      expected = states(keys);
    }
  }

  @Test
  void SNK_8_ofAWriterAndADeleterOneWins() throws Exception {
    assumeTrue(replica().capabilities().puts() == Guard.ATOMIC, "puts are not guarded atomically");
    assumeTrue(
        replica().capabilities().deletes() == Guard.ATOMIC, "deletes are not guarded atomically");
    List<Key> keys = raced();
    for (Key key : keys) {
      put(key, 1);
    }
    List<Expect> same = states(keys);
    List<Integer> winners =
        Racing.winners(
            WRITERS,
            races(),
            (writer, i) ->
                apply(
                    writer % 2 == 0
                        ? Change.delete(keys.get(i), same.get(i))
                        : Change.put(keys.get(i), value(keys.get(i), 2), same.get(i))));
    for (int i = 0; i < races(); i++) {
      assertThat(observe(keys.get(i)))
          .isInstanceOf(
              winners.get(i) % 2 == 0 ? Observation.Absent.class : Observation.Present.class);
    }
  }

  // ---- tombstones
  // --------------------------------------------------------------------------------

  @Test
  void SNK_5_aTombstoneIsSeenAsDeletedWithItsRemains() {
    assumeTrue(replica().capabilities().keepsTombstones(), "the store keeps no tombstones");
    Version first = applied(create(KEY, 1)).now().orElseThrow();
    V tombstone = tombstone(KEY, 2);
    Version dead = applied(Change.put(KEY, tombstone, Expect.at(first))).now().orElseThrow();
    Observation<V> seen = observe(KEY);
    assertThat(seen).isInstanceOf(Observation.Deleted.class);
    assertThat(seen.expectation()).isEqualTo(Expect.at(dead));
    assertThat(seen.content())
        .hasValueSatisfying(read -> assertThat(same(tombstone, read)).isTrue());
    conflict(create(KEY, 3));
    applied(Change.put(KEY, value(KEY, 3), Expect.at(dead)));
    holds(KEY, 3);
  }

  @Test
  void SRC_1_tombstonesAreListedWhereTheStoreSaysSo() {
    assumeTrue(replica().capabilities().keepsTombstones(), "the store keeps no tombstones");
    applied(create(KEY, 1));
    applied(Change.put(OTHER, tombstone(OTHER, 1), Expect.absent()));
    List<Entry> entries = entries(KeyRange.all());
    if (replica().capabilities().listsTombstones()) {
      assertThat(entries)
          .filteredOn(Entry::tombstone)
          .extracting(Entry::key)
          .containsExactly(OTHER);
      assertThat(entries).hasSize(2);
    } else {
      assertThat(entries).extracting(Entry::key).containsExactly(KEY);
    }
  }

  @Test
  void SNK_6_deletingATombstoneLeavesNothing() {
    assumeTrue(replica().capabilities().keepsTombstones(), "the store keeps no tombstones");
    Version dead = applied(Change.put(KEY, tombstone(KEY, 1), Expect.absent())).now().orElseThrow();
    applied(Change.delete(KEY, Expect.at(dead)));
    assertThat(observe(KEY)).isInstanceOf(Observation.Absent.class);
    assertThat(listed(KeyRange.all())).isEmpty();
  }

  // ---- help
  // --------------------------------------------------------------------------------------

  private Outcome apply(Change<V> change) {
    List<Outcome> outcomes = replica().apply(List.of(change));
    assertThat(outcomes).hasSize(1);
    return outcomes.get(0);
  }

  private Outcome.Applied applied(Change<V> change) {
    Outcome outcome = apply(change);
    assertThat(outcome).as("%s", change).isInstanceOf(Outcome.Applied.class);
    return (Outcome.Applied) outcome;
  }

  private void conflict(Change<V> change) {
    assertThat(apply(change)).as("%s", change).isInstanceOf(Outcome.Conflict.class);
  }

  private Change<V> create(Key key, int content) {
    return Change.put(key, value(key, content), Expect.absent());
  }

  private void holds(Key key, int content) {
    V read = present(key).value();
    assertThat(same(value(key, content), read)).as("%s holds %s", key, read).isTrue();
  }

  private static void guarded(Guard guard) {
    assumeTrue(guard != Guard.NONE, "the store does not look at expectations");
  }

  private List<Key> raced() {
    return IntStream.range(0, races()).mapToObj(i -> Key.utf8("raced/" + i)).toList();
  }

  private List<Expect> states(List<Key> keys) {
    return keys.stream().map(key -> Expect.at(present(key).version())).toList();
  }
}
