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
import dev.chirograph.spi.BlobStore.Content;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What putting does: BLB-1, BLB-2, BLB-3 and BLB-8. */
abstract class BlobPutGuarantees extends BlobHarness {

  private static final int WRITERS = 6;

  // ---- BLB-1

  @Test
  void BLB_1_bytesAndAttributesAreReadBack() throws Exception {
    ObjectVersion attributes = attributes(5);
    assertThat(store.put(KEY, attributes, content("hello"), Expect.absent()))
        .isInstanceOf(Outcome.Applied.class);
    assertThat(text(KEY)).isEqualTo("hello");
    ObjectVersion read = present(KEY).value();
    assertThat(read.size()).isEqualTo(5);
    assertThat(read.etag()).isNotEmpty();
    assertThat(read.deleteMarker()).isFalse();
    assertThat(read.contentType()).isEqualTo(attributes.contentType());
    assertThat(read.metadata()).isEqualTo(attributes.metadata());
    if (tagged()) {
      assertThat(read.tags()).isEqualTo(attributes.tags());
    }
  }

  @Test
  void BLB_1_attributesOfAnOlderContentDoNotStay() {
    store.put(KEY, attributes(3), content("old"), Expect.absent());
    put(KEY, "new one");
    ObjectVersion read = present(KEY).value();
    assertThat(read.metadata()).isEqualTo(Part.known(Map.of()));
    if (tagged()) {
      assertThat(read.tags()).isEqualTo(Part.known(Map.of()));
    }
  }

  @Test
  void BLB_1_noBytesAreAnObjectToo() throws Exception {
    put(KEY, "");
    assertThat(present(KEY).value().size()).isZero();
    assertThat(text(KEY)).isEmpty();
  }

  @Test
  void BLB_1_everyByteValueSurvives() throws Exception {
    byte[] bytes = new byte[1024];
    IntStream.range(0, bytes.length).forEach(i -> bytes[i] = (byte) i);
    store.put(KEY, size(bytes.length), () -> new ByteArrayInputStream(bytes), Expect.absent());
    assertThat(read(BlobRef.latest(KEY), 0)).isEqualTo(bytes);
  }

  @Test
  void BLB_1_hostileKeysAreNeverConfused() throws Exception {
    for (Key key : keys()) {
      put(key, "content of " + key);
    }
    for (Key key : keys()) {
      assertThat(text(key)).isEqualTo("content of " + key);
    }
    for (int i = 0; i < keys().size(); i += 2) {
      erase(keys().get(i));
    }
    for (int i = 0; i < keys().size(); i++) {
      assertThat(store.head(BlobRef.latest(keys().get(i))))
          .as("%s", keys().get(i))
          .isInstanceOf(i % 2 == 0 ? Observation.Absent.class : Observation.Present.class);
    }
  }

  // ---- BLB-2

  @Test
  void BLB_2_aPutExpectingNothingDoesNotReplace() throws Exception {
    assumeTrue(putGuard() != Guard.NONE, "puts are not guarded");
    put(KEY, "first");
    conflict(put(KEY, "second", Expect.absent()));
    assertThat(text(KEY)).isEqualTo("first");
  }

  @Test
  void BLB_2_aPutExpectingAnOlderStateDoesNotReplace() throws Exception {
    assumeTrue(putGuard() != Guard.NONE, "puts are not guarded");
    put(KEY, "first");
    Version first = present(KEY).version();
    assertThat(put(KEY, "second", Expect.at(first))).isInstanceOf(Outcome.Applied.class);
    conflict(put(KEY, "third", Expect.at(first)));
    assertThat(text(KEY)).isEqualTo("second");
  }

  @Test
  void BLB_2_aPutExpectingAStateDoesNotCreate() throws Exception {
    assumeTrue(putGuard() != Guard.NONE, "puts are not guarded");
    put(KEY, "first");
    Version first = present(KEY).version();
    erase(KEY);
    conflict(put(KEY, "second", Expect.at(first)));
    assertThat(store.head(BlobRef.latest(KEY))).isInstanceOf(Observation.Absent.class);
  }

  @Test
  void BLB_2_anAppliedPutNamesItsGuardAndItsState() {
    Outcome outcome = put(KEY, "first", Expect.absent());
    assertThat(outcome).isInstanceOf(Outcome.Applied.class);
    Outcome.Applied applied = (Outcome.Applied) outcome;
    assertThat(applied.guard()).isLessThanOrEqualTo(putGuard());
    assertThat(applied.now()).contains(present(KEY).version());
  }

  @Test
  void BLB_2_ofWritersWhoExpectTheSameOneWins() throws Exception {
    assumeTrue(putGuard() == Guard.ATOMIC, "puts are not guarded atomically");
    List<Key> keys = IntStream.range(0, races()).mapToObj(i -> Key.utf8("raced/" + i)).toList();
    for (int round = 0; round < 2; round++) {
      int number = round;
      List<Expect> same =
          keys.stream()
              .map(key -> number == 0 ? Expect.absent() : Expect.at(present(key).version()))
              .toList();
      List<Integer> winners =
          Crowd.winners(
              WRITERS,
              races(),
              (writer, i) -> put(keys.get(i), number + " by " + writer, same.get(i)));
      for (int i = 0; i < races(); i++) {
        assertThat(text(keys.get(i))).isEqualTo(number + " by " + winners.get(i));
      }
    }
  }

  // ---- BLB-3

  @Test
  void BLB_3_contentThatEndsEarlyChangesNothing() throws Exception {
    refused(10, content("only so"));
  }

  @Test
  void BLB_3_contentThatIsTooLongChangesNothing() throws Exception {
    refused(3, content("more than three"));
  }

  @Test
  void BLB_3_contentThatBreaksOffChangesNothing() throws Exception {
    refused(50_000, () -> Streams.breakingAfter(20_000));
  }

  @Test
  void BLB_3_contentThatCannotBeOpenedChangesNothing() throws Exception {
    refused(
        10,
        () -> {
          throw new IOException("no such file");
        });
  }

  @Test
  void BLB_3_contentIsClosed() {
    Streams.Counting counting = new Streams.Counting("hello".getBytes(StandardCharsets.UTF_8));
    store.put(KEY, size(5), counting, Expect.absent());
    assertThat(counting.opened()).isPositive();
    assertThat(counting.closed()).isEqualTo(counting.opened());
  }

  private void refused(long size, Content content) throws Exception {
    assertRejectedForNow(store.put(KEY, size(size), content, Expect.absent()));
    assertThat(store.head(BlobRef.latest(KEY))).isInstanceOf(Observation.Absent.class);
    put(KEY, "as it was");
    Version version = present(KEY).version();
    assertRejectedForNow(store.put(KEY, size(size), content, Expect.at(version)));
    assertThat(present(KEY).version()).isEqualTo(version);
    assertThat(text(KEY)).isEqualTo("as it was");
  }

  private static void assertRejectedForNow(Outcome outcome) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Rejected.class, rejected -> assertThat(rejected.why().mayRetry()).isTrue());
  }

  // ---- BLB-8

  @Test
  void BLB_8_aLargeContentPassesInPieces() throws Exception {
    long size = manyBytes();
    Outcome outcome = store.put(KEY, size(size), () -> Streams.inPieces(size), Expect.absent());
    assertThat(outcome).isInstanceOf(Outcome.Applied.class);
    assertThat(present(KEY).value().size()).isEqualTo(size);
    try (InputStream wanted = Streams.inPieces(size);
        InputStream read = store.open(BlobRef.latest(KEY), 0, Expect.anything())) {
      assertThat(Streams.digest(read)).isEqualTo(Streams.digest(wanted));
    }
  }
}
