package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.chirograph.Change;
import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Version;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a change does: SNK-1, SNK-2, SNK-3, SNK-5 and SNK-6. */
abstract class ReplicaChangeGuarantees<V> extends ReplicaHarness<V> {

  // ---- SNK-1

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

  @Test
  void SNK_3_noGuardIsClaimedBeyondTheCapabilities() {
    Outcome.Applied put = applied(create(KEY, 1));
    assertThat(put.guard()).isLessThanOrEqualTo(replica().capabilities().puts());
    Outcome.Applied delete = applied(Change.delete(KEY, Expect.at(present(KEY).version())));
    assertThat(delete.guard()).isLessThanOrEqualTo(replica().capabilities().deletes());
  }

  // ---- SNK-5

  @Test
  void SNK_5_theVersionOfAPutIsTheOneThatIsObserved() {
    Version created = applied(create(KEY, 1)).now().orElseThrow();
    assertThat(present(KEY).version()).isEqualTo(created);
    Version replaced =
        applied(Change.put(KEY, value(KEY, 2), Expect.at(created))).now().orElseThrow();
    assertThat(present(KEY).version()).isEqualTo(replaced).isNotEqualTo(created);
  }

  // ---- SNK-6

  @Test
  void SNK_6_deletingWhatIsNotThere() throws Exception {
    assertThat(apply(Change.delete(KEY, Expect.absent()))).isInstanceOf(Outcome.Unchanged.class);
    assertThat(apply(Change.delete(KEY, Expect.anything()))).isInstanceOf(Outcome.Unchanged.class);
    Version version = applied(create(KEY, 1)).now().orElseThrow();
    remove(KEY);
    conflict(Change.delete(KEY, Expect.at(version)));
  }
}
