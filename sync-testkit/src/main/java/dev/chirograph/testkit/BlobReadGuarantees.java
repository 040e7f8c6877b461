package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.chirograph.Expect;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.Version;
import dev.chirograph.spi.BlobStore.BlobRef;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What looking at an object and opening it do: BLB-4, BLB-5 and BLB-9. */
abstract class BlobReadGuarantees extends BlobPutGuarantees {

  // ---- BLB-4

  @Test
  void BLB_4_openingAnOlderStateIsAConflict() throws Exception {
    put(KEY, "first");
    Version first = present(KEY).version();
    try (InputStream in = store.open(BlobRef.latest(KEY), 0, Expect.at(first))) {
      assertThat(in.readAllBytes()).asString(StandardCharsets.UTF_8).isEqualTo("first");
    }
    put(KEY, "second");
    assertThatThrownBy(() -> store.open(BlobRef.latest(KEY), 0, Expect.at(first)).close())
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT));
  }

  @Test
  void BLB_4_aReadIsNeverAMixOfTwoStates() throws Exception {
    int size = 300_000;
    store.put(KEY, size(size), () -> Streams.repeating('a', size), Expect.absent());
    Version first = present(KEY).version();
    byte[] read = new byte[0];
    try (InputStream in = store.open(BlobRef.latest(KEY), 0, Expect.at(first))) {
      assertThat(in.read()).isEqualTo('a');
      store.put(KEY, size(size), () -> Streams.repeating('b', size), Expect.at(first));
      read = in.readAllBytes();
    } catch (IOException | SyncException e) {
      assertThat(present(KEY).version()).isNotEqualTo(first);
    }
    for (byte b : read) {
      assertThat(b).isEqualTo((byte) 'a');
    }
  }

  // ---- BLB-5

  @Test
  void BLB_5_anOffsetGivesTheRest() throws Exception {
    put(KEY, "0123456789");
    for (int from = 0; from <= 10; from++) {
      assertThat(read(BlobRef.latest(KEY), from))
          .asString(StandardCharsets.UTF_8)
          .isEqualTo("0123456789".substring(from));
    }
  }

  @Test
  void BLB_5_anOffsetBeyondTheEndIsRefused() {
    put(KEY, "0123456789");
    assertThatThrownBy(() -> store.open(BlobRef.latest(KEY), 11, Expect.anything()).close())
        .isInstanceOf(SyncException.class);
  }

  // ---- BLB-9

  @Test
  void BLB_9_absentIsAbsent() {
    assertThat(store.head(BlobRef.latest(KEY))).isInstanceOf(Observation.Absent.class);
    assertThatThrownBy(() -> store.open(BlobRef.latest(KEY), 0, Expect.anything()).close())
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND));
  }

  @Test
  void BLB_9_deletedCannotBeOpened() {
    assumeTrue(versioned(), "the bucket keeps no versions");
    put(KEY, "first");
    store.delete(BlobRef.latest(KEY), anyOrAt(KEY));
    assertThatThrownBy(() -> store.open(BlobRef.latest(KEY), 0, Expect.anything()).close())
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND));
  }

  @Test
  void BLB_9_troubleIsUnknownAndNotAbsent() throws Exception {
    put(KEY, "first");
    breakStore();
    Observation<ObjectVersion> there = store.head(BlobRef.latest(KEY));
    Observation<ObjectVersion> absent = store.head(BlobRef.latest(OTHER));
    assertThatThrownBy(() -> store.open(BlobRef.latest(OTHER), 0, Expect.anything()).close())
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isNotEqualTo(Kind.NOT_FOUND));
    Outcome put = put(OTHER, "not possible", Expect.absent());
    repair();
    assertThat(there).isInstanceOf(Observation.Unknown.class);
    assertThat(absent).isInstanceOf(Observation.Unknown.class);
    assertThat(put).isInstanceOfAny(Outcome.Rejected.class, Outcome.Unsure.class);
    assertThat(store.head(BlobRef.latest(OTHER))).isInstanceOf(Observation.Absent.class);
  }
}
