package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.chirograph.Expect;
import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Part;
import dev.chirograph.Version;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.SupportsCopy;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What copying does: {@link SupportsCopy}. */
abstract class BlobCopyGuarantees extends BlobDeleteGuarantees {

  @Test
  void SupportsCopy_bytesAndAttributesComeAlong() throws Exception {
    SupportsCopy copying = copying();
    store.put(KEY, attributes(5), content("hello"), Expect.absent());
    assertThat(copy(copying, present(KEY).version(), OTHER, Expect.absent()))
        .isInstanceOf(Outcome.Applied.class);
    assertThat(text(OTHER)).isEqualTo("hello");
    assertThat(present(OTHER).value().contentType()).isEqualTo(attributes(5).contentType());
    assertThat(present(OTHER).value().metadata()).isEqualTo(attributes(5).metadata());
    if (tagged()) {
      assertThat(present(OTHER).value().tags()).isEqualTo(attributes(5).tags());
    }
    assertThat(text(KEY)).isEqualTo("hello");
  }

  @Test
  void SupportsCopy_attributesThatAreGivenReplaceThoseOfTheSource() throws Exception {
    SupportsCopy copying = copying();
    assumeTrue(copiesReplaceAttributes(), "a copy keeps attributes of its source");
    store.put(KEY, attributes(5), content("hello"), Expect.absent());
    Observation.Present<ObjectVersion> seen = present(KEY);
    ObjectVersion given =
        seen.value().toBuilder()
            .contentType(Part.known("text/x-other"))
            .metadata(Part.known(Map.of("colour", "blue")))
            .build();
    Outcome outcome =
        copy(
            copying,
            KEY,
            new Observation.Present<>(given, seen.version(), seen.evidence()),
            OTHER,
            Expect.absent());
    assertThat(outcome).isInstanceOf(Outcome.Applied.class);
    assertThat(text(OTHER)).isEqualTo("hello");
    assertThat(present(OTHER).value().contentType()).isEqualTo(given.contentType());
    assertThat(present(OTHER).value().metadata()).isEqualTo(given.metadata());
    if (tagged()) {
      assertThat(present(OTHER).value().tags()).isEqualTo(attributes(5).tags());
    }
  }

  @Test
  void SupportsCopy_aSourceThatChangedIsAConflict() {
    SupportsCopy copying = copying();
    put(KEY, "first");
    Version pin = present(KEY).version();
    put(KEY, "second");
    conflict(copy(copying, pin, OTHER, Expect.absent()));
    assertThat(store.head(BlobRef.latest(OTHER))).isInstanceOf(Observation.Absent.class);
  }

  @Test
  void SupportsCopy_aDestinationThatIsNotAsExpectedIsAConflict() throws Exception {
    SupportsCopy copying = copying();
    assumeTrue(putGuard() != Guard.NONE, "puts are not guarded");
    put(KEY, "source");
    put(OTHER, "first");
    Version first = present(OTHER).version();
    put(OTHER, "second");
    conflict(copy(copying, present(KEY).version(), OTHER, Expect.absent()));
    conflict(copy(copying, present(KEY).version(), OTHER, Expect.at(first)));
    assertThat(text(OTHER)).isEqualTo("second");
    assertThat(copy(copying, present(KEY).version(), OTHER, Expect.at(present(OTHER).version())))
        .isInstanceOf(Outcome.Applied.class);
    assertThat(text(OTHER)).isEqualTo("source");
  }

  @Test
  void SupportsCopy_hostileKeysAreCopiedAndNotTheirNeighbours() throws Exception {
    SupportsCopy copying = copying();
    for (Key key : keys()) {
      put(key, "content of " + key);
    }
    for (Key key : keys()) {
      Observation.Present<ObjectVersion> from = present(key);
      Key to = Key.utf8("copied");
      Outcome outcome = copy(copying, key, from, to, store.head(BlobRef.latest(to)).expectation());
      assertThat(outcome).as("copy of %s", key).isInstanceOf(Outcome.Applied.class);
      assertThat(text(to)).isEqualTo("content of " + key);
    }
  }

  private SupportsCopy copying() {
    assumeTrue(store instanceof SupportsCopy, "the store does not copy");
    SupportsCopy copying = (SupportsCopy) store;
    assertThat(copying.copiesFrom(store)).isTrue();
    return copying;
  }

  private Outcome copy(SupportsCopy copying, Version pin, Key to, Expect expect) {
    Observation.Present<ObjectVersion> seen = present(KEY);
    return copy(
        copying, KEY, new Observation.Present<>(seen.value(), pin, seen.evidence()), to, expect);
  }

  private Outcome copy(
      SupportsCopy copying,
      Key from,
      Observation.Present<ObjectVersion> seen,
      Key to,
      Expect expect) {
    Optional<String> resume = Optional.empty();
    for (int steps = 0; steps < 10_000; steps++) {
      SupportsCopy.Step step =
          copying.copy(
              store, BlobRef.latest(from), seen.version(), seen.value(), to, expect, resume);
      if (step instanceof SupportsCopy.Finished finished) {
        return finished.outcome();
      }
      resume = Optional.of(((SupportsCopy.Going) step).resume());
    }
    throw new AssertionError("a copy of " + from + " has not ended after 10,000 steps");
  }
}
