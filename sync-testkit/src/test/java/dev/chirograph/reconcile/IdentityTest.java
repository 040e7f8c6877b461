package dev.chirograph.reconcile;

import static dev.chirograph.reconcile.Lab.key;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Part;
import dev.chirograph.Report;
import dev.chirograph.SyncException;
import dev.chirograph.Tally.Count;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.memory.MemoryBucket;
import dev.chirograph.memory.MemoryCatalogue;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.Source;
import dev.chirograph.spi.StoreCapabilities;
import dev.chirograph.spi.SupportsTags;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class IdentityTest {

  private static final String TAG = "coms-id";
  private static final String ID = "11111111-2222-3333-4444-555555555555";

  private final Lab lab = new Lab();
  private final MemoryBlobStore blobs =
      MemoryBlobStore.builder("b").clock(lab.clock).versioned().build();
  private final MemoryBucket bucket = blobs.asReplica();
  private long lastId;
  private final MemoryCatalogue catalogue = MemoryCatalogue.create(() -> new UUID(7, ++lastId));

  private Report sync() {
    return sync(bucket);
  }

  private <S extends Source<ObjectState>> Report sync(S source) {
    return lab.quick(source, catalogue).identityTag(TAG).build().sync(Scope.all());
  }

  private void put(String key, Map<String, String> tags) {
    blobs.put(
        key(key), ObjectVersion.builder().tags(Part.known(tags)).build(), key.getBytes(UTF_8));
  }

  private Map<String, String> tags(String key) {
    return blobs
        .head(BlobRef.latest(key(key)))
        .content()
        .orElseThrow()
        .tags()
        .optional()
        .orElseThrow();
  }

  @Test
  void aNewObjectGetsAnIdOnBothSidesAndKeepsItsTags() {
    put("a", Map.of("colour", "blue"));

    assertThat(sync().agreed()).isTrue();

    assertThat(tags("a"))
        .containsEntry("colour", "blue")
        .containsEntry(TAG, catalogue.id(key("a")).orElseThrow());
    assertThat(catalogue.get(key("a")).orElseThrow().latest().tags().optional())
        .hasValue(tags("a"));
    assertThat(sync().count(Count.WRITTEN)).isZero();
  }

  @Test
  void aRebuiltCatalogueRecoversAValidUnusedId() {
    put("a", Map.of(TAG, ID));

    sync();

    assertThat(catalogue.id(key("a"))).hasValue(ID);
    assertThat(tags("a")).containsExactly(Map.entry(TAG, ID));
  }

  @Test
  void theIdOfAnotherObjectIsReplacedOnACopy() {
    put("original", Map.of(TAG, ID));
    sync();
    put("copy", Map.of(TAG, ID));

    sync();

    assertThat(catalogue.id(key("original"))).hasValue(ID);
    assertThat(catalogue.id(key("copy")).orElseThrow()).isNotEqualTo(ID);
    assertThat(tags("copy")).containsEntry(TAG, catalogue.id(key("copy")).orElseThrow());
    assertThat(tags("original")).containsEntry(TAG, ID);
  }

  @Test
  void ofTwoNewObjectsWithOneIdInOneBatchOneGetsAnother() {
    put("a", Map.of(TAG, ID));
    put("b", Map.of(TAG, ID));

    assertThat(sync().agreed()).isTrue();

    assertThat(catalogue.id(key("a"))).hasValue(ID);
    assertThat(catalogue.id(key("b")).orElseThrow()).isNotEqualTo(ID);
  }

  @Test
  void anInvalidIdIsReplaced() {
    put("a", Map.of(TAG, "not an id"));

    sync();

    assertThat(tags("a")).containsEntry(TAG, catalogue.id(key("a")).orElseThrow());
  }

  @Test
  void withTenTagsTakenTheIdStaysInTheCatalogueAndThisIsTold() {
    Map<String, String> ten =
        IntStream.range(0, 10).boxed().collect(Collectors.toMap(i -> "t" + i, i -> "v"));
    put("a", ten);

    Report report = sync();

    assertThat(tags("a")).isEqualTo(ten);
    assertThat(catalogue.id(key("a"))).isPresent();
    assertThat(report.failures())
        .singleElement()
        .extracting("error")
        .asString()
        .contains("10 tags");
    assertThat(report.agreed()).isTrue();
    assertThat(lab.heard.items).singleElement().satisfies(e -> assertThat(e.error()).isPresent());
  }

  @Test
  void whenWritingTagsIsRefusedTheIdStaysInTheCatalogueAndThisIsTold() {
    put("a", Map.of());
    Outcome refused =
        Outcome.rejected(
            new SyncException(SyncException.Kind.PERMISSION_DENIED, "no PutObjectTagging"));

    Report report = sync(new Tagged(bucket, state -> state, Optional.of(refused)));

    assertThat(catalogue.id(key("a"))).isPresent();
    assertThat(tags("a")).isEmpty();
    assertThat(report.failures()).singleElement().extracting("error").asString().contains("no Put");
  }

  @Test
  void L7_tagsThatWereNotReadAreNotWritten() {
    put("a", Map.of("colour", "blue"));
    Faults calls = Faults.none();
    Tagged blind = new Tagged(bucket, IdentityTest::withoutTags, Optional.empty());

    Report report = sync(calls.source(blind));

    assertThat(calls.counts()).doesNotContainKey("SupportsTags.writeTags");
    assertThat(tags("a")).isEqualTo(Map.of("colour", "blue"));
    assertThat(report.count(Count.PARTIAL)).isOne();
    assertThat(report.agreed()).isFalse();
  }

  @Test
  void L1_anUnreadPartKeepsTheStoredOneAndTheRestIsWritten() {
    put("a", Map.of("colour", "blue"));
    sync();
    String id = catalogue.id(key("a")).orElseThrow();
    blobs.put(
        key("a"),
        ObjectVersion.builder().contentType(Part.known("text/new")).build(),
        "new".getBytes(UTF_8));
    lab.heard.items.clear();

    Report report = sync(new Tagged(bucket, IdentityTest::withoutTags, Optional.empty()));

    ObjectState stored = catalogue.get(key("a")).orElseThrow();
    assertThat(stored.id()).hasValue(id);
    assertThat(stored.versions()).hasSize(2);
    assertThat(stored.latest().contentType()).isEqualTo(Part.known("text/new"));
    assertThat(stored.versions().get(1).tags().optional())
        .hasValueSatisfying(t -> assertThat(t).containsEntry("colour", "blue"));
    assertThat(report.count(Count.PARTIAL)).isOne();
    assertThat(report.count(Count.RETRIED)).isEqualTo(4);
    assertThat(report.agreed()).isFalse();
  }

  @Test
  void L1_whatWasReadInPartIsLookedAtAgainByTheNextRun() {
    put("a", Map.of());
    sync();
    blobs.put(
        key("a"),
        ObjectVersion.builder().tags(Part.known(Map.of("colour", "red"))).build(),
        "new".getBytes(UTF_8));
    sync(new Tagged(bucket, IdentityTest::withoutTags, Optional.empty()));

    Report report = sync();

    assertThat(report.agreed()).isTrue();
    assertThat(catalogue.get(key("a")).orElseThrow().latest().tags().optional().orElseThrow())
        .containsEntry("colour", "red");
    assertThat(sync().count(Count.FOUND)).isZero();
  }

  private static ObjectState withoutTags(ObjectState state) {
    SyncException why = new SyncException(SyncException.Kind.PERMISSION_DENIED, "GetObjectTagging");
    return new ObjectState(
        state.id(),
        state.versions().stream().map(v -> v.toBuilder().tags(Part.unread(why)).build()).toList(),
        state.publiclyReadable());
  }

  @Test
  void onlyTheLatestVersionIsTagged() {
    put("a", Map.of("n", "1"));
    put("a", Map.of("n", "2"));

    sync();

    List<ObjectVersion> versions = blobs.versions(key("a"));
    assertThat(versions.get(0).tags().optional().orElseThrow()).containsKey(TAG);
    assertThat(versions.get(1).tags().optional().orElseThrow()).doesNotContainKey(TAG);
  }

  @Test
  void L4_aCrashBetweenTagAndCatalogueLosesNoId() {
    put("a", Map.of());
    int[] tagged = new int[1];
    Kill kill = new Kill(() -> tagged[0]-- == 1, () -> false);
    Tagged noting =
        new Tagged(bucket, state -> state, Optional.empty()) {
          @Override
          public Outcome writeTags(Key key, String versionId, Map<String, String> tags) {
            tagged[0] = 1;
            return super.writeTags(key, versionId, tags);
          }
        };
    try {
      lab.quick(noting, kill.wrap(catalogue)).identityTag(TAG).build().sync(Scope.all());
    } catch (Kill.Killed e) {
      assertThat(catalogue.get(key("a"))).isEmpty();
    }
    String id = new HashMap<>(tags("a")).get(TAG);
    assertThat(id).isNotNull();

    sync();

    assertThat(catalogue.id(key("a"))).hasValue(id);
  }

  @Test
  void anIdThatAnotherBatchTookMeanwhileIsReplaced() {
    put("a", Map.of(TAG, ID));
    ObjectState rival = ObjectState.of(ObjectVersion.builder().build()).withId(Optional.of(ID));
    Faults race =
        Faults.builder()
            .onDelay(() -> catalogue.put(key("b"), rival))
            .when(call -> call.what().equals("Sink.apply"), Fault.DELAY)
            .build();

    Report report =
        lab.quick(bucket, race.replica(catalogue)).identityTag(TAG).build().sync(Scope.key("a"));

    assertThat(report.failures()).isEmpty();
    assertThat(catalogue.id(key("b"))).hasValue(ID);
    assertThat(catalogue.id(key("a")).orElseThrow()).isNotEqualTo(ID);
    assertThat(tags("a")).containsEntry(TAG, catalogue.id(key("a")).orElseThrow());
  }

  @Test
  void L4_noTagIsWrittenOnceTheBatchIsLost() {
    put("a", Map.of());
    put("b", Map.of());
    Faults calls = Faults.none();
    Tagged slow =
        new Tagged(bucket, state -> state, Optional.empty()) {
          @Override
          public Outcome writeTags(Key key, String versionId, Map<String, String> tags) {
            lab.waits.pause(Duration.ofMinutes(2)); // longer than the lease
            lab.queue.lease(Runs.ITEM, 10, Duration.ofMinutes(1));
            return super.writeTags(key, versionId, tags);
          }
        };
    var reconciler = lab.durable(calls.source(slow), catalogue).identityTag(TAG).build();
    reconciler.start(Scope.all());

    reconciler.drainOnce();

    assertThat(calls.counts()).containsEntry("SupportsTags.writeTags", 1L);
    assertThat(catalogue.get(key("a"))).isEmpty();
  }

  /** The bucket, with what is seen of it changed, and perhaps with tagging answered otherwise. */
  private static class Tagged implements Source<ObjectState>, SupportsTags {
    private final MemoryBucket bucket;
    private final UnaryOperator<ObjectState> view;
    private final Optional<Outcome> tagging;

    Tagged(MemoryBucket bucket, UnaryOperator<ObjectState> view, Optional<Outcome> tagging) {
      this.bucket = bucket;
      this.view = view;
      this.tagging = tagging;
    }

    @Override
    public StoreCapabilities capabilities() {
      return bucket.capabilities();
    }

    @Override
    public Listing list(KeyRange range) {
      return bucket.list(range);
    }

    @Override
    public List<Observation<ObjectState>> observe(List<Key> keys) {
      return bucket.observe(keys).stream().map(this::seen).toList();
    }

    private Observation<ObjectState> seen(Observation<ObjectState> real) {
      return real instanceof Observation.Present<ObjectState> present
          ? Observation.present(view.apply(present.value()), present.version(), present.evidence())
          : real;
    }

    @Override
    public int maxTags() {
      return bucket.maxTags();
    }

    @Override
    public Outcome writeTags(Key key, String versionId, Map<String, String> tags) {
      return tagging.orElseGet(() -> bucket.writeTags(key, versionId, tags));
    }
  }
}
