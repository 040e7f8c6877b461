package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Change;
import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Outcome;
import dev.chirograph.Version;
import dev.chirograph.spi.StateStore;
import dev.chirograph.spi.StateStore.Stored;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** STA-1 and STA-2 with several writers at once. */
abstract class StateConcurrencyGuarantees extends StateHarness {

  private static final int THREADS = 4;

  @Test
  void STA_1_ofTwoCreatorsOneSucceeds() {
    int records = 60;
    List<Integer> created =
        Crowd.of(
            THREADS,
            number -> {
              StateStore handle = open(tenant);
              int mine = 0;
              for (int i = 0; i < records; i++) {
                Outcome outcome = write(handle, "k" + i, "v" + number, Expect.absent());
                mine += outcome instanceof Outcome.Applied ? 1 : 0;
              }
              return mine;
            });

    assertThat(created.stream().mapToInt(Integer::intValue).sum()).isEqualTo(records);
    assertThat(scan(KeyRange.all())).hasSize(records);
  }

  @Test
  void STA_1_noUpdateIsLost() {
    int rounds = 50;
    applied(put("counter", "0", Expect.absent()));
    Set<Version> versions = ConcurrentHashMap.newKeySet();
    Crowd.of(
        THREADS,
        number -> {
          StateStore handle = open(tenant);
          for (int i = 0; i < rounds; i++) {
            assertThat(versions.add(increment(handle))).as("a version of its own").isTrue();
          }
          return number;
        });

    assertThat(value("counter")).contains(Integer.toString(THREADS * rounds));
  }

  private static Version increment(StateStore handle) {
    while (true) {
      Stored present = handle.read(SPACE, keys("counter")).get(0).orElseThrow();
      String next = Integer.toString(Integer.parseInt(text(present)) + 1);
      Outcome outcome = write(handle, "counter", next, Expect.at(present.version()));
      if (outcome instanceof Outcome.Applied) {
        return applied(outcome);
      }
      assertThat(outcome).isInstanceOf(Outcome.Conflict.class);
    }
  }

  @Test
  void STA_2_creatingAndDeletingNeverGivesAVersionTwice() {
    Set<Version> versions = ConcurrentHashMap.newKeySet();
    Crowd.of(
        THREADS,
        number -> {
          StateStore handle = open(tenant);
          for (int i = 0; i < 60; i++) {
            Outcome created = write(handle, "k", "v" + number, Expect.absent());
            if (created instanceof Outcome.Applied) {
              Version version = applied(created);
              assertThat(versions.add(version)).as("a version of its own").isTrue();
              Outcome deleted =
                  Crowd.patiently(
                      () ->
                          handle
                              .write(
                                  SPACE, List.of(Change.delete(Key.utf8("k"), Expect.at(version))))
                              .get(0));
              assertThat(deleted)
                  .as("deleting what this thread created")
                  .isInstanceOf(Outcome.Applied.class);
            }
          }
          return number;
        });
    assertThat(versions).isNotEmpty();
    assertThat(value("k")).isEmpty();
  }

  @Test
  void STA_3_listsInDifferentOrdersDoNotBlockEachOther() {
    Seed seed = Seed.draw();
    int records = 40;
    Crowd.of(
        THREADS,
        number -> {
          StateStore handle = open(tenant);
          Random order = new Random(seed.random(number).nextLong());
          for (int round = 0; round < 15; round++) {
            List<Change<byte[]>> changes = new ArrayList<>();
            for (int i = 0; i < records; i++) {
              changes.add(
                  Change.put(Key.utf8("k" + i), bytes(number + "-" + round), Expect.anything()));
            }
            Collections.shuffle(changes, order);
            List<Outcome> outcomes = Crowd.patiently(() -> handle.write(SPACE, changes));
            assertThat(outcomes).hasSize(records).allMatch(o -> o instanceof Outcome.Applied);
          }
          return number;
        });

    List<Optional<Stored>> last = store.read(SPACE, keys("k0", "k" + (records - 1)));
    assertThat(last).allMatch(Optional::isPresent);
    assertThat(scan(KeyRange.all())).hasSize(records);
  }

  private static Outcome write(StateStore handle, String key, String value, Expect expect) {
    List<Change<byte[]>> changes = List.of(Change.put(Key.utf8(key), bytes(value), expect));
    return Crowd.patiently(() -> handle.write(SPACE, changes).get(0));
  }
}
