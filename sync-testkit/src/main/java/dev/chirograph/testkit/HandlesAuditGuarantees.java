package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.chirograph.CloseableIterator;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Outcome;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.spi.relocate.SupportsAudit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** AUD-1, where handles can be read in the order of keys. */
abstract class HandlesAuditGuarantees extends HandlesHarness {

  private SupportsAudit ordered() {
    assumeTrue(handles instanceof SupportsAudit, "handles are not read in the order of keys");
    return (SupportsAudit) handles;
  }

  private List<FileHandle> in(String bucket, KeyRange range) {
    List<FileHandle> all = new ArrayList<>();
    try (CloseableIterator<FileHandle> each = ordered().in(bucket, range)) {
      each.forEachRemaining(all::add);
    }
    return all;
  }

  private static void assertOrdered(List<FileHandle> all) {
    assertThat(all).isSortedAccordingTo((one, other) -> one.at().key().compareTo(other.at().key()));
    assertThat(ids(all)).doesNotHaveDuplicates();
  }

  @Test
  void AUD_1_handlesComeInTheOrderOfTheirKeysWithAllThatTheySay() throws Exception {
    List<Key> keys = new ArrayList<>(keys());
    Collections.shuffle(keys, new Random(Seed.draw().value()));
    List<FileHandle> all = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      all.add(put(i, Location.latest(OLD, keys.get(i))));
    }
    put(handle(id(7_000), at(NEW, "key")));
    put(handle(id(7_001), at(OLD.toUpperCase(Locale.ROOT), "key")));
    put(handle(id(7_002), at(OLD + " ", "key")));
    all.set(3, put(handle(all.get(3).id(), "another", all.get(3).at())));
    List<FileHandle> seen = in(OLD, KeyRange.all());
    assertOrdered(seen);
    assertThat(seen).hasSameElementsAs(all);
    assertThat(in("none", KeyRange.all())).isEmpty();
  }

  @Test
  void AUD_1_aRangeHoldsItsKeysAndNoOthers() throws Exception {
    List<Key> keys = keys();
    List<FileHandle> all = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      all.add(put(i, Location.latest(OLD, keys.get(i))));
    }
    List<Key> bounds = HostileKeys.all();
    Random random = new Random(Seed.draw().value());
    for (int i = 0; i < 60; i++) {
      Key one = bounds.get(random.nextInt(bounds.size()));
      Key other = bounds.get(random.nextInt(bounds.size()));
      KeyRange range =
          switch (random.nextInt(4)) {
            case 0 -> KeyRange.from(one);
            case 1 -> KeyRange.only(one);
            case 2 -> KeyRange.prefix(one);
            default ->
                one.compareTo(other) <= 0 ? KeyRange.of(one, other) : KeyRange.of(other, one);
          };
      List<FileHandle> seen = in(OLD, range);
      assertOrdered(seen);
      assertThat(seen)
          .as("%s", range)
          .hasSameElementsAs(all.stream().filter(at -> range.contains(at.at().key())).toList());
    }
  }

  @Test
  void AUD_1_manyHandlesOfOneObjectAllCome() throws Exception {
    List<FileHandle> all = new ArrayList<>(put(0, 3, at(OLD, "a")));
    all.addAll(put(100, 1_100, at(OLD, "b")));
    all.addAll(put(2_000, 3, at(OLD, "c")));
    List<FileHandle> seen = in(OLD, KeyRange.all());
    assertOrdered(seen);
    assertThat(seen).hasSameElementsAs(all);
    assertThat(in(OLD, KeyRange.only(Key.utf8("b")))).hasSize(1_100);
  }

  @Test
  void AUD_1_versionsOfOneObjectAreThatObject() throws Exception {
    assumeTrue(keepsVersions(), "handles name no versions");
    List<FileHandle> all =
        List.of(
            put(1, at(OLD, "b", "v2")),
            put(2, at(OLD, "b")),
            put(3, at(OLD, "a", "v9")),
            put(4, at(OLD, "b", "v1")),
            put(5, at(OLD, "b!", "v0")),
            put(6, at(OLD, "b", "v2")));
    List<FileHandle> seen = in(OLD, KeyRange.all());
    assertOrdered(seen);
    assertThat(seen).hasSameElementsAs(all);
    assertThat(in(OLD, KeyRange.only(Key.utf8("b")))).hasSize(4);
  }

  @Test
  void AUD_1_whatStaysIsSeenOnceWhateverComesAndGoesMeanwhile() throws Exception {
    Set<FileHandle> staying = new HashSet<>();
    List<FileHandle> going = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      FileHandle put = put(i, at(OLD, "k%02d".formatted(i / 2)));
      if (i % 3 == 0) {
        going.add(put);
      } else {
        staying.add(put);
      }
    }
    List<FileHandle> seen = new ArrayList<>();
    try (CloseableIterator<FileHandle> each = ordered().in(OLD, KeyRange.all())) {
      for (int next = 0; each.hasNext(); next++) {
        seen.add(each.next());
        if (next < going.size()) {
          remove(going.get(next).id());
          put(100 + next, at(OLD, "k%02d".formatted((next * 7) % 30)));
        }
      }
    }
    assertThat(seen.stream().filter(staying::contains).toList())
        .hasSize(staying.size())
        .hasSameElementsAs(staying);
  }

  @Test
  void AUD_1_whatStaysIsSeenOnceWhileOthersAreMoved() throws Exception {
    List<FileHandle> moving = put(0, 40, at(OLD, "m"));
    Set<FileHandle> staying = new HashSet<>(put(100, 40, at(OLD, "m")));
    staying.addAll(put(200, 40, at(OLD, "z")));
    List<List<FileHandle>> scans =
        Crowd.whileRunning(
            () -> {
              for (FileHandle one : moving) {
                Outcome moved = Crowd.patiently(() -> repoint(one, at(OLD, "a" + one.id().text())));
                assertThat(moved).isInstanceOf(Outcome.Applied.class);
              }
            },
            () -> in(OLD, KeyRange.all()));
    for (List<FileHandle> seen : scans) {
      assertThat(seen.stream().filter(staying::contains).toList())
          .hasSize(staying.size())
          .hasSameElementsAs(staying);
    }
  }

  @Test
  void AUD_1_anEndIsAnEnd() throws Exception {
    put(1, at(OLD, "a"));
    CloseableIterator<FileHandle> each = ordered().in(OLD, KeyRange.all());
    assertThat(each.next().id()).isEqualTo(id(1));
    assertThat(each.hasNext()).isFalse();
    assertThatThrownBy(each::next).isInstanceOf(NoSuchElementException.class);
    each.close();
    each.close();
    KeyRange none = KeyRange.of(Key.utf8("a"), Key.utf8("a"));
    assertThat(in(OLD, none)).isEmpty();
  }
}
