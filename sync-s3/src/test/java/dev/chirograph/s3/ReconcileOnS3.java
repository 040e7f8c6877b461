package dev.chirograph.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.chirograph.Key;
import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Part;
import dev.chirograph.Report;
import dev.chirograph.Tally.Count;
import dev.chirograph.memory.MemoryCatalogue;
import dev.chirograph.reconcile.Scope;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.MetadataDirective;
import software.amazon.awssdk.services.s3.model.ObjectCannedACL;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.Tag;

/** A bucket on a real server and its catalogue, in both directions. */
abstract class ReconcileOnS3 {

  private static final int PAGE = 10;

  private final S3On on;
  private final EveryRequestIT.Line line = new EveryRequestIT.Line();
  private MemoryCatalogue catalogue = MemoryCatalogue.create();
  private S3Client admin;
  private S3Client client;
  private String bucket = "";
  private boolean versions;

  ReconcileOnS3(S3On on) {
    this.on = on;
  }

  @BeforeEach
  void open() {
    admin = on.client();
    client = on.client(line);
    bucket = on.bucket();
  }

  @AfterEach
  void close() {
    client.close();
  }

  // ---- help

  private void put(String key, String content) {
    put(key, content, request -> request);
  }

  private void put(String key, String content, UnaryOperator<PutObjectRequest.Builder> with) {
    admin.putObject(
        with.apply(PutObjectRequest.builder().bucket(bucket).key(key)).build(),
        RequestBody.fromString(content));
  }

  private void fill(int objects) {
    for (int i = 0; i < objects; i++) {
      put("fill/%04d".formatted(i), "v");
    }
  }

  private void delete(String key) {
    admin.deleteObject(request -> request.bucket(bucket).key(key));
  }

  private void versioning(String status) {
    admin.putBucketVersioning(
        request -> request.bucket(bucket).versioningConfiguration(v -> v.status(status)));
    versions = true;
  }

  private S3Bucket.Builder builder(S3Client through) {
    S3Bucket.Builder builder = on.bucketBuilder(through, bucket).pageSize(PAGE);
    return versions ? builder.versions() : builder;
  }

  private Report run(Engines engine, Scope scope) {
    return engine.run(builder(client).build(), catalogue, "", scope);
  }

  /** Brings the catalogue into agreement, after which nothing is left to look at. */
  private Report agree(Engines engine) {
    Report report = run(engine, Scope.all());
    assertThat(report.agreed()).as(report.toString()).isTrue();
    assertNothingLeft(engine);
    return report;
  }

  private void assertNothingLeft(Engines engine) {
    Faults counting = Faults.none();
    line.go(counting);
    Report report = run(engine, Scope.all());
    line.go(Faults.none());
    assertThat(counting.counts()).containsOnlyKeys(versions ? "GET ?versions" : "GET ?list-type");
    assertThat(report.count(Count.FOUND)).as(report.toString()).isZero();
    assertThat(report.agreed()).as(report.toString()).isTrue();
    if (!versions) {
      long pages = Math.max(1, (report.count(Count.SOURCE_LISTED) + PAGE - 1) / PAGE);
      assertThat(counting.calls()).as("pages of a listing").isBetween(pages, pages + 1);
    }
  }

  private Optional<ObjectState> there(String key) {
    return builder(admin).build().observe(List.of(Key.utf8(key))).get(0).content();
  }

  private ObjectState row(String key) {
    return catalogue.get(Key.utf8(key)).orElseThrow();
  }

  private void assertRow(String key) {
    assertThat(catalogue.get(Key.utf8(key)).map(row -> row.withId(Optional.empty())))
        .as(key)
        .isEqualTo(there(key));
  }

  private void change(String key, UnaryOperator<ObjectVersion.Builder> change) {
    ObjectState row = row(key);
    catalogue.put(Key.utf8(key), row.withLatest(change.apply(row.latest().toBuilder()).build()));
  }

  // ---- from the bucket into the catalogue

  @ParameterizedTest
  @EnumSource
  void keysOfEveryKindArriveAndGoAgain(Engines engine) {
    List<Key> keys = on.keys();
    keys.forEach(key -> put(key.text(), "content of " + key.text().length()));

    assertThat(agree(engine).count(Count.WRITTEN)).isEqualTo(keys.size());
    assertThat(catalogue.snapshot().keySet()).containsExactlyInAnyOrderElementsOf(keys);
    keys.forEach(key -> assertRow(key.text()));

    List<Key> gone = List.of(keys.get(0), keys.get(20), keys.get(keys.size() - 1));
    gone.forEach(key -> delete(key.text()));
    assertThat(agree(engine).count(Count.DELETED)).isEqualTo(gone.size());
    assertThat(catalogue.snapshot().keySet())
        .doesNotContainAnyElementsOf(gone)
        .hasSize(keys.size() - gone.size());
  }

  @ParameterizedTest
  @EnumSource
  void whatHappenedBehindTheBackIsFound(Engines engine) {
    fill(25);
    put("content", "1");
    put("gone", "1");
    put("metadata", "1", request -> request.metadata(Map.of("colour", "red")));
    agree(engine);

    put("content", "22");
    put("new/one", "1", request -> request.contentType("image/png"));
    delete("gone");
    Report report = agree(engine);

    assertThat(report.count(Count.WRITTEN)).isEqualTo(2);
    assertThat(report.count(Count.DELETED)).isOne();
    assertThat(report.count(Count.SAME)).isEqualTo(26);
    assertThat(row("new/one").latest().contentType()).isEqualTo(Part.known("image/png"));
    for (String key : List.of("content", "gone", "metadata", "new/one", "fill/0007")) {
      assertRow(key);
    }
  }

  @Test
  void attributesThatNoListingShowsAreFoundByAFullRun() {
    put("a", "1", request -> request.metadata(Map.of("colour", "red", "shape", "round")));
    agree(Engines.QUICK);
    admin.copyObject(
        request ->
            request
                .sourceBucket(bucket)
                .sourceKey("a")
                .destinationBucket(bucket)
                .destinationKey("a")
                .metadataDirective(MetadataDirective.REPLACE)
                .contentType("text/html")
                .metadata(Map.of("colour", "blue", "size", "7")));
    if (on.tags) {
      admin.putObjectTagging(
          request ->
              request
                  .bucket(bucket)
                  .key("a")
                  .tagging(
                      tagging ->
                          tagging.tagSet(
                              Tag.builder().key("team").value("a+b = c/d:e@f_g-h").build())));
    }

    assertThat(run(Engines.DURABLE, Scope.all().full()).agreed()).isTrue();

    assertRow("a");
    assertThat(row("a").latest().metadata())
        .isEqualTo(Part.known(Map.of("colour", "blue", "size", "7")));
    assertThat(row("a").latest().tags())
        .isEqualTo(on.tags ? Part.known(Map.of("team", "a+b = c/d:e@f_g-h")) : Part.omitted());
  }

  @Test
  void L1_tagsThatMayNotBeReadStayAsTheyWere() {
    assumeTrue(on.tags, on + " has no tags");
    put("a", "1", request -> request.tagging("colour=red"));
    agree(Engines.QUICK);
    put("a", "22", request -> request.tagging("colour=blue"));
    line.go(Faults.builder().when(c -> c.what().equals("GET ?tagging"), Fault.FORBIDDEN).build());

    Report report = run(Engines.QUICK, Scope.all());

    line.go(Faults.none());
    assertThat(report.agreed()).isFalse();
    assertThat(report.count(Count.PARTIAL)).isOne();
    assertThat(row("a").latest().size()).isEqualTo(2);
    assertThat(row("a").latest().tags()).isEqualTo(Part.known(Map.of("colour", "red")));
    assertThat(run(Engines.QUICK, Scope.all().full()).agreed()).isTrue();
    assertRow("a");
  }

  @Test
  void whetherObjectsArePublicIsTold() {
    assumeTrue(on != S3On.S3MOCK, "S3Mock forgets the ACL of a put");
    put("open", "1", request -> request.acl(ObjectCannedACL.PUBLIC_READ));
    put("closed", "1");
    List<Part<Boolean>> seen =
        builder(admin)
            .publicReadability()
            .maxBatch(2)
            .build()
            .observe(List.of(Key.utf8("open"), Key.utf8("closed")))
            .stream()
            .map(o -> o.content().orElseThrow().publiclyReadable())
            .toList();
    assertThat(seen.get(0)).isEqualTo(Part.known(true));
    // A server that does not know policies leaves it open whether the other one is public.
    assertThat(seen.get(1)).isNotEqualTo(Part.known(true));
  }

  @ParameterizedTest
  @EnumSource
  void L2_aBucketThatIsGoneDeletesNothing(Engines engine) {
    put("a", "1");
    put("b", "1");
    agree(engine);
    delete("a");
    delete("b");
    admin.deleteBucket(request -> request.bucket(bucket));

    Report report = run(engine, Scope.all());

    assertThat(report.agreed()).isFalse();
    assertThat(report.incomplete()).isNotEmpty();
    assertThat(catalogue.snapshot()).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource
  void L3_anEmptyBucketDeletesNothing(Engines engine) {
    put("a", "1");
    agree(engine);
    delete("a");

    Report report = run(engine, Scope.all());

    assertThat(report.heldBack()).isPresent();
    assertThat(catalogue.snapshot()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void L2_aListingThatBreaksOffAtAnyPageDeletesNothing(Engines engine) {
    fill(25);
    put("z-gone", "1");
    agree(engine);
    delete("z-gone");
    for (int page = 1; page <= 3; page++) {
      for (Fault fault : List.of(Fault.FORBIDDEN, Fault.NOT_FOUND)) {
        int broken = page;
        int[] pages = {0};
        line.go(
            Faults.builder()
                .when(c -> c.what().equals("GET ?list-type") && ++pages[0] >= broken, fault)
                .build());
        Report report = run(engine, Scope.all());
        line.go(Faults.none());
        assertThat(report.incomplete()).as(report.toString()).isNotEmpty();
        assertThat(report.agreed()).isFalse();
        assertThat(catalogue.snapshot()).hasSize(26);
      }
    }
    assertThat(agree(engine).count(Count.DELETED)).isOne();
  }

  // ---- versions

  @ParameterizedTest
  @EnumSource
  void versionsFromOffOverOnToSuspended(Engines engine) {
    assumeTrue(on.versions, on + " keeps no versions");
    put("a", "1");
    put("stays", "1");
    versions = true;
    agree(engine);
    String id = catalogue.id(Key.utf8("a")).orElseThrow();
    assertRow("a");

    versioning("Enabled");
    put("a", "22");
    put("a", "333");
    agree(engine);
    assertThat(row("a").versions()).hasSize(3);
    assertThat(row("a").versions().get(2).versionId()).isEqualTo(ObjectVersion.NULL_VERSION);
    assertRow("a");

    versioning("Suspended");
    put("a", "4444");
    agree(engine);
    assertThat(row("a").latest().versionId()).isEqualTo(ObjectVersion.NULL_VERSION);
    assertThat(row("a").versions()).hasSize(3);
    assertRow("a");
    assertThat(catalogue.id(Key.utf8("a"))).hasValue(id);
  }

  @ParameterizedTest
  @EnumSource
  void aDeleteMarkerKeepsTheRowAndRemovingItRestoresTheObject(Engines engine) {
    assumeTrue(on.versions, on + " keeps no versions");
    versioning("Enabled");
    put("a", "1");
    put("stays", "1");
    agree(engine);
    String id = catalogue.id(Key.utf8("a")).orElseThrow();

    delete("a");
    agree(engine);
    assertThat(row("a").deleted()).isTrue();
    assertThat(row("a").versions()).hasSize(2);
    assertRow("a");

    String marker = row("a").latest().versionId();
    admin.deleteObject(request -> request.bucket(bucket).key("a").versionId(marker));
    agree(engine);
    assertThat(row("a").deleted()).isFalse();
    assertThat(catalogue.id(Key.utf8("a"))).hasValue(id);
    assertRow("a");

    for (ObjectVersion version : row("a").versions()) {
      admin.deleteObject(request -> request.bucket(bucket).key("a").versionId(version.versionId()));
    }
    assertThat(agree(engine).count(Count.DELETED)).isOne();
    assertThat(catalogue.get(Key.utf8("a"))).isEmpty();
  }

  @Test
  void versionsAreReadAcrossPagesWithBothMarkers() {
    assumeTrue(on.versions, on + " keeps no versions");
    versioning("Enabled");
    for (int i = 0; i < 2 * PAGE + 5; i++) {
      put("many", "v".repeat(i + 1));
      if (i % 6 == 3) {
        delete("many");
      }
    }
    put("many-more", "1");
    put("z", "1");
    agree(Engines.QUICK);
    assertThat(row("many").versions()).hasSize(2 * PAGE + 5 + 4);
    assertRow("many");
    assertRow("many-more");
  }

  // ---- from the catalogue into the bucket

  @ParameterizedTest
  @EnumSource
  void aCatalogueBringsAttributesAndDeletesAndReportsWhatIsMissing(Engines engine) {
    Map<String, String> red = Map.of("colour", "red");
    Map<String, String> blue = Map.of("colour", "blue");
    fill(12);
    put("extra", "1");
    put("meta", "1", request -> request.metadata(red).contentType("text/plain"));
    if (on.tags) {
      put("tagged", "1", request -> request.tagging("colour=red"));
    }
    agree(engine);
    change("meta", latest -> latest.metadata(Part.known(blue)).contentType(Part.omitted()));
    if (on.tags) {
      change("tagged", latest -> latest.tags(Part.known(blue)));
    }
    catalogue.remove(Key.utf8("extra"));
    catalogue.put(Key.utf8("lost"), row("meta").withId(Optional.empty()));

    S3Bucket target = builder(client).allowCheckedDeletes().build();
    Report report = engine.run(catalogue, target, "", Scope.all().full());

    assertThat(report.count(Count.DELETED)).isOne();
    assertThat(report.count(Count.FAILED)).isOne();
    assertThat(report.failures().get(0).where()).contains("lost");
    assertThat(report.failures().get(0).error()).contains("no bytes");
    assertThat(there("extra")).isEmpty();
    assertThat(there("lost")).isEmpty();
    assertThat(there("meta").orElseThrow().latest().metadata()).isEqualTo(Part.known(blue));
    assertThat(there("meta").orElseThrow().latest().contentType().optional().orElseThrow())
        .startsWith("text/plain");
    if (on.tags) {
      assertThat(there("tagged").orElseThrow().latest().tags()).isEqualTo(Part.known(blue));
    }
    catalogue.remove(Key.utf8("lost"));
    assertThat(engine.run(catalogue, target, "", Scope.all().full()).agreed()).isTrue();
  }
}
