package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.chirograph.Expect;
import dev.chirograph.Guard;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Version;
import dev.chirograph.spi.BlobStore.BlobRef;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What deleting does, with versions and without, and lost replies: BLB-6 and BLB-7. */
abstract class BlobDeleteGuarantees extends BlobReadGuarantees {

  // ---- BLB-6

  @Test
  void BLB_6_aLostReplyIsUnsure() throws Exception {
    put(KEY, "first");
    Version first = present(KEY).version();
    loseReplies();
    Outcome put = put(KEY, "second", Expect.at(first));
    Outcome delete = store.delete(BlobRef.latest(KEY), Expect.anything());
    repair();
    assertThat(put).isInstanceOf(Outcome.Unsure.class);
    assertThat(delete).isInstanceOf(Outcome.Unsure.class);
  }

  // ---- BLB-7

  @Test
  void BLB_7_deletingWithoutVersionsRemoves() {
    assumeFalse(versioned(), "the bucket keeps versions");
    put(KEY, "first");
    put(OTHER, "other");
    assertThat(store.delete(BlobRef.latest(KEY), anyOrAt(KEY))).isInstanceOf(Outcome.Applied.class);
    assertThat(store.head(BlobRef.latest(KEY))).isInstanceOf(Observation.Absent.class);
    assertThat(present(OTHER).value().size()).isEqualTo(5);
  }

  @Test
  void BLB_7_deletingAnOlderStateChangesNothing() {
    assumeTrue(deleteGuard() != Guard.NONE, "deletes are not guarded");
    put(KEY, "first");
    Version first = present(KEY).version();
    put(KEY, "second");
    conflict(store.delete(BlobRef.latest(KEY), Expect.at(first)));
    assertThat(present(KEY).value().size()).isEqualTo(6);
  }

  @Test
  void BLB_7_deletingWhatIsNotThereIsHarmless() {
    Outcome outcome = store.delete(BlobRef.latest(KEY), Expect.anything());
    assertThat(outcome).isInstanceOfAny(Outcome.Unchanged.class, Outcome.Applied.class);
    assertThat(store.head(BlobRef.latest(KEY))).isNotInstanceOf(Observation.Present.class);
  }

  @Test
  void BLB_7_deletingWithVersionsLeavesAMarkerOnTop() throws Exception {
    assumeTrue(versioned(), "the bucket keeps no versions");
    put(KEY, "first");
    String first = present(KEY).value().versionId();
    assertThat(store.delete(BlobRef.latest(KEY), anyOrAt(KEY))).isInstanceOf(Outcome.Applied.class);
    assertThat(store.head(BlobRef.latest(KEY))).isInstanceOf(Observation.Deleted.class);
    assertThat(read(BlobRef.of(KEY, first), 0)).asString(StandardCharsets.UTF_8).isEqualTo("first");
  }

  @Test
  void BLB_7_removingTheMarkerRestores() throws Exception {
    assumeTrue(versioned(), "the bucket keeps no versions");
    put(KEY, "first");
    store.delete(BlobRef.latest(KEY), anyOrAt(KEY));
    Observation<ObjectVersion> deleted = store.head(BlobRef.latest(KEY));
    String marker = deleted.content().orElseThrow().versionId();
    store.delete(BlobRef.of(KEY, marker), Expect.anything());
    assertThat(text(KEY)).isEqualTo("first");
  }

  @Test
  void BLB_7_deletingAVersionRemovesThatOneOnly() throws Exception {
    assumeTrue(versioned(), "the bucket keeps no versions");
    put(KEY, "first");
    String first = present(KEY).value().versionId();
    put(KEY, "second");
    String second = present(KEY).value().versionId();
    put(KEY, "third");
    assertThat(store.delete(BlobRef.of(KEY, second), Expect.anything()))
        .isInstanceOf(Outcome.Applied.class);
    assertThat(store.head(BlobRef.of(KEY, second))).isInstanceOf(Observation.Absent.class);
    assertThat(text(KEY)).isEqualTo("third");
    assertThat(read(BlobRef.of(KEY, first), 0)).asString(StandardCharsets.UTF_8).isEqualTo("first");
  }

  @Test
  void BLB_7_everyVersionKeepsItsContentAndAttributes() throws Exception {
    assumeTrue(versioned(), "the bucket keeps no versions");
    store.put(KEY, attributes(5), content("first"), Expect.absent());
    ObjectVersion first = present(KEY).value();
    put(KEY, "second");
    Observation<ObjectVersion> older = store.head(BlobRef.of(KEY, first.versionId()));
    assertThat(older).isInstanceOf(Observation.Present.class);
    ObjectVersion read = older.content().orElseThrow();
    assertThat(read.sameContent(first)).isTrue();
    assertThat(read.metadata()).isEqualTo(first.metadata());
    assertThat(read(BlobRef.of(KEY, first.versionId()), 2))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo("rst");
  }
}
