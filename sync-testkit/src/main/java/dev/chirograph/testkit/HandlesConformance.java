package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.chirograph.Key;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.Version;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Handles;
import dev.chirograph.spi.relocate.Handles.Switch;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.spi.relocate.Placement;
import dev.chirograph.spi.relocate.Vacated.State;
import dev.chirograph.spi.relocate.Vacated.Vacancy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Proves the guarantees HND-1 to HND-7 of {@link Handles}, and AUD-1 of {@link
 * dev.chirograph.spi.relocate.SupportsAudit} where they have it, as far as they can be asked for:
 * that a crash loses nothing (HND-6) is for an adapter's own tests.
 *
 * <p>An adapter's test extends this class and says how its host adds and removes handles.
 */
public abstract class HandlesConformance extends HandlesConcurrencyGuarantees {

  // ---- HND-1: what lies elsewhere

  @Test
  void HND_1_whatIsMisplacedLiesInMovableStorageAndElsewhere() throws Exception {
    put(1, at(OLD, "a"));
    put(2, at(NEW, "p/a"));
    put(3, at(NEW, "a"));
    put(4, at(NEW, "P/a"));
    put(5, at(FIXED, "a"));
    put(6, at(FIXED, "p/a"));
    put(handle(id(7), "another", at(OLD, "b")));
    put(8, at(OLD, "p/a"));
    put(9, at(NEW, "p/"));

    assertThat(ids(misplaced(placement(NEW, "p/"), 100)))
        .containsExactly(id(1), id(3), id(4), id(8));
    assertThat(ids(misplaced(placement(NEW, ""), 100))).containsExactly(id(1), id(8));
    assertThat(ids(misplaced(placement(FIXED, ""), 100)))
        .containsExactly(id(1), id(2), id(3), id(4), id(8), id(9));
    assertThat(misplaced(placement(NEW, ""), 100).get(0)).isEqualTo(find(id(1)));
  }

  @Test
  void HND_1_whetherBytesMayBeMovedIsAskedAgain() throws Exception {
    assertThat(handles.isMovable(put(1, at(OLD, "a")))).isTrue();
    assertThat(handles.isMovable(put(2, at(NEW, "a")))).isTrue();
    assertThat(handles.isMovable(put(3, at(FIXED, "a")))).isFalse();
  }

  @Test
  void HND_1_pagesComeInOneOrderAndEachHandleOnce() throws Exception {
    List<FileHandle> all = put(0, 25, at(OLD, "a"));
    assertThat(misplaced(placement(NEW, ""), 7)).isEqualTo(all);
    assertThat(misplaced(placement(NEW, ""), 25)).isEqualTo(all);
    remove(id(6));
    assertThat(handles.misplaced(placement(NEW, ""), Optional.of(id(6)), 2))
        .as("behind one that is gone")
        .isEqualTo(all.subList(7, 9));
    assertThat(misplaced(placement(OLD, ""), 7)).isEmpty();
  }

  @Test
  void HND_1_ownersAreComparedExactly() throws Exception {
    List<String> owners = List.of(OWNER, "Owner", "owner ", "own%", "ówner", "owner/");
    for (String owner : owners) {
      put(handle(id(owners.indexOf(owner)), owner, at(OLD, "a")));
    }
    assertThat(ids(misplaced(placement(NEW, ""), 100))).containsExactly(id(0));
    Placement other = new Placement("OWNER", 1, Optional.empty(), NEW, "", Optional.empty());
    assertThat(misplaced(other, 100)).isEmpty();
  }

  @Test
  void HND_1_prefixesAreComparedByteByByte() throws Exception {
    List<Key> keys = keys();
    List<FileHandle> all = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      all.add(put(i, Location.latest(NEW, keys.get(i))));
    }
    for (String prefix : List.of("a", "A", "k", "%", "_", "a ", "a/", "\\", "é", "e", "x", "'")) {
      Placement placement = placement(NEW, prefix);
      assertThat(ids(misplaced(placement, 50)))
          .as("not below %s", prefix)
          .isEqualTo(ids(all.stream().filter(one -> !placement.holds(one.at())).toList()));
    }
  }

  private List<FileHandle> misplaced(Placement placement, int limit) {
    List<FileHandle> all = new ArrayList<>();
    Optional<Key> after = Optional.empty();
    List<FileHandle> page;
    do {
      page = handles.misplaced(placement, after, limit);
      assertThat(page).hasSizeLessThanOrEqualTo(limit);
      all.addAll(page);
      after = page.isEmpty() ? after : Optional.of(page.get(page.size() - 1).id());
    } while (!page.isEmpty());
    return all;
  }

  // ---- HND-2: what is found and shared

  @Test
  void HND_2_handlesAreFoundByPositionWithAllThatTheySay() throws Exception {
    FileHandle first = put(1, at(OLD, "a"));
    FileHandle full =
        put(
            new FileHandle(
                id(2),
                new Version("none"),
                "another",
                at(NEW, "p/b"),
                OptionalLong.of(1L << 40),
                Optional.of("d41d8cd98f00b204e9800998ecf8427e"),
                Optional.of(id(1))));
    assertThat(full.preview()).contains(id(1));
    assertThat(handles.find(List.of(id(2), id(9), id(1), id(2))))
        .containsExactly(
            Optional.of(full), Optional.empty(), Optional.of(first), Optional.of(full));
    assertThat(handles.find(List.of())).isEmpty();
  }

  @Test
  void HND_2_manyAreFoundAtOnce() throws Exception {
    List<FileHandle> all = put(0, 1_100, at(OLD, "a"));
    assertThat(handles.find(ids(all))).isEqualTo(all.stream().map(Optional::of).toList());
  }

  @Test
  void HND_2_whatSharesAnObjectComesInPages() throws Exception {
    Location shared = at(OLD, "shared");
    put(100, at(OLD, "shared/"));
    put(101, at(NEW, "shared"));
    List<FileHandle> all = new ArrayList<>(put(0, 9, shared));
    all.add(put(handle(id(200), "another", shared)));
    List<FileHandle> seen = new ArrayList<>();
    List<FileHandle> page = handles.sharing(shared, Optional.empty(), 4);
    while (!page.isEmpty()) {
      assertThat(page).hasSizeLessThanOrEqualTo(4);
      seen.addAll(page);
      page = handles.sharing(shared, Optional.of(page.get(page.size() - 1).id()), 4);
    }
    assertThat(seen).isEqualTo(all);
  }

  @Test
  void HND_2_keysAreComparedByteByByte() throws Exception {
    List<Key> keys = keys();
    for (int i = 0; i < keys.size(); i++) {
      put(i, Location.latest(OLD, keys.get(i)));
    }
    for (int i = 0; i < keys.size(); i++) {
      Location at = Location.latest(OLD, keys.get(i));
      assertThat(ids(handles.sharing(at, Optional.empty(), 9))).as("%s", at).containsExactly(id(i));
      assertThat(find(id(i)).at()).isEqualTo(at);
    }
    assertThat(handles.sharing(at("OLD", "key"), Optional.empty(), 9)).isEmpty();
  }

  // ---- HND-3: repointing

  @Test
  void HND_3_onlyWhatIsAsExpectedIsRepointed() throws Exception {
    Location from = at(OLD, "a");
    Location to = at(NEW, "a");
    FileHandle good = put(1, from);
    FileHandle stale = put(2, from);
    FileHandle fresh = put(2, from);
    FileHandle gone = put(3, from);
    remove(id(3));
    FileHandle elsewhere = put(4, at(OLD, "b"));
    FileHandle alsoGood = put(5, from);

    List<Outcome> outcomes =
        repoint(from, to, List.of(good, stale, gone, elsewhere, alsoGood, good));

    assertThat(outcomes.subList(1, 4))
        .containsExactly(
            Outcome.conflict(fresh.etag()), Outcome.conflict(), Outcome.conflict(elsewhere.etag()));
    Version etag = applied(outcomes.get(0));
    assertThat(outcomes.get(5)).as("once more").isEqualTo(Outcome.conflict(etag));
    assertThat(handles.find(List.of(id(1), id(2), id(3), id(4), id(5))))
        .containsExactly(
            Optional.of(good.withEtag(etag).movedTo(to)),
            Optional.of(fresh),
            Optional.empty(),
            Optional.of(elsewhere),
            Optional.of(alsoGood.withEtag(applied(outcomes.get(4))).movedTo(to)));
    assertThat(pendingAt()).containsExactly(from);
  }

  @Test
  void HND_3_nothingIsLeftWhereNothingChanged() throws Exception {
    FileHandle stale = put(1, at(OLD, "a"));
    put(1, at(OLD, "a"));
    assertThat(repoint(stale, at(NEW, "a"))).isInstanceOf(Outcome.Conflict.class);
    assertThat(repoint(at(OLD, "a"), at(NEW, "a"), List.of())).isEmpty();
    assertThat(pending()).isEmpty();
  }

  @Test
  void HND_3_noEtagComesBack() throws Exception {
    FileHandle now = put(1, at(OLD, "a"));
    Set<Version> etags = new HashSet<>(Set.of(now.etag()));
    for (int i = 0; i < 6; i++) {
      FileHandle before = now;
      Version etag = applied(repoint(before, at(i % 2 == 0 ? NEW : OLD, "a")));
      now = find(id(1));
      assertThat(now.etag()).isEqualTo(etag);
      assertThat(etags.add(etag)).as("an etag of its own").isTrue();
      assertThat(repoint(before, at(NEW, "other"))).isEqualTo(Outcome.conflict(etag));
    }
  }

  @Test
  void HND_3_manyHandlesOfOneObjectAreRepointedAtOnce() throws Exception {
    Location to = at(NEW, "a");
    List<FileHandle> all = put(0, 500, at(OLD, "a"));
    List<Outcome> outcomes = repoint(at(OLD, "a"), to, all);
    List<FileHandle> moved = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      moved.add(all.get(i).withEtag(applied(outcomes.get(i))).movedTo(to));
    }
    assertThat(handles.sharing(to, Optional.empty(), 1_000)).isEqualTo(moved);
    assertThat(handles.sharing(at(OLD, "a"), Optional.empty(), 1)).isEmpty();
  }

  @Test
  void HND_3_keysArriveAsTheyAre() throws Exception {
    FileHandle now = put(1, at(OLD, "a"));
    for (Key key : keys()) {
      Location to = Location.latest(NEW, key);
      now = now.withEtag(applied(repoint(now, to))).movedTo(to);
      assertThat(find(id(1))).isEqualTo(now);
    }
    assertThat(pendingAt()).hasSize(keys().size()).doesNotContain(now.at());
  }

  // ---- HND-4: nothing goes where all is over

  @Test
  void HND_4_nothingIsRepointedToARetiredLocation() throws Exception {
    List<FileHandle> all = put(0, 2, at(OLD, "a"));
    Location to = at(NEW, "a");
    for (boolean left : List.of(false, true)) {
      Location retired = left ? at(NEW, "left before") : to;
      if (left) {
        leave(retired);
      }
      assertThat(vacated.retire(retired)).isTrue();
      refuses(all, retired);
      vacated.cleared(retired);
      refuses(all, retired);
    }
    assertThat(repoint(all.get(0), at(NEW, "A"))).isInstanceOf(Outcome.Applied.class);
  }

  private void refuses(List<FileHandle> all, Location retired) throws Exception {
    assertThat(repoint(all.get(0).at(), retired, all))
        .containsExactly(Outcome.conflict(all.get(0).etag()), Outcome.conflict(all.get(1).etag()));
    assertThat(handles.find(ids(all))).isEqualTo(all.stream().map(Optional::of).toList());
    assertThat(pendingAt()).doesNotContain(all.get(0).at());
    assertThat(catchThrowableOfType(SyncException.class, () -> put(handle(id(9), retired))).kind())
        .isEqualTo(Kind.CONFLICT);
  }

  // ---- HND-5: retiring

  @Test
  void HND_5_whatIsReferredToIsNotRetired() throws Exception {
    Location at = at(OLD, "a");
    put(handle(id(1), "another", at));
    assertThat(vacated.retire(at)).isFalse();
    assertThat(isRetired(at)).isFalse();
    remove(id(1));
    assertThat(vacated.retire(at)).isTrue();
    assertThat(isRetired(at)).isTrue();
  }

  @Test
  void HND_5_whatIsRetiredStaysRetired() throws Exception {
    Location at = at(OLD, "a");
    leave(at);
    assertThat(vacated.retire(at)).isTrue();
    assertThat(vacated.retire(at)).isTrue();
    vacated.cleared(at);
    vacated.cleared(at);
    assertThat(vacated.retire(at)).isTrue();
    assertThat(pendingAt()).isEmpty();
    assertThat(again().vacated().states(List.of(at, at(OLD, "A"), at(OLD, "a/"), at)))
        .containsExactly(State.RETIRED, State.UNKNOWN, State.UNKNOWN, State.RETIRED);
    assertThat(vacated.states(List.of())).isEmpty();
  }

  @Test
  void HND_5_clearingRetiresNothing() throws Exception {
    leave(at(OLD, "left"));
    vacated.cleared(at(OLD, "left"));
    vacated.cleared(at(OLD, "never heard of"));
    assertThat(vacated.states(List.of(at(OLD, "left"), at(OLD, "never heard of"))))
        .containsExactly(State.LEFT, State.UNKNOWN);
    assertThat(pendingAt()).containsExactly(at(OLD, "left"));
  }

  @Test
  void HND_5_keysOfEveryKindAreRetiredAlone() throws Exception {
    List<Key> keys = keys();
    List<Location> all = keys.stream().map(key -> Location.latest(OLD, key)).toList();
    for (int i = 0; i < all.size(); i += 2) {
      assertThat(vacated.retire(all.get(i))).isTrue();
    }
    List<Boolean> retired = areRetired(all);
    for (int i = 0; i < all.size(); i++) {
      assertThat(retired.get(i)).as("%s", all.get(i)).isEqualTo(i % 2 == 0);
    }
    assertThat(pendingAt())
        .hasSameSizeAs(retired.stream().filter(one -> one).toList())
        .allMatch(at -> all.indexOf(at) % 2 == 0)
        .doesNotHaveDuplicates();
  }

  // ---- HND-6: what is pending

  @Test
  void HND_6_whatWasLeftIsToldUntilItIsCleared() throws Exception {
    Location at = at(OLD, "a");
    leave(at);
    Vacancy left = pending().get(0);
    assertThat(left.at()).isEqualTo(at);
    assertThat(left.pin()).contains(PIN);
    assertThat(left.age()).isGreaterThanOrEqualTo(Duration.ZERO);
    assertThat(left.retired()).isFalse();

    assertThat(vacated.retire(at)).isTrue();
    Vacancy retired = again().vacated().pending(Optional.empty(), 9).get(0);
    assertThat(retired.at()).isEqualTo(at);
    assertThat(retired.pin()).contains(PIN);
    assertThat(retired.age()).isGreaterThanOrEqualTo(left.age());
    assertThat(retired.retired()).isTrue();

    vacated.cleared(at);
    assertThat(pending()).isEmpty();
  }

  @Test
  void HND_6_whatIsKnownOfOneLocationOutlivesItsObject() throws Exception {
    Location at = at(OLD, "a");
    assertThat(vacated.find(at)).isEmpty();
    leave(at);
    assertThat(vacated.find(at).orElseThrow().retired()).isFalse();
    assertThat(vacated.find(at).orElseThrow().pin()).contains(PIN);
    assertThat(vacated.find(at(OLD, "A"))).isEmpty();
    assertThat(vacated.find(at(OLD, "a", "v1"))).as("a version of it").isEmpty();

    assertThat(vacated.retire(at)).isTrue();
    vacated.cleared(at);
    Vacancy cleared = vacated.find(at).orElseThrow();
    assertThat(cleared.at()).isEqualTo(at);
    assertThat(cleared.retired()).isTrue();
    assertThat(cleared.pin()).contains(PIN);
    assertThat(cleared.age()).isGreaterThanOrEqualTo(Duration.ZERO);
  }

  @Test
  void HND_6_whatWasRetiredAtOnceHasNoPin() throws Exception {
    assertThat(vacated.retire(at(NEW, "orphan"))).isTrue();
    Vacancy orphan = pending().get(0);
    assertThat(orphan.pin()).isEmpty();
    assertThat(orphan.retired()).isTrue();
  }

  @Test
  void HND_6_whatIsReferredToAgainIsPendingNoMore() throws Exception {
    Location at = at(OLD, "a");
    FileHandle moved = put(1, at);
    moved = moved.withEtag(applied(repoint(moved, at(NEW, "a")))).movedTo(at(NEW, "a"));
    assertThat(vacated.states(List.of(at, at(NEW, "a"))))
        .containsExactly(State.LEFT, State.UNKNOWN);
    applied(repoint(moved, at));
    assertThat(vacated.states(List.of(at, at(NEW, "a"))))
        .containsExactly(State.UNKNOWN, State.LEFT);
    assertThat(vacated.find(at)).isEmpty();
    assertThat(vacated.retire(at)).isFalse();
    assertThat(pendingAt()).containsExactly(at(NEW, "a"));
  }

  @Test
  void HND_6_whatIsLeftAgainIsToldWithTheLastPin() throws Exception {
    Location at = at(OLD, "a");
    leave(at);
    FileHandle second = put(1, at);
    Version pin = new Version("pin \uD83D\uDE00 " + "x".repeat(1_000));
    handles.repoint(new Switch(at, pin, at(NEW, "b"), List.of(second)));
    assertThat(pending()).hasSize(1);
    assertThat(pending().get(0).pin()).contains(pin);
  }

  @Test
  void HND_6_pagesOfPendingLocationsAreComplete() throws Exception {
    Set<Location> all = new HashSet<>();
    for (int i = 0; i < 10; i++) {
      Location at = at(i % 2 == 0 ? OLD : NEW, "k" + i / 2);
      leave(at);
      all.add(at);
      if (i % 3 == 0) {
        assertThat(vacated.retire(at)).isTrue();
      }
    }
    List<Location> pending = pendingAt();
    assertThat(pending).hasSize(10).hasSameElementsAs(all);
    Location third = pending.get(2);
    assertThat(vacated.retire(third)).isTrue();
    vacated.cleared(third);
    assertThat(vacated.pending(Optional.of(third), 2).stream().map(Vacancy::at))
        .as("behind one that is not pending any more")
        .isEqualTo(pending.subList(3, 5));
  }

  // ---- HND-7: versions

  @Test
  void HND_7_aVersionIsSharedWithThoseThatNameItOrNone() throws Exception {
    assumeTrue(keepsVersions(), "handles name no versions");
    put(1, at(OLD, "a"));
    put(2, at(OLD, "a", "v1"));
    put(3, at(OLD, "a", "v2"));
    put(4, at(OLD, "a", "V1"));
    put(5, at(OLD, "b", "v1"));
    assertThat(find(id(2)).at()).isEqualTo(at(OLD, "a", "v1"));
    assertThat(ids(handles.sharing(at(OLD, "a", "v1"), Optional.empty(), 9)))
        .containsExactly(id(1), id(2));
    assertThat(ids(handles.sharing(at(OLD, "a"), Optional.empty(), 9)))
        .containsExactly(id(1), id(2), id(3), id(4));
  }

  @Test
  void HND_7_expectedIsExactlyTheLocationThatWasRead() throws Exception {
    assumeTrue(keepsVersions(), "handles name no versions");
    FileHandle latest = put(1, at(OLD, "a"));
    FileHandle first = put(2, at(OLD, "a", "v1"));
    assertThat(repoint(at(OLD, "a", "v1"), at(NEW, "a"), List.of(latest, first)))
        .extracting(outcome -> outcome.getClass().getSimpleName())
        .containsExactly("Conflict", "Applied");
    assertThat(pendingAt()).containsExactly(at(OLD, "a", "v1"));
    assertThat(repoint(latest, at(OLD, "a", "v2"))).isInstanceOf(Outcome.Applied.class);
    assertThat(find(id(1)).at()).isEqualTo(at(OLD, "a", "v2"));
  }

  @Test
  void HND_7_aVersionThatMayBeReferredToIsNotRetired() throws Exception {
    assumeTrue(keepsVersions(), "handles name no versions");
    put(1, at(OLD, "a", "v2"));
    assertThat(vacated.retire(at(OLD, "a", "v2"))).isFalse();
    assertThat(vacated.retire(at(OLD, "a"))).isFalse();
    assertThat(vacated.retire(at(OLD, "a", "v1"))).isTrue();
    put(2, at(OLD, "b"));
    assertThat(vacated.retire(at(OLD, "b", "v1"))).isFalse();
    remove(id(1));
    assertThat(vacated.retire(at(OLD, "a"))).isTrue();
  }

  @Test
  void HND_7_whereAVersionIsRetiredTheLatestIsToo() throws Exception {
    assumeTrue(keepsVersions(), "handles name no versions");
    FileHandle handle = put(1, at(OLD, "x"));
    assertThat(vacated.retire(at(NEW, "a", "v1"))).isTrue();
    assertThat(vacated.retire(at(NEW, "b"))).isTrue();
    assertThat(
            areRetired(
                List.of(
                    at(NEW, "a"),
                    at(NEW, "a", "v1"),
                    at(NEW, "a", "v2"),
                    at(NEW, "b"),
                    at(NEW, "b", "v1"))))
        .containsExactly(true, true, false, true, true);
    assertThat(repoint(handle, at(NEW, "a"))).isInstanceOf(Outcome.Conflict.class);
    assertThat(repoint(handle, at(NEW, "a", "v1"))).isInstanceOf(Outcome.Conflict.class);
    assertThat(repoint(handle, at(NEW, "b", "v1"))).isInstanceOf(Outcome.Conflict.class);
    assertThat(repoint(handle, at(NEW, "a", "v2"))).isInstanceOf(Outcome.Applied.class);
  }

  @Test
  void HND_7_versionsAreLeftEachForItself() throws Exception {
    assumeTrue(keepsVersions(), "handles name no versions");
    List<Location> all = List.of(at(OLD, "a", "v1"), at(OLD, "a", "v2"), at(OLD, "a"));
    for (Location at : all) {
      leave(at);
    }
    assertThat(pendingAt()).hasSameElementsAs(all).hasSize(3);
    assertThat(vacated.retire(at(OLD, "a", "v1"))).isTrue();
    vacated.cleared(at(OLD, "a"));
    assertThat(pendingAt()).as("it is not retired itself").hasSize(3);
    vacated.cleared(at(OLD, "a", "v1"));
    assertThat(pendingAt()).hasSameElementsAs(all.subList(1, 3)).hasSize(2);
  }
}
