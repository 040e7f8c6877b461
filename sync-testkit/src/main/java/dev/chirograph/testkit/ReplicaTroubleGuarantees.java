package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.chirograph.Change;
import dev.chirograph.Expect;
import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Version;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Lost replies, broken stores, and readers and writers at once: SNK-4, SNK-7 and SNK-8. */
abstract class ReplicaTroubleGuarantees<V> extends ReplicaChangeGuarantees<V> {

  private static final int WRITERS = 6;
  private static final int ROUNDS = 15;

  // ---- SNK-4

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

  // ---- SNK-7

  @Test
  void SNK_7_noReaderSeesHalfAnItem() throws Exception {
    applied(create(KEY, 1));
    List<Observation<V>> seen =
        Crowd.whileRunning(
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

  @Test
  void SNK_8_ofWritersWhoExpectTheSameOneWins() throws Exception {
    assumeTrue(replica().capabilities().puts() == Guard.ATOMIC, "puts are not guarded atomically");
    List<Key> keys = raced();
    List<Expect> expected = Collections.nCopies(races(), Expect.absent());
    for (int round = 0; round < 3; round++) {
      List<Expect> same = expected;
      List<Integer> winners =
          Crowd.winners(
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
        Crowd.winners(
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

  private List<Key> raced() {
    return IntStream.range(0, races()).mapToObj(i -> Key.utf8("raced/" + i)).toList();
  }

  private List<Expect> states(List<Key> keys) {
    return keys.stream().map(key -> Expect.at(present(key).version())).toList();
  }
}
