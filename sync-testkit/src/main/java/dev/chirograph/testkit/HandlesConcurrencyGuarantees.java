package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Handles;
import dev.chirograph.spi.relocate.Handles.Switch;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.spi.relocate.Vacated.Vacancy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** HND-2 to HND-6 with several threads at once. */
abstract class HandlesConcurrencyGuarantees extends HandlesAuditGuarantees {

  private static final int ROUNDS = 40;

  @Test
  void HND_2_whatIsReadIsOfOneMoment() throws Exception {
    List<FileHandle> all = put(0, 30, at(OLD, "a"));
    List<Key> ids = ids(all);
    List<Set<Location>> seen =
        Crowd.whileRunning(
            () -> {
              Handles mover = again();
              for (int i = 0; i < ROUNDS; i++) {
                Location from = at(i % 2 == 0 ? OLD : NEW, "a");
                Location to = at(i % 2 == 0 ? NEW : OLD, "a");
                List<FileHandle> now =
                    mover.find(ids).stream().map(one -> one.orElseThrow()).toList();
                assertThat(patiently(mover, new Switch(from, PIN, to, now)))
                    .hasOnlyElementsOfType(Outcome.Applied.class);
              }
            },
            () -> {
              Set<Location> places = new HashSet<>();
              handles.find(ids).forEach(one -> places.add(one.orElseThrow().at()));
              assertThat(handles.sharing(at(OLD, "a"), Optional.empty(), 100).size())
                  .isIn(0, ids.size());
              return places;
            });
    assertThat(seen).allMatch(places -> places.size() == 1);
  }

  @Test
  void HND_3_ofRepointingsThatRaceOneWins() throws Exception {
    List<FileHandle> all = put(0, ROUNDS, at(OLD, "a"));
    List<Integer> winners =
        Crowd.winners(
            4,
            ROUNDS,
            (writer, item) ->
                patiently(
                        again(),
                        new Switch(
                            at(OLD, "a"), PIN, at(NEW, "w" + writer), List.of(all.get(item))))
                    .get(0));
    for (int i = 0; i < ROUNDS; i++) {
      assertThat(find(id(i)).at()).isEqualTo(at(NEW, "w" + winners.get(i)));
    }
    assertThat(pendingAt()).containsExactly(at(OLD, "a"));
  }

  @Test
  void HND_3_switchesInDifferentOrdersDoNotBlockEachOther() throws Exception {
    int many = 12;
    List<FileHandle> all = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      all.add(put(i, at(i % 2 == 0 ? OLD : NEW, "a")));
    }
    // Half of them go one way, half the other: two locations are taken in both orders.
    List<Outcome> outcomes =
        Crowd.of(
            many,
            number -> {
              Location from = all.get(number).at();
              Location to = at(from.bucket().equals(OLD) ? NEW : OLD, "a");
              return patiently(again(), new Switch(from, PIN, to, List.of(all.get(number)))).get(0);
            });
    assertThat(outcomes).hasOnlyElementsOfType(Outcome.Applied.class);
  }

  @Test
  void HND_4_HND_5_ofARetirementAndARepointingOneWins() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      Location to = at(NEW, "to" + round);
      if (round % 2 == 0) {
        leave(to); // else nothing is known of it
      }
      List<FileHandle> all = put(round * 10, 3, at(OLD, "from" + round));
      List<Boolean> won =
          Crowd.of(
              3,
              number ->
                  number == 0
                      ? Crowd.patiently(() -> again().vacated().retire(to))
                      : patiently(
                                  again(),
                                  new Switch(
                                      all.get(0).at(),
                                      PIN,
                                      to,
                                      number == 1 ? all.subList(0, 2) : all.subList(2, 3)))
                              .get(0)
                          instanceof Outcome.Applied);
      assertThat(isRetired(to)).as("round %s: %s", round, won).isEqualTo(won.get(0));
      assertThat(won.get(0)).as("round %s: %s", round, won).isEqualTo(!won.get(1) && !won.get(2));
      Location one = won.get(1) ? to : all.get(0).at();
      assertThat(find(all.get(0).id()).at()).isEqualTo(one);
      assertThat(find(all.get(1).id()).at()).isEqualTo(one);
    }
  }

  @Test
  void HND_5_ofARetirementAndANewHandleOneWins() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      Location at = at(OLD, "at" + round);
      Key id = id(round);
      if (round % 2 == 0) {
        leave(at);
      }
      List<Boolean> won =
          Crowd.of(
              2,
              number ->
                  number == 0
                      ? Crowd.patiently(() -> again().vacated().retire(at))
                      : added(handle(id, at)));
      assertThat(won.get(0)).as("round %s: %s", round, won).isEqualTo(!won.get(1));
      assertThat(isRetired(at)).isEqualTo(won.get(0));
      assertThat(handles.find(List.of(id)).get(0).isPresent()).isEqualTo(won.get(1));
    }
  }

  /** Whether a handle could be added; a host that lost a lock tries again. */
  private boolean added(FileHandle handle) throws Exception {
    while (true) {
      try {
        put(handle);
        return true;
      } catch (SyncException e) {
        if (e.kind() == Kind.CONFLICT) {
          return false;
        }
        if (!e.mayRetry()) {
          throw e;
        }
      }
    }
  }

  @Test
  void HND_6_aLocationThatIsLeftWhileItsRetirementIsAskedForIsNotLost() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      Location from = at(OLD, "from" + round);
      leave(from);
      FileHandle handle = put(round, from);
      Location to = at(NEW, "to" + round);
      Crowd.of(
          2,
          number ->
              number == 0
                  ? Crowd.patiently(() -> again().vacated().retire(from))
                  : applied(patiently(again(), new Switch(from, PIN, to, List.of(handle))).get(0)));
      List<Vacancy> pending = vacated.pending(Optional.empty(), 10_000);
      assertThat(pending).extracting(Vacancy::at).as("round %s", round).contains(from);
    }
  }

  @Test
  void HND_5_ofManyRetirementsAllSayTheSame() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      Location at = at(OLD, "at" + round);
      assertThat(Crowd.of(4, number -> Crowd.patiently(() -> again().vacated().retire(at))))
          .containsOnly(true);
    }
    assertThat(pendingAt())
        .hasSameElementsAs(
            IntStream.range(0, ROUNDS).mapToObj(round -> at(OLD, "at" + round)).toList());
  }

  private static List<Outcome> patiently(Handles handles, Switch change) {
    return Crowd.patiently(() -> handles.repoint(change));
  }
}
