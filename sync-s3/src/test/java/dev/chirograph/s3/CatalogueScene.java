package dev.chirograph.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Part;
import dev.chirograph.Report;
import dev.chirograph.memory.MemoryCatalogue;
import dev.chirograph.reconcile.Scope;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Tag;

/** A bucket whose catalogue does not know yet what has happened in it. */
final class CatalogueScene implements EveryRequestIT.Scene {

  /**
   * What to run.
   *
   * @param versions whether the bucket keeps versions
   * @param idTag the tag for external ids; empty: none
   */
  record Options(S3On on, boolean versions, Engines engine, String idTag) {}

  private static final List<String> NAMES =
      List.of("changed", "gone", "marked", "new", "same-0", "same-1", "same-2", "same-3");

  private final Options options;
  private final String bucket;
  private final S3Client setup;
  private final S3Client client;
  private final Map<Key, ObjectState> before = new TreeMap<>();
  private final Map<Key, ObjectState> truth = new TreeMap<>();
  private MemoryCatalogue catalogue = MemoryCatalogue.create();
  private Guarded guarded = new Guarded(catalogue, Set.of());

  CatalogueScene(Options options, EveryRequestIT.Line line) {
    this.options = options;
    this.setup = options.on().client();
    this.client = options.on().client(line);
    this.bucket = options.versions() ? options.on().versionedBucket() : options.on().bucket();
    NAMES.stream().filter(name -> !name.equals("new")).forEach(name -> put(name, "1"));
    Report first = run();
    assertThat(first.agreed()).as(first.toString()).isTrue();
    names().forEach(key -> catalogue.get(key).ifPresent(row -> before.put(key, row)));
    put("changed", "22");
    put("new", "333");
    remove("gone");
    if (options.versions()) {
      setup.deleteObject(request -> request.bucket(bucket).key("marked"));
    }
    reset();
    names().forEach(key -> observe(key).ifPresent(state -> truth.put(key, state)));
  }

  private static Stream<Key> names() {
    return NAMES.stream().map(Key::utf8);
  }

  private void put(String name, String content) {
    setup.putObject(
        request -> request.bucket(bucket).key(name).metadata(Map.of("content", content)),
        RequestBody.fromString(content));
  }

  private void remove(String name) {
    setup
        .listObjectVersions(request -> request.bucket(bucket).prefix(name))
        .versions()
        .forEach(
            version ->
                setup.deleteObject(
                    request ->
                        request
                            .bucket(bucket)
                            .key(name)
                            .versionId(options.versions() ? version.versionId() : null)));
  }

  private S3Bucket view(S3Client through) {
    S3Bucket.Builder builder = options.on().bucketBuilder(through, bucket).pageSize(3);
    return options.versions() ? builder.versions().build() : builder.build();
  }

  private Optional<ObjectState> observe(Key key) {
    return view(setup).observe(List.of(key)).get(0).content();
  }

  @Override
  public void reset() {
    catalogue = MemoryCatalogue.create();
    before.forEach(catalogue::put);
    guarded = new Guarded(catalogue, new TreeSet<>(truth.keySet()));
    if (options.on().tags) {
      tag("changed", Map.of("colour", "red"));
      tag("new", Map.of());
    }
  }

  private void tag(String name, Map<String, String> tags) {
    if (tags.isEmpty()) {
      setup.deleteObjectTagging(request -> request.bucket(bucket).key(name));
      return;
    }
    List<Tag> set =
        tags.entrySet().stream()
            .map(tag -> Tag.builder().key(tag.getKey()).value(tag.getValue()).build())
            .toList();
    setup.putObjectTagging(
        request -> request.bucket(bucket).key(name).tagging(tagging -> tagging.tagSet(set)));
  }

  @Override
  public Report run() {
    return run(Scope.all());
  }

  @Override
  public Report runFull() {
    return run(Scope.all().full());
  }

  private Report run(Scope scope) {
    return options.engine().run(view(client), guarded, options.idTag(), scope);
  }

  @Override
  public void assertHarmless(String where) {
    assertThat(guarded.wrong).as(where).isEmpty();
    names()
        .forEach(
            key -> {
              ObjectState row = catalogue.get(key).orElse(null);
              ObjectState old = before.get(key);
              ObjectState right = truth.get(key);
              if (row != null && old != null) {
                assertThat(row.id()).as("id of %s %s", key, where).isEqualTo(old.id());
              }
              if (row != null && !row.equals(old)) {
                assertThat(right).as("%s %s", key, where).isNotNull();
                assertRead(row, Objects.requireNonNull(right), old, key + " " + where);
              }
            });
  }

  /** Content is as it is in the bucket; an attribute may be as it was, where it was not read. */
  private void assertRead(ObjectState row, ObjectState right, ObjectState old, String where) {
    assertThat(comparable(row).withPartial(false).evidence())
        .as(where)
        .isEqualTo(comparable(right).evidence());
    Map<String, ObjectVersion> was = new HashMap<>();
    if (old != null) {
      old.versions().forEach(version -> was.put(version.versionId(), version));
    }
    for (int i = 0; i < row.versions().size(); i++) {
      ObjectVersion is = row.versions().get(i);
      ObjectVersion now = right.versions().get(i);
      ObjectVersion then = was.getOrDefault(is.versionId(), now);
      assertThat(is.metadata())
          .as(where)
          .satisfiesAnyOf(known(now.metadata()), known(then.metadata()));
      assertThat(withoutId(is.tags()))
          .as(where)
          .satisfiesAnyOf(known(withoutId(now.tags())), known(withoutId(then.tags())));
    }
  }

  private static <T> org.assertj.core.api.ThrowingConsumer<Part<T>> known(Part<T> expected) {
    return part -> {
      if (part instanceof Part.Known) {
        assertThat(part).isEqualTo(expected);
      }
    };
  }

  private Part<Map<String, String>> withoutId(Part<Map<String, String>> tags) {
    return tags.optional()
        .map(
            set -> {
              Map<String, String> rest = new HashMap<>(set);
              rest.remove(options.idTag());
              return Part.known(rest);
            })
        .orElse(tags);
  }

  @Override
  public void assertEqual(String where) {
    names()
        .forEach(
            key -> {
              Optional<ObjectState> row = catalogue.get(key);
              Optional<ObjectState> there = observe(key);
              assertThat(row.map(this::comparable))
                  .as("%s %s", key, where)
                  .isEqualTo(there.map(this::comparable));
              if (!options.idTag().isEmpty() && there.isPresent() && !there.get().deleted()) {
                Map<String, String> tags = there.get().latest().tags().optional().orElseThrow();
                assertThat(tags.get(options.idTag()))
                    .as("%s %s", key, where)
                    .isEqualTo(catalogue.id(key).orElseThrow());
              }
            });
  }

  /** Ceph takes the writing of tags for a modification, and the catalogue learns of it later. */
  private ObjectState comparable(ObjectState state) {
    ObjectState plain = state.withId(Optional.empty());
    return options.on() == S3On.CEPH && !plain.deleted()
        ? plain.withLatest(plain.latest().toBuilder().lastModified(Instant.EPOCH).build())
        : plain;
  }

  @Override
  public void close() {
    client.close();
  }

  @Override
  public String toString() {
    return options.toString();
  }
}
