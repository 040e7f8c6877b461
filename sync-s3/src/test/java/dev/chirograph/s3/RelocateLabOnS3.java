package dev.chirograph.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.SyncListener;
import dev.chirograph.Version;
import dev.chirograph.memory.MemoryAllocations;
import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.memory.MemoryHandles;
import dev.chirograph.memory.MemoryQueue;
import dev.chirograph.relocate.AuditReport;
import dev.chirograph.relocate.Finding;
import dev.chirograph.relocate.Relocator;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.SupportsDeadLetters.DeadLetter;
import dev.chirograph.spi.SupportsDeadLetters.Selection;
import dev.chirograph.spi.relocate.Allocation;
import dev.chirograph.spi.relocate.ArchiveRule;
import dev.chirograph.spi.relocate.BlobStores;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.testkit.ManualClock;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;

/** A host with files in a bucket on a real server, and an allocation with another bucket. */
final class RelocateLabOnS3 {

  /** What a bucket keeps. */
  enum Versions {
    NONE,
    ON,
    SUSPENDED
  }

  /** The least that a part may have; larger objects are copied in parts. */
  static final int PART = 5 << 20;

  static final Duration GRACE = Duration.ofDays(7);
  static final String OWNER = "project";

  /** What was found out of buckets of a kind holds for the next ones, too. */
  private static final Map<String, S3Guards> FOUND = new ConcurrentHashMap<>();

  final S3On on;
  final Versions versions;
  final String common;
  final String grant;
  final ManualClock clock = ManualClock.create();
  final MemoryBackend backend = MemoryBackend.create(clock);
  final MemoryQueue queue = backend.queue("tenant", "relocate");
  final MemoryHandles handles;
  final MemoryAllocations allocations;
  final List<SyncListener.ItemEvent> events = new ArrayList<>();

  /** With requests of its own. */
  private final S3Buckets own;

  RelocateLabOnS3(S3On on, Versions versions) {
    this(on, versions, bucket(on, versions), bucket(on, versions));
  }

  /** One with buckets that are there. */
  RelocateLabOnS3(S3On on, Versions versions, String common, String grant) {
    this.on = on;
    this.versions = versions;
    this.common = common;
    this.grant = grant;
    this.handles = MemoryHandles.of(Set.copyOf(List.of(common, grant))).withClock(clock);
    this.allocations = MemoryAllocations.of(common);
    this.own = buckets(on.client());
    allocations.create(Allocation.of("grant-12", grant, "admin"));
  }

  static String bucket(S3On on, Versions versions) {
    String name = versions == Versions.NONE ? on.bucket() : on.versionedBucket();
    if (versions == Versions.SUSPENDED) {
      suspend(on, name);
    }
    return name;
  }

  static void suspend(S3On on, String bucket) {
    on.client()
        .putBucketVersioning(
            request ->
                request
                    .bucket(bucket)
                    .versioningConfiguration(v -> v.status(BucketVersioningStatus.SUSPENDED)));
  }

  /** The buckets of a client; large objects are copied in parts, one part a step. */
  S3Buckets buckets(S3Client client) {
    return buckets(on, versions, client);
  }

  static S3Guards found(S3On on, Versions versions) {
    return FOUND.computeIfAbsent(
        on + " " + versions, kind -> S3Blobs.of(on.client(), bucket(on, versions)).guards());
  }

  static S3Buckets buckets(S3On on, Versions versions, S3Client client) {
    S3Guards found = found(on, versions);
    return S3Buckets.builder(client)
        .configure(
            (bucket, builder) -> {
              if (!on.tags) {
                builder.withoutTags();
              }
              if (on.racy) {
                builder.racyConditions();
              }
              builder
                  .guards(found)
                  .allowCheckedDeletes()
                  .multipartThreshold(PART)
                  .partBytes(PART)
                  .copyLimit(PART)
                  .copyPartBytes(PART)
                  .partsPerStep(1);
            })
        .build();
  }

  Relocator.Builder builder(BlobStores buckets) {
    return Relocator.builder("files", handles, allocations, buckets, queue)
        .state(backend.state("tenant"))
        .environment(clock.environment())
        .grace(GRACE)
        .archive(new ArchiveRule.Delete())
        .listener(
            new SyncListener() {
              @Override
              public void itemDone(ItemEvent event) {
                events.add(event);
              }
            });
  }

  /** One that works with requests of its own. */
  Relocator relocator() {
    return builder(own).build();
  }

  // ---- files

  S3Blobs blobs(String bucket) {
    return own.open(bucket);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  Version put(String bucket, Key key, byte[] content) {
    return put(bucket, key, ObjectVersion.builder().size(content.length).build(), content);
  }

  Version put(String bucket, Key key, ObjectVersion attributes, byte[] content) {
    assertThat(
            blobs(bucket)
                .put(key, attributes, () -> new ByteArrayInputStream(content), Expect.anything()))
        .isInstanceOf(Outcome.Applied.class);
    return present(bucket, key).version();
  }

  /** Puts a file of the project into the common bucket. */
  FileHandle file(String id, Key key, byte[] content) {
    put(common, key, content);
    return handle(id, Location.latest(common, key), content.length);
  }

  FileHandle file(String id, String key, String content) {
    return file(id, Key.utf8(key), bytes(content));
  }

  FileHandle handle(String id, Location at, long size) {
    return handles.put(
        new FileHandle(
            Key.utf8(id),
            new Version("new"),
            OWNER,
            at,
            OptionalLong.of(size),
            Optional.empty(),
            Optional.empty()));
  }

  // ---- work

  void assign() {
    allocations.assign(OWNER, "grant-12");
  }

  /** Collects, works, and waits for what is to be tried again, until nothing is left for now. */
  void settle(Relocator relocator) {
    relocator.collect();
    work(relocator);
  }

  /** Works, and waits for what is to be tried again, until nothing was done for a while. */
  void work(Relocator relocator) {
    int idle = 0;
    for (int i = 0; i < 100 && idle < 3; i++) {
      idle = relocator.drain() == 0 ? idle + 1 : 0;
      clock.advance(Duration.ofMinutes(11));
    }
  }

  /** What was left behind is due. */
  void afterTheGrace(Relocator relocator) {
    clock.advance(GRACE);
    work(relocator);
  }

  /** Removes what an audit of the allocation's bucket finds to have come to nothing. */
  AuditReport cleanUp(Relocator relocator) {
    relocator.audit(
        grant,
        listing(),
        finding -> {
          if (finding.kind() == Finding.Kind.LEFTOVER) {
            relocator.cleanUp(finding);
          }
        });
    work(relocator);
    return relocator.audit(grant, listing(), finding -> {});
  }

  /** These keys sort alike in every order. */
  private S3Bucket listing() {
    return S3Bucket.builder(on.client(), grant).withoutTags().guards(found(on, versions)).build();
  }

  /** Removes all objects of both buckets, and their uploads. */
  void empty() {
    for (String bucket : List.of(common, grant)) {
      var page = on.client().listObjectVersions(request -> request.bucket(bucket));
      page.versions().forEach(one -> remove(bucket, one.key(), one.versionId()));
      page.deleteMarkers().forEach(one -> remove(bucket, one.key(), one.versionId()));
      blobs(bucket).abortUploads(Key.EMPTY, Instant.now().plus(Duration.ofHours(1)));
    }
  }

  private void remove(String bucket, String key, String version) {
    String id = versions == Versions.NONE ? null : version;
    on.client().deleteObject(request -> request.bucket(bucket).key(key).versionId(id));
  }

  // ---- what there is

  Observation.Present<ObjectVersion> present(String bucket, Key key) {
    Observation<ObjectVersion> seen = blobs(bucket).head(BlobRef.latest(key));
    assertThat(seen).as("%s/%s", bucket, key).isInstanceOf(Observation.Present.class);
    return (Observation.Present<ObjectVersion>) seen;
  }

  boolean isThere(String bucket, String key) {
    Observation<ObjectVersion> seen = blobs(bucket).head(BlobRef.latest(Key.utf8(key)));
    assertThat(seen).isNotInstanceOf(Observation.Unknown.class);
    return seen instanceof Observation.Present;
  }

  byte[] content(Location at) {
    try (InputStream in = blobs(at.bucket()).open(at.ref(), 0, Expect.anything())) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String text(String bucket, String key) {
    return new String(content(Location.latest(bucket, Key.utf8(key))), StandardCharsets.UTF_8);
  }

  Location at(String id) {
    return handles.find(List.of(Key.utf8(id))).get(0).orElseThrow().at();
  }

  void assertAt(String id, String bucket, String key, String content) {
    assertThat(at(id)).isEqualTo(Location.latest(bucket, Key.utf8(key)));
    assertThat(text(bucket, key)).isEqualTo(content);
  }

  /** All versions in a bucket, markers too, each as its key and id. */
  List<String> versions(String bucket) {
    List<String> all = new ArrayList<>();
    var page = on.client().listObjectVersions(request -> request.bucket(bucket));
    page.versions().forEach(one -> all.add(one.key() + " " + one.versionId()));
    page.deleteMarkers().forEach(one -> all.add(one.key() + " marker " + one.versionId()));
    return all;
  }

  /** The keys in a bucket. */
  List<String> keys(String bucket) {
    return on.client().listObjectsV2(request -> request.bucket(bucket)).contents().stream()
        .map(object -> object.key())
        .toList();
  }

  int uploads(String bucket) {
    return on.client().listMultipartUploads(request -> request.bucket(bucket)).uploads().size();
  }

  List<DeadLetter> dead() {
    List<DeadLetter> all = new ArrayList<>();
    try (var letters = queue.deadLetters(Selection.all())) {
      letters.forEachRemaining(all::add);
    }
    return all;
  }
}
