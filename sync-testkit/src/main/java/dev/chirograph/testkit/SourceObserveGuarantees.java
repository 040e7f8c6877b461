package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.chirograph.Entry;
import dev.chirograph.Evidence;
import dev.chirograph.Evidence.Fact;
import dev.chirograph.Evidence.Match;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Observation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What observing does, and what listing and observing have in common: SRC-5 to SRC-8. */
abstract class SourceObserveGuarantees<V> extends SourceListingGuarantees<V> {

  private static final Key ABSENT = Key.utf8("surely/not there");

  // ---- SRC-5

  @Test
  void SRC_5_answersByPositionForEveryKey() throws Exception {
    List<Key> all = new ArrayList<>(keys());
    Collections.shuffle(all, new Random(1));
    List<Key> there = all.subList(0, all.size() / 2);
    fill(there);
    List<Observation<V>> seen = observeAll(all);
    for (int i = 0; i < all.size(); i++) {
      assertThat(seen.get(i))
          .as("%s", all.get(i))
          .isInstanceOf(i < there.size() ? Observation.Present.class : Observation.Absent.class);
    }
  }

  @Test
  void SRC_5_noKeysNoAnswers() {
    assertThat(source.observe(List.of())).isEmpty();
  }

  @Test
  void SRC_5_oneKeyThatCannotBeLeavesTheOthers() throws Exception {
    assumeTrue(source.capabilities().maxBatch() >= 2, "the source takes one key at a time");
    put(Key.utf8("a"), 1);
    List<Observation<V>> seen = source.observe(List.of(Key.EMPTY, Key.utf8("a")));
    assertThat(seen).hasSize(2);
    assertThat(seen.get(0)).isNotInstanceOf(Observation.Present.class);
    assertThat(seen.get(1)).isInstanceOf(Observation.Present.class);
  }

  @Test
  void SRC_5_troubleIsUnknownAndNotAbsent() throws Exception {
    put(Key.utf8("a"), 1);
    breakStore();
    for (Key key : List.of(Key.utf8("a"), ABSENT)) {
      assertThat(source.observe(List.of(key)))
          .as("%s", key)
          .singleElement()
          .isInstanceOf(Observation.Unknown.class);
    }
    repair();
    assertThat(observe(Key.utf8("a"))).isInstanceOf(Observation.Present.class);
  }

  // ---- SRC-6

  @Test
  void SRC_6_givesTheFactsItNames() throws Exception {
    Key key = Key.utf8("a/b");
    put(key, 1);
    Set<Fact> promised = source.capabilities().evidence();
    assertThat(facts(entry(key).evidence())).containsAll(promised);
    assertThat(facts(present(key).evidence())).containsAll(promised);
  }

  @Test
  void SRC_6_listingAndObservingGiveAlikeWhatHasNotChanged() throws Exception {
    fill(keys());
    Set<Fact> promised = source.capabilities().evidence();
    List<Entry> entries = entries(KeyRange.all());
    List<Observation<V>> seen = observeAll(entries.stream().map(Entry::key).toList());
    for (int i = 0; i < entries.size(); i++) {
      Evidence observed = ((Observation.Present<V>) seen.get(i)).evidence();
      for (Fact fact : promised) {
        assertThat(value(observed, fact))
            .as("%s of %s", fact, entries.get(i).key())
            .isEqualTo(value(entries.get(i).evidence(), fact));
      }
    }
  }

  @Test
  void SRC_6_otherContentHasOtherEvidence() throws Exception {
    Set<Fact> proofs = EnumSet.of(Fact.ETAG, Fact.CHECKSUM, Fact.VERSION_ID, Fact.HISTORY);
    proofs.retainAll(source.capabilities().evidence());
    assumeTrue(!proofs.isEmpty(), "the source gives no fact that proves content");
    Key key = Key.utf8("a");
    put(key, 1);
    Evidence listed = entry(key).evidence();
    Evidence observed = present(key).evidence();
    put(key, 2);
    assertThat(entry(key).evidence().compare(listed)).isEqualTo(Match.DIFFERENT);
    assertThat(present(key).evidence().compare(observed)).isEqualTo(Match.DIFFERENT);
  }

  private static Set<Fact> facts(Evidence evidence) {
    Set<Fact> given = new HashSet<>();
    for (Fact fact : Fact.values()) {
      if (value(evidence, fact).isPresent()) {
        given.add(fact);
      }
    }
    return given;
  }

  private static Optional<?> value(Evidence evidence, Fact fact) {
    return switch (fact) {
      case ETAG -> evidence.etag();
      case SIZE ->
          evidence.size().isPresent() ? Optional.of(evidence.size().getAsLong()) : Optional.empty();
      case VERSION_ID -> evidence.versionId();
      case CHECKSUM ->
          evidence.checksums().isEmpty() ? Optional.empty() : Optional.of(evidence.checksums());
      case LAST_MODIFIED -> evidence.lastModified();
      case UID -> evidence.uid();
      case HISTORY -> evidence.history();
    };
  }

  // ---- SRC-7

  @Test
  void SRC_7_whatWasWrittenIsSeen() throws Exception {
    Key key = Key.utf8("a");
    assertThat(observe(key)).isInstanceOf(Observation.Absent.class);
    put(key, 1);
    Observation.Present<V> first = present(key);
    assertThat(present(key).version()).isEqualTo(first.version());
    put(key, 2);
    assertThat(present(key).version()).isNotEqualTo(first.version());
    remove(key);
    assertThat(observe(key)).isInstanceOf(Observation.Absent.class);
    assertThat(listed(KeyRange.all())).isEmpty();
  }

  // ---- SRC-8

  @Test
  void SRC_8_neighboursAreNeverConfused() throws Exception {
    List<Key> there =
        IntStream.range(0, keys().size())
            .filter(i -> i % 2 == 0)
            .mapToObj(i -> keys().get(i))
            .toList();
    fill(keys());
    for (Key key : keys()) {
      if (!there.contains(key)) {
        remove(key);
      }
    }
    assertThat(listed(KeyRange.all())).containsExactlyInAnyOrderElementsOf(there);
    List<Observation<V>> seen = observeAll(keys());
    for (int i = 0; i < seen.size(); i++) {
      assertThat(seen.get(i))
          .as("%s", keys().get(i))
          .isInstanceOf(i % 2 == 0 ? Observation.Present.class : Observation.Absent.class);
    }
  }
}
