package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Change;
import dev.chirograph.CloseableIterator;
import dev.chirograph.Expect;
import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.Version;
import dev.chirograph.spi.StateStore;
import dev.chirograph.spi.StateStore.Stored;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Proves the guarantees STA-1 to STA-7 of a {@link StateStore} as far as a store can be asked:
 * crashes and lost replies (STA-6, STA-8) are for an adapter's own tests.
 *
 * <p>An adapter's test extends this class and opens its store in {@code open}. The tests leave
 * their records behind; each has a tenant of its own.
 */
public abstract class StateStoreConformance extends StateConcurrencyGuarantees {

  // ---- STA-1: expectations

  @Test
  void STA_1_aRecordIsCreatedOnce() {
    Version version = applied(put("a", "1", Expect.absent()));

    assertThat(put("a", "2", Expect.absent())).isEqualTo(Outcome.conflict(version));
    assertThat(value("a")).contains("1");
    assertThat(stored("a").orElseThrow().version()).isEqualTo(version);
  }

  @Test
  void STA_1_aRecordIsReplacedAtItsVersionOnly() {
    Version first = applied(put("a", "1", Expect.absent()));
    Version second = applied(put("a", "2", Expect.at(first)));

    assertThat(put("a", "3", Expect.at(first))).isInstanceOf(Outcome.Conflict.class);
    assertThat(put("a", "3", Expect.at(new Version("no such version"))))
        .isInstanceOf(Outcome.Conflict.class);
    assertThat(value("a")).contains("2");
    assertThat(stored("a").orElseThrow().version()).isEqualTo(second);
    assertThat(put("none", "1", Expect.at(second))).isEqualTo(Outcome.conflict());
    assertThat(value("none")).isEmpty();
  }

  @Test
  void STA_1_aRecordIsDeletedAtItsVersionOnly() {
    Version first = applied(put("a", "1", Expect.absent()));
    Version second = applied(put("a", "2", Expect.at(first)));

    assertThat(delete("a", Expect.at(first))).isInstanceOf(Outcome.Conflict.class);
    assertThat(delete("a", Expect.absent())).isInstanceOf(Outcome.Conflict.class);
    assertThat(value("a")).contains("2");
    assertThat(delete("a", Expect.at(second))).isEqualTo(Outcome.deleted(Guard.ATOMIC));
    assertThat(value("a")).isEmpty();
    assertThat(delete("a", Expect.at(second))).isEqualTo(Outcome.conflict());
  }

  @Test
  void STA_1_anythingIsReplacedWhenItIsSaidSo() {
    assertThat(delete("a", Expect.anything())).isEqualTo(Outcome.unchanged());
    assertThat(delete("a", Expect.absent())).isEqualTo(Outcome.unchanged());
    applied(put("a", "1", Expect.anything()));
    applied(put("a", "2", Expect.anything()));
    assertThat(value("a")).contains("2");
    assertThat(delete("a", Expect.anything())).isEqualTo(Outcome.deleted(Guard.ATOMIC));
    assertThat(value("a")).isEmpty();
  }

  // ---- STA-2: versions

  @Test
  void STA_2_everyWriteGivesANewVersion() {
    Set<Version> versions = new HashSet<>();
    Version last = applied(put("a", "same", Expect.absent()));
    versions.add(last);
    for (int i = 0; i < 5; i++) {
      Version next = applied(put("a", "same", Expect.at(last)));
      assertThat(stored("a").orElseThrow().version()).isEqualTo(next);
      assertThat(versions.add(next)).as("a version of its own").isTrue();
      last = next;
    }
  }

  @Test
  void STA_2_aVersionDoesNotComeBackAfterADelete() {
    Set<Version> versions = new HashSet<>();
    for (int i = 0; i < 5; i++) {
      Version version = applied(put("a", "same", Expect.absent()));
      assertThat(versions.add(version)).as("a version of its own").isTrue();
      assertThat(delete("a", Expect.at(version))).isInstanceOf(Outcome.Applied.class);
      assertThat(put("a", "late", Expect.at(version))).isEqualTo(Outcome.conflict());
    }
    applied(put("a", "other", Expect.absent()));
    for (Version old : versions) {
      assertThat(put("a", "late", Expect.at(old))).isInstanceOf(Outcome.Conflict.class);
      assertThat(delete("a", Expect.at(old))).isInstanceOf(Outcome.Conflict.class);
    }
    assertThat(value("a")).contains("other");
  }

  // ---- STA-3: lists

  @Test
  void STA_3_recordsAndOutcomesComeByPositionAndStandAlone() {
    Version b = applied(put("b", "old", Expect.absent()));
    applied(put("d", "old", Expect.absent()));
    List<Outcome> outcomes =
        store.write(
            SPACE,
            List.of(
                Change.put(Key.utf8("z"), bytes("1"), Expect.absent()),
                Change.put(Key.utf8("d"), bytes("2"), Expect.absent()),
                Change.put(Key.utf8("b"), bytes("3"), Expect.at(b)),
                Change.delete(Key.utf8("c"), Expect.anything()),
                Change.put(Key.utf8("big"), new byte[store.maxValueBytes() + 1], Expect.absent()),
                Change.put(Key.utf8("a"), bytes("4"), Expect.absent())));

    assertThat(outcomes)
        .extracting(outcome -> outcome.getClass().getSimpleName())
        .containsExactly("Applied", "Conflict", "Applied", "Unchanged", "Rejected", "Applied");
    assertThat(store.read(SPACE, keys("a", "none", "b", "z", "a", "d", "big")))
        .extracting(
            found -> found.map(stored -> stored.key().text() + "=" + text(stored)).orElse("-"))
        .containsExactly("a=4", "-", "b=3", "z=1", "a=4", "d=old", "-");
    assertThat(store.read(SPACE, List.of())).isEmpty();
    assertThat(store.write(SPACE, List.of())).isEmpty();
  }

  @Test
  void STA_3_theVersionsOfAListBelongToTheirRecords() {
    List<Change<byte[]>> changes = new ArrayList<>();
    for (int i = 50; i > 0; i--) {
      changes.add(Change.put(Key.utf8("k" + i), bytes("v" + i), Expect.absent()));
    }
    List<Outcome> outcomes = store.write(SPACE, changes);

    for (int i = 0; i < changes.size(); i++) {
      Stored stored = store.read(SPACE, List.of(changes.get(i).key())).get(0).orElseThrow();
      assertThat(stored.version()).isEqualTo(applied(outcomes.get(i)));
    }
  }

  @Test
  void STA_3_aListThatNamesARecordTwiceIsRefusedWhole() {
    assertRefused(
        () ->
            store.write(
                SPACE,
                List.of(
                    Change.put(Key.utf8("b"), bytes("1"), Expect.absent()),
                    Change.put(Key.utf8("a"), bytes("1"), Expect.absent()),
                    Change.delete(Key.utf8("a"), Expect.anything()))));
    assertThat(scan(KeyRange.all())).isEmpty();
  }

  @Test
  void STA_3_manyAreWrittenAndReadInOneCall() {
    List<Change<byte[]>> changes = new ArrayList<>();
    IntStream.range(0, 1500)
        .forEach(i -> changes.add(Change.put(Key.utf8("k" + i), bytes("v" + i), Expect.absent())));

    assertThat(store.write(SPACE, changes))
        .hasSize(1500)
        .allMatch(o -> o instanceof Outcome.Applied);
    assertThat(store.read(SPACE, changes.stream().map(Change::key).toList()))
        .extracting(found -> text(found.orElseThrow()))
        .isEqualTo(changes.stream().map(change -> "v" + change.key().text().substring(1)).toList());
  }

  // ---- STA-4: scans

  @Test
  void STA_4_aScanIsInKeyOrder() {
    List<Key> keys = HostileKeys.all();
    keys.forEach(key -> applied(put(key, "v" + key, Expect.absent())));

    assertThat(scan(KeyRange.all()))
        .extracting(Stored::key)
        .isEqualTo(keys.stream().sorted().toList());
    assertThat(scan(KeyRange.all())).allMatch(stored -> text(stored).equals("v" + stored.key()));
  }

  @Test
  void STA_4_aRangeIsExact() {
    List<Key> keys = HostileKeys.all();
    keys.forEach(key -> applied(put(key, "v", Expect.absent())));
    List<KeyRange> ranges = new ArrayList<>(List.of(KeyRange.of(Key.utf8("a"), Key.utf8("a"))));
    for (Key key : keys) {
      ranges.addAll(
          List.of(
              KeyRange.from(key),
              KeyRange.only(key),
              KeyRange.prefix(key),
              KeyRange.of(Key.EMPTY, key),
              KeyRange.all().after(key)));
    }

    for (KeyRange range : ranges) {
      assertThat(scan(range))
          .as("the records of " + range)
          .extracting(Stored::key)
          .isEqualTo(keys.stream().filter(range::contains).sorted().toList());
    }
  }

  @Test
  void STA_4_aScanLeavesOutNothingThatStays() {
    int number = 3000;
    writeNumbered(IntStream.range(0, number));
    List<Integer> seen = new ArrayList<>();
    try (CloseableIterator<Stored> scan = store.scan(SPACE, KeyRange.all())) {
      for (int i = 0; scan.hasNext(); i++) {
        seen.add(number(scan.next().key()));
        if (i % 500 == 100) {
          disturb(i, number);
        }
      }
    }

    assertThat(seen).isSorted().doesNotHaveDuplicates();
    assertThat(seen)
        .as("what was neither added nor removed")
        .containsAll(IntStream.range(0, number).filter(i -> i % 3 != 0).boxed().toList());
  }

  /** Removes a third of the records around a place, changes others, and adds some at both ends. */
  private void disturb(int place, int number) {
    List<Change<byte[]>> changes = new ArrayList<>();
    for (int i = Math.max(0, place - 300); i < Math.min(number, place + 300); i++) {
      changes.add(
          i % 3 == 0
              ? Change.delete(numbered(i), Expect.anything())
              : Change.put(numbered(i), bytes("changed"), Expect.anything()));
    }
    store.write(SPACE, changes);
    writeNumbered(IntStream.rangeClosed(place - 50_000, place - 49_950));
    writeNumbered(IntStream.rangeClosed(place + 50_000, place + 50_050));
  }

  @Test
  void STA_4_aScanMayBeLeftEarly() {
    writeNumbered(IntStream.range(0, 100));
    for (int i = 0; i < 50; i++) {
      CloseableIterator<Stored> scan = store.scan(SPACE, KeyRange.all());
      assertThat(scan.next().key()).isEqualTo(numbered(0));
      scan.close();
      scan.close();
    }
    assertThat(scan(KeyRange.all())).hasSize(100);
  }

  // ---- STA-5: tenants and spaces

  @Test
  void STA_5_spacesAndTenantsAreKeptApart() {
    List<String> spaces = List.of("s", "S", "s ", "s%", "_", "s.s", "\u0155", "x".repeat(100));
    List<StateStore> stores = List.of(store, open(tenant + "-b"), open(tenant + "_"));
    for (StateStore each : stores) {
      for (String space : spaces) {
        List<Outcome> outcomes =
            each.write(
                space,
                List.of(
                    Change.put(
                        Key.utf8("k"), bytes(stores.indexOf(each) + space), Expect.absent())));
        assertThat(outcomes.get(0)).as("space " + space).isInstanceOf(Outcome.Applied.class);
      }
    }

    for (StateStore each : stores) {
      for (String space : spaces) {
        assertThat(each.read(space, keys("k")).get(0).orElseThrow().value())
            .isEqualTo(bytes(stores.indexOf(each) + space));
        assertThat(scan(each, space, KeyRange.all())).hasSize(1);
      }
      each.write("s", List.of(Change.delete(Key.utf8("k"), Expect.anything())));
      assertThat(each.read("S", keys("k")).get(0)).isPresent();
    }
  }

  @Test
  void STA_5_anUnusableNameOrKeyIsRefused() {
    Change<byte[]> change = Change.put(Key.utf8("k"), bytes("1"), Expect.absent());
    assertRefused(() -> store.write("x".repeat(101), List.of(change)));

    Change<byte[]> empty = Change.put(Key.EMPTY, bytes("1"), Expect.absent());
    try {
      assertThat(store.write(SPACE, List.of(empty)).get(0)).isInstanceOf(Outcome.Rejected.class);
    } catch (SyncException e) {
      assertThat(e.kind()).isEqualTo(SyncException.Kind.INVALID_ARGUMENT);
    }
    assertThat(scan(KeyRange.all())).isEmpty();
  }

  // ---- STA-6 and STA-7: values

  @Test
  void STA_6_anotherHandleSeesWhatWasWritten() {
    StateStore other = open(tenant);
    Version version = applied(put("a", "1", Expect.absent()));
    assertThat(other.read(SPACE, keys("a")).get(0).map(Stored::version)).contains(version);
    applied(
        other
            .write(SPACE, List.of(Change.put(Key.utf8("a"), bytes("2"), Expect.at(version))))
            .get(0));

    assertThat(value("a")).contains("2");
    other.write(SPACE, List.of(Change.delete(Key.utf8("a"), Expect.anything())));
    assertThat(value("a")).isEmpty();
  }

  @Test
  void STA_6_valuesAreKeptToTheByte() {
    byte[] all = new byte[256];
    IntStream.range(0, 256).forEach(i -> all[i] = (byte) i);
    List<byte[]> values =
        List.of(all, new byte[0], new byte[] {0}, new byte[1000], bytes("\u0000\uFFFF"));
    for (byte[] value : values) {
      applied(
          store.write(SPACE, List.of(Change.put(Key.utf8("a"), value, Expect.anything()))).get(0));
      assertThat(stored("a").orElseThrow().value()).isEqualTo(value);
      assertThat(scan(KeyRange.all()).get(0).value()).isEqualTo(value);
    }
  }

  @Test
  void STA_6_arraysAreNotShared() {
    byte[] mine = bytes("mine");
    store.write(SPACE, List.of(Change.put(Key.utf8("a"), mine, Expect.absent())));
    mine[0] = 'X';
    assertThat(value("a")).contains("mine");
    stored("a").orElseThrow().value()[0] = 'Y';
    scan(KeyRange.all()).get(0).value()[0] = 'Z';

    assertThat(value("a")).contains("mine");
  }

  @Test
  void STA_7_theLargestValueIsKeptAndALargerOneIsRejected() {
    int largest = store.maxValueBytes();
    assertThat(largest).isGreaterThanOrEqualTo(65_536);
    byte[] value = new byte[largest];
    Arrays.fill(value, (byte) 0xfe);
    Version version =
        applied(
            store.write(SPACE, List.of(Change.put(Key.utf8("a"), value, Expect.absent()))).get(0));

    for (Expect expect : List.of(Expect.at(version), Expect.anything(), Expect.absent())) {
      Outcome outcome =
          store
              .write(SPACE, List.of(Change.put(Key.utf8("a"), new byte[largest + 1], expect)))
              .get(0);
      assertThat(outcome).isInstanceOf(Outcome.Rejected.class);
      assertThat(((Outcome.Rejected) outcome).why().mayRetry()).isFalse();
    }
    Optional<Stored> kept = stored("a");
    assertThat(kept.map(Stored::version)).contains(version);
    assertThat(kept.orElseThrow().value()).isEqualTo(value);
  }
}
