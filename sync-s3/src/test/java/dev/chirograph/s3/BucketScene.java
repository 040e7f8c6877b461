package dev.chirograph.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Part;
import dev.chirograph.Report;
import dev.chirograph.memory.MemoryCatalogue;
import dev.chirograph.reconcile.Scope;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** A catalogue that wants other attributes in its bucket, and one object less. */
final class BucketScene implements EveryRequestIT.Scene {

  private static final List<String> KEPT = List.of("meta", "same", "tagged");
  private static final String GONE = "gone";
  private static final Map<String, String> OLD = Map.of("colour", "red");
  private static final Map<String, String> NEW = Map.of("colour", "blue", "size", "large");

  private final S3On on;
  private final boolean versions;
  private final Engines engine;
  private final String bucket;
  private final S3Guards guards;
  private final S3Client setup;
  private final S3Client client;
  private final MemoryCatalogue catalogue = MemoryCatalogue.create();

  BucketScene(S3On on, boolean versions, Engines engine, EveryRequestIT.Line line) {
    this.on = on;
    this.versions = versions;
    this.engine = engine;
    this.setup = on.client();
    this.client = on.client(line);
    this.bucket = versions ? on.versionedBucket() : on.bucket();
    this.guards = on.bucketBuilder(setup, bucket).probe("probe/").build().guards();
    reset();
  }

  private S3Bucket view(S3Client through) {
    return on.bucketBuilder(through, bucket)
        .guards(guards)
        .allowCheckedDeletes()
        .pageSize(3)
        .build();
  }

  @Override
  public void reset() {
    KEPT.forEach(this::put);
    put(GONE);
    for (String name : KEPT) {
      catalogue.put(Key.utf8(name), observe(name).withId(Optional.empty()));
    }
    change("meta", latest -> latest.metadata(Part.known(NEW)));
    if (on.tags) {
      change("tagged", latest -> latest.tags(Part.known(NEW)));
    }
  }

  private void put(String name) {
    setup.putObject(
        request -> {
          request.bucket(bucket).key(name).metadata(OLD).cacheControl("max-age=7");
          if (on.tags) {
            request.tagging("colour=red");
          }
        },
        RequestBody.fromString("content of " + name));
  }

  private void change(String name, UnaryOperator<ObjectVersion.Builder> change) {
    Key key = Key.utf8(name);
    ObjectState state = catalogue.get(key).orElseThrow();
    catalogue.put(key, state.withLatest(change.apply(state.latest().toBuilder()).build()));
  }

  private ObjectState observe(String name) {
    Observation<ObjectState> seen = view(setup).observe(List.of(Key.utf8(name))).get(0);
    assertThat(seen).as(name).isInstanceOf(Observation.Present.class);
    return seen.content().orElseThrow();
  }

  @Override
  public Report run() {
    return run(Scope.all().full());
  }

  @Override
  public Report runFull() {
    return run(Scope.all().full());
  }

  private Report run(Scope scope) {
    return engine.run(catalogue, view(client), "", scope);
  }

  @Override
  public void assertHarmless(String where) {
    for (String name : KEPT) {
      ObjectVersion there = observe(name).latest();
      assertThat(there.etag()).as(where + " " + name).isEqualTo(wanted(name).etag());
      assertThat(there.metadata().optional().orElseThrow()).as(where + " " + name).isIn(OLD, NEW);
      if (on.tags) {
        assertThat(there.tags().optional().orElseThrow()).as(where + " " + name).isIn(OLD, NEW);
      }
    }
  }

  @Override
  public void assertEqual(String where) {
    for (String name : KEPT) {
      ObjectVersion there = observe(name).latest();
      assertThat(there.etag()).as(where + " " + name).isEqualTo(wanted(name).etag());
      assertThat(there.metadata()).as(where + " " + name).isEqualTo(wanted(name).metadata());
      assertThat(there.tags()).as(where + " " + name).isEqualTo(wanted(name).tags());
      assertThat(setup.headObject(request -> request.bucket(bucket).key(name)).cacheControl())
          .as(where + " " + name)
          .isEqualTo("max-age=7");
    }
    assertThat(view(setup).observe(List.of(Key.utf8(GONE))).get(0))
        .as(where)
        .isInstanceOf(versions ? Observation.Deleted.class : Observation.Absent.class);
  }

  private ObjectVersion wanted(String name) {
    return catalogue.get(Key.utf8(name)).orElseThrow().latest();
  }

  @Override
  public void close() {
    client.close();
  }

  @Override
  public String toString() {
    return "from a catalogue into " + on + (versions ? " with versions" : "");
  }
}
