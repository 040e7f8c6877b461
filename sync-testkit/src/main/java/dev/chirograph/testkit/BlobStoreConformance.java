package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.chirograph.Expect;
import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Part;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.Version;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.BlobStore.Content;
import dev.chirograph.spi.SupportsCopy;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Proves the guarantees of {@link BlobStore} and {@link SupportsCopy}. An adapter's test class
 * extends it and says how to open an empty bucket and what it can do.
 */
@ExtendWith(SkipCounter.class)
public abstract class BlobStoreConformance {

  private static final Key KEY = Key.utf8("dir/file");
  private static final Key OTHER = Key.utf8("dir/other file");
  private static final int WRITERS = 6;

  private BlobStore store;

  /** Opens an empty bucket. Called once for each test. */
  protected abstract BlobStore open() throws Exception;

  /** Whether the bucket keeps versions. */
  protected abstract boolean versioned();

  /** Closes what {@link #open} opened. */
  protected void close() throws Exception {}

  /** How the expectation of a put is enforced; atomically unless told. */
  protected Guard putGuard() {
    return Guard.ATOMIC;
  }

  /** How the expectation of a delete is enforced; atomically unless told. */
  protected Guard deleteGuard() {
    return Guard.ATOMIC;
  }

  /** Whether objects have tags; they do unless told. */
  protected boolean tagged() {
    return true;
  }

  /** The keys to be tried. */
  protected List<Key> keys() {
    return HostileKeys.text();
  }

  /** How many objects several writers race for; 10 unless told. More find narrower gaps. */
  protected int races() {
    return 10;
  }

  /** The size of a content that should pass in bounded memory; 12 MiB and a bit unless told. */
  protected long manyBytes() {
    return 12 * 1024 * 1024 + 7;
  }

  /**
   * Makes every following request to the store fail until {@link #repair}; skips where it cannot.
   */
  protected void breakStore() throws Exception {
    Assumptions.abort("this store cannot be made to fail");
  }

  /**
   * Makes the replies of the following writes get lost until {@link #repair}; skips where it
   * cannot.
   */
  protected void loseReplies() throws Exception {
    Assumptions.abort("this store's replies cannot be lost");
  }

  /** Ends {@link #breakStore} and {@link #loseReplies}. */
  protected void repair() throws Exception {}

  /** The store that {@link #open} opened for this test. */
  protected final BlobStore store() {
    return store;
  }

  @BeforeEach
  final void openStore() throws Exception {
    store = open();
  }

  @AfterEach
  final void closeStore() throws Exception {
    close();
  }

  // ---- BLB-1
  // -------------------------------------------------------------------------------------

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
  // -------------------------------------------------------------------------------------

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
          Racing.winners(
              WRITERS,
              races(),
              (writer, i) -> put(keys.get(i), number + " by " + writer, same.get(i)));
      for (int i = 0; i < races(); i++) {
        assertThat(text(keys.get(i))).isEqualTo(number + " by " + winners.get(i));
      }
    }
  }

  // ---- BLB-3
  // -------------------------------------------------------------------------------------

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

  // ---- BLB-4
  // -------------------------------------------------------------------------------------

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
  // -------------------------------------------------------------------------------------

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

  // ---- BLB-6
  // -------------------------------------------------------------------------------------

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
  // -------------------------------------------------------------------------------------

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

  // ---- BLB-8
  // -------------------------------------------------------------------------------------

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

  // ---- BLB-9
  // -------------------------------------------------------------------------------------

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

  // ---- copies
  // ------------------------------------------------------------------------------------

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

  // ---- help
  // --------------------------------------------------------------------------------------

  private void refused(long size, Content content) throws Exception {
    assertThat(store.put(KEY, size(size), content, Expect.absent()))
        .isInstanceOf(Outcome.Rejected.class);
    assertThat(store.head(BlobRef.latest(KEY))).isInstanceOf(Observation.Absent.class);
    put(KEY, "as it was");
    Version version = present(KEY).version();
    assertThat(store.put(KEY, size(size), content, Expect.at(version)))
        .isInstanceOf(Outcome.Rejected.class);
    assertThat(present(KEY).version()).isEqualTo(version);
    assertThat(text(KEY)).isEqualTo("as it was");
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

  private void put(Key key, String text) {
    assertThat(put(key, text, Expect.anything())).isInstanceOf(Outcome.Applied.class);
  }

  private Outcome put(Key key, String text, Expect expect) {
    return store.put(
        key, size(text.getBytes(StandardCharsets.UTF_8).length), content(text), expect);
  }

  /** Removes an object with all its versions. */
  private void erase(Key key) {
    for (int i = 0; i < 100; i++) {
      Observation<ObjectVersion> seen = store.head(BlobRef.latest(key));
      if (seen instanceof Observation.Absent) {
        return;
      }
      String version = seen.content().orElseThrow().versionId();
      store.delete(versioned() ? BlobRef.of(key, version) : BlobRef.latest(key), Expect.anything());
    }
    throw new AssertionError("the object " + key + " cannot be removed");
  }

  private Expect anyOrAt(Key key) {
    return deleteGuard() == Guard.NONE ? Expect.anything() : Expect.at(present(key).version());
  }

  private Observation.Present<ObjectVersion> present(Key key) {
    Observation<ObjectVersion> seen = store.head(BlobRef.latest(key));
    assertThat(seen).as("%s", key).isInstanceOf(Observation.Present.class);
    return (Observation.Present<ObjectVersion>) seen;
  }

  private String text(Key key) throws IOException {
    return new String(read(BlobRef.latest(key), 0), StandardCharsets.UTF_8);
  }

  private byte[] read(BlobRef ref, long from) throws IOException {
    try (InputStream in = store.open(ref, from, Expect.anything())) {
      return in.readAllBytes();
    }
  }

  private static void conflict(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Conflict.class);
  }

  private static Content content(String text) {
    return () -> new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private static ObjectVersion size(long bytes) {
    return ObjectVersion.builder().size(bytes).build();
  }

  private ObjectVersion attributes(long bytes) {
    ObjectVersion.Builder attributes =
        size(bytes).toBuilder()
            .contentType(Part.known("text/x-test"))
            .metadata(Part.known(Map.of("colour", "dark red", "sum", "a=b&c%20d")));
    if (tagged()) {
      attributes.tags(Part.known(Map.of("team", "north west", "path/a", "b+c=d")));
    }
    return attributes.build();
  }
}
