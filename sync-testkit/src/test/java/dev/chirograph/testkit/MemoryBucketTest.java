package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Change;
import dev.chirograph.Entry;
import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Part;
import dev.chirograph.SyncException;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.memory.MemoryBlobStore.Versioning;
import dev.chirograph.memory.MemoryBucket;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.Source;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@ExpectedSkips(1) // known values
class MemoryBucketTest extends SourceConformance<ObjectState> {

  private static final Key KEY = Key.utf8("a/b");

  private final Faults faults = Faults.none();
  private MemoryBlobStore store = MemoryBlobStore.of("bucket");
  private MemoryBucket bucket = store.asReplica();

  @Override
  protected Source<ObjectState> open() {
    store = MemoryBlobStore.builder("bucket").versioned().build();
    bucket = store.asReplica();
    return faults.replica(bucket);
  }

  @Override
  protected void breakStore() {
    faults.always(Fault.SLOW_DOWN);
  }

  @Override
  protected void repair() {
    faults.stop();
  }

  @Override
  protected void put(Key key, int content) {
    store.put(key, ("content " + content).getBytes(StandardCharsets.UTF_8));
  }

  @Override
  protected void remove(Key key) {
    for (ObjectVersion version : store.versions(key)) {
      store.delete(BlobRef.of(key, version.versionId()), Expect.anything());
    }
  }

  @Override
  protected List<Key> keys() {
    return HostileKeys.all();
  }

  @Test
  void allVersionsAreSeenNewestFirst() {
    String first = store.put(KEY, new byte[1]);
    String second = store.put(KEY, new byte[2]);
    store.delete(BlobRef.latest(KEY), Expect.anything());
    String third = store.put(KEY, new byte[3]);
    ObjectState state = present(KEY).value();
    assertThat(state.versions()).hasSize(4);
    assertThat(state.versions().get(0).versionId()).isEqualTo(third);
    assertThat(state.versions().get(1).deleteMarker()).isTrue();
    assertThat(state.versions().subList(2, 4))
        .extracting(ObjectVersion::versionId)
        .containsExactly(second, first);
    assertThat(state.versions()).extracting(ObjectVersion::size).containsExactly(3L, 0L, 2L, 1L);
  }

  @Test
  void aDeleteMarkerOnTopIsListedAndObservedAsDeleted() {
    store.put(KEY, new byte[1]);
    store.delete(BlobRef.latest(KEY), Expect.anything());
    assertThat(entries(KeyRange.all())).extracting(Entry::tombstone).containsExactly(true);
    Observation<ObjectState> seen = observe(KEY);
    assertThat(seen).isInstanceOf(Observation.Deleted.class);
    assertThat(seen.content().orElseThrow().versions()).hasSize(2);
    assertThat(seen.content().orElseThrow().deleted()).isTrue();
  }

  @Test
  void suspendingReplacesTheNullVersionOnly() {
    MemoryBlobStore plain = MemoryBlobStore.of("plain");
    plain.put(KEY, new byte[1]);
    plain.put(KEY, new byte[2]);
    assertThat(ids(plain)).containsExactly("null");
    plain.versioning(Versioning.ON);
    String kept = plain.put(KEY, new byte[3]);
    assertThat(ids(plain)).containsExactly(kept, "null");
    plain.versioning(Versioning.SUSPENDED);
    assertThat(plain.put(KEY, new byte[4])).isEqualTo("null");
    assertThat(ids(plain)).containsExactly("null", kept);
    assertThat(plain.delete(BlobRef.latest(KEY), Expect.anything()))
        .isInstanceOf(Outcome.Applied.class);
    assertThat(ids(plain)).containsExactly("null", kept);
    assertThat(plain.versions(KEY).get(0).deleteMarker()).isTrue();
    plain.delete(BlobRef.of(KEY, "null"), Expect.anything());
    assertThat(ids(plain)).containsExactly(kept);
    assertThat(plain.content(KEY)).hasValueSatisfying(bytes -> assertThat(bytes).hasSize(3));
  }

  @Test
  void tagsOfOneVersionAreReplacedWhole() {
    String first = store.put(KEY, new byte[1]);
    String second = store.put(KEY, new byte[2]);
    Observation.Present<ObjectState> before = present(KEY);
    assertThat(bucket.writeTags(KEY, first, Map.of("a", "1", "b", "2")))
        .isInstanceOf(Outcome.Applied.class);
    assertThat(bucket.writeTags(KEY, first, Map.of("c", "3"))).isInstanceOf(Outcome.Applied.class);
    ObjectState after = present(KEY).value();
    assertThat(after.versions().get(1).tags()).isEqualTo(Part.known(Map.of("c", "3")));
    assertThat(after.versions().get(0)).isEqualTo(before.value().latest());
    assertThat(after.latest().versionId()).isEqualTo(second);
    assertThat(present(KEY).version()).isNotEqualTo(before.version());
  }

  @Test
  void tagsOfWhatIsNotThereAreAConflictAndElevenAreRefused() {
    String id = store.put(KEY, new byte[1]);
    assertThat(bucket.writeTags(KEY, "nothing", Map.of())).isInstanceOf(Outcome.Conflict.class);
    assertThat(bucket.writeTags(Key.utf8("a"), id, Map.of())).isInstanceOf(Outcome.Conflict.class);
    Map<String, String> tags = new HashMap<>();
    for (int i = 0; i <= bucket.maxTags(); i++) {
      tags.put("tag" + i, "");
    }
    assertThat(bucket.writeTags(KEY, id, tags)).isInstanceOf(Outcome.Rejected.class);
    ObjectVersion tagged = ObjectVersion.builder().tags(Part.known(tags)).build();
    assertThatThrownBy(() -> store.put(KEY, tagged, new byte[2])).isInstanceOf(SyncException.class);
    assertThat(present(KEY).value().latest().tags()).isEqualTo(Part.known(Map.of()));
  }

  @Test
  void aPutOfTheSameContentWritesAttributes() {
    store.put(KEY, new byte[1]);
    Observation.Present<ObjectState> seen = present(KEY);
    ObjectVersion wanted =
        seen.value().latest().toBuilder()
            .tags(Part.known(Map.of("a", "1")))
            .metadata(Part.omitted())
            .build();
    assertThat(put(seen.value().withLatest(wanted), Expect.at(seen.version())))
        .isInstanceOf(Outcome.Applied.class);
    assertThat(present(KEY).value().latest().tags()).isEqualTo(wanted.tags());
    assertThat(present(KEY).value().versions()).hasSize(1);
    assertThat(put(seen.value().withLatest(wanted), Expect.at(seen.version())))
        .isInstanceOf(Outcome.Conflict.class);
    assertThat(put(seen.value().withLatest(wanted), Expect.at(present(KEY).version())))
        .isInstanceOf(Outcome.Unchanged.class);
    ObjectVersion retyped = wanted.toBuilder().contentType(Part.known("text/html")).build();
    assertThat(put(seen.value().withLatest(retyped), Expect.at(present(KEY).version())))
        .isInstanceOf(Outcome.Applied.class);
    assertThat(present(KEY).value().versions()).hasSize(2);
    assertThat(present(KEY).value().latest().contentType()).isEqualTo(retyped.contentType());
    assertThat(present(KEY).value().latest().tags()).isEqualTo(wanted.tags());
  }

  @Test
  void SNK_8_ofAWriterAndADeleterOneWins() {
    int items = 5_000;
    List<Key> keys = IntStream.range(0, items).mapToObj(i -> Key.utf8("raced/" + i)).toList();
    keys.forEach(key -> store.put(key, new byte[1]));
    List<Observation.Present<ObjectState>> seen = keys.stream().map(this::present).toList();

    List<Integer> winners =
        Crowd.winners(
            4,
            items,
            (writer, i) ->
                apply(
                    writer % 2 == 0
                        ? Change.delete(keys.get(i), seen.get(i).expectation())
                        : Change.put(
                            keys.get(i),
                            tagged(seen.get(i).value(), "t" + writer),
                            seen.get(i).expectation())));

    for (int i = 0; i < items; i++) {
      assertThat(observe(keys.get(i)))
          .isInstanceOf(
              winners.get(i) % 2 == 0 ? Observation.Deleted.class : Observation.Present.class);
    }
  }

  private static ObjectState tagged(ObjectState state, String tag) {
    return state.withLatest(
        state.latest().toBuilder().tags(Part.known(Map.of("tag", tag))).build());
  }

  @Test
  void aPutOfOtherContentIsRejected() {
    store.put(KEY, new byte[1]);
    ObjectState other =
        ObjectState.of(present(KEY).value().latest().toBuilder().etag("other").build());
    assertThat(put(other, Expect.anything())).isInstanceOf(Outcome.Rejected.class);
    remove(KEY);
    assertThat(put(other, Expect.absent())).isInstanceOf(Outcome.Rejected.class);
    assertThat(observe(KEY)).isInstanceOf(Observation.Absent.class);
  }

  @Test
  void aDeleteIsGuardedByTheWholeState() {
    store.put(KEY, new byte[1]);
    Observation.Present<ObjectState> seen = present(KEY);
    store.put(KEY, new byte[2]);
    assertThat(delete(Expect.at(seen.version()))).isInstanceOf(Outcome.Conflict.class);
    assertThat(delete(Expect.absent())).isInstanceOf(Outcome.Conflict.class);
    assertThat(delete(Expect.at(present(KEY).version()))).isInstanceOf(Outcome.Applied.class);
    assertThat(observe(KEY)).isInstanceOf(Observation.Deleted.class);
    assertThat(delete(observe(KEY).expectation())).isInstanceOf(Outcome.Unchanged.class);
    assertThat(store.versions(KEY)).hasSize(3);
  }

  private Outcome put(ObjectState state, Expect expect) {
    return apply(Change.put(KEY, state, expect));
  }

  private Outcome delete(Expect expect) {
    return apply(Change.delete(KEY, expect));
  }

  private Outcome apply(Change<ObjectState> change) {
    return bucket.apply(List.of(change)).get(0);
  }

  private static List<String> ids(MemoryBlobStore store) {
    return store.versions(KEY).stream().map(ObjectVersion::versionId).toList();
  }
}
