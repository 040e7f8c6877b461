package dev.chirograph.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Part;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.Version;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.relocate.ArchiveRule;
import dev.chirograph.spi.relocate.SupportsArchive;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Objects that are put aside: what becomes of them, of their other attributes, and of others. */
abstract class ArchiveScene {

  private static final Key KEY = Key.utf8("files/päper 1.txt");
  static final BlobRef LATEST = BlobRef.latest(KEY);
  private static final ArchiveRule TAG = new ArchiveRule.Tag(Map.of("archived", "yes"));

  private BlobStore store;

  /** A new bucket. */
  abstract BlobStore open();

  abstract boolean versions();

  abstract boolean tags();

  /** A storage class that the store has beside the usual one; empty when it has no other. */
  abstract String storageClass();

  @BeforeEach
  void openStore() {
    store = open();
  }

  private ArchiveRule move() {
    assumeTrue(!storageClass().isEmpty(), "it has one storage class only");
    return new ArchiveRule.StorageClass(storageClass());
  }

  Outcome archive(BlobRef ref, Version pin, ArchiveRule rule) {
    return ((SupportsArchive) store).archive(ref, pin, rule);
  }

  Observation.Present<ObjectVersion> put(String text, Map<String, String> tags) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ObjectVersion.Builder attributes =
        ObjectVersion.builder()
            .size(bytes.length)
            .contentType(Part.known("text/plain"))
            .metadata(Part.known(Map.of("author", "me")));
    if (tags()) {
      attributes.tags(Part.known(tags));
    }
    assertThat(
            store.put(
                KEY, attributes.build(), () -> new ByteArrayInputStream(bytes), Expect.anything()))
        .isInstanceOf(Outcome.Applied.class);
    return look(LATEST);
  }

  private Observation.Present<ObjectVersion> look(BlobRef ref) {
    Observation<ObjectVersion> seen = store.head(ref);
    assertThat(seen).isInstanceOf(Observation.Present.class);
    return (Observation.Present<ObjectVersion>) seen;
  }

  private Map<String, String> tags(BlobRef ref) {
    return look(ref).value().tags().optional().orElseThrow();
  }

  private String text() throws IOException {
    try (InputStream in = store.open(LATEST, 0, Expect.anything())) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  static Kind why(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Rejected.class);
    return ((Outcome.Rejected) outcome).why().kind();
  }

  @Test
  void tagsComeBesideThoseThatAreThereAndTheStateStays() throws Exception {
    assumeTrue(tags(), "it has no tags");
    Observation.Present<ObjectVersion> seen = put("one", Map.of("colour", "blue"));
    assertThat(archive(LATEST, seen.version(), TAG)).isInstanceOf(Outcome.Applied.class);
    assertThat(tags(LATEST)).isEqualTo(Map.of("colour", "blue", "archived", "yes"));
    assertThat(look(LATEST).version()).isEqualTo(seen.version());
    assertThat(text()).isEqualTo("one");
    assertThat(archive(LATEST, seen.version(), TAG)).isInstanceOf(Outcome.Unchanged.class);
  }

  @Test
  void whatIsAnotherByNowIsNotTagged() {
    assumeTrue(tags(), "it has no tags");
    Version older = put("one", Map.of()).version();
    put("two", Map.of("colour", "red"));
    assertThat(archive(LATEST, older, TAG)).isInstanceOf(Outcome.Conflict.class);
    assertThat(tags(LATEST)).isEqualTo(Map.of("colour", "red"));
  }

  @Test
  void exactlyTheVersionThatWasSeenIsTagged() {
    assumeTrue(tags() && versions(), "it has no tags or no versions");
    Observation.Present<ObjectVersion> older = put("one", Map.of());
    put("two", Map.of("colour", "red"));
    BlobRef exactly = BlobRef.of(KEY, older.value().versionId());
    assertThat(archive(exactly, older.version(), TAG)).isInstanceOf(Outcome.Applied.class);
    assertThat(tags(exactly)).isEqualTo(Map.of("archived", "yes"));
    assertThat(tags(LATEST)).isEqualTo(Map.of("colour", "red"));
  }

  @Test
  void tenTagsAreTheMost() {
    assumeTrue(tags(), "it has no tags");
    Map<String, String> ten = new HashMap<>();
    for (int i = 0; i < 9; i++) {
      ten.put("tag" + i, "x");
    }
    assertThat(archive(LATEST, put("one", ten).version(), TAG)).isInstanceOf(Outcome.Applied.class);
    ten.put("tag9", "x");
    Version full = put("two", ten).version();
    assertThat(why(archive(LATEST, full, TAG))).isEqualTo(Kind.INVALID_ARGUMENT);
    assertThat(tags(LATEST)).isEqualTo(ten);
    ArchiveRule one = new ArchiveRule.Tag(Map.of("tag9", "y"));
    assertThat(archive(LATEST, full, one)).isInstanceOf(Outcome.Applied.class);
    assertThat(tags(LATEST)).containsEntry("tag9", "y").hasSize(10);
  }

  @Test
  void anotherStorageClassChangesNothingElse() throws Exception {
    ArchiveRule move = move();
    Observation.Present<ObjectVersion> seen = put("one", Map.of("colour", "blue"));
    assertThat(archive(LATEST, seen.version(), move)).isInstanceOf(Outcome.Applied.class);
    ObjectVersion moved = look(LATEST).value();
    assertThat(moved.storageClass()).contains(storageClass());
    assertThat(moved.contentType()).isEqualTo(seen.value().contentType());
    assertThat(moved.metadata()).isEqualTo(seen.value().metadata());
    assertThat(moved.tags()).isEqualTo(seen.value().tags());
    assertThat(text()).isEqualTo("one");
    assertThat(archive(LATEST, seen.version(), move)).isInstanceOf(Outcome.Unchanged.class);
  }

  @Test
  void theVersionThatWasMovedStaysBelowItsCopy() {
    ArchiveRule move = move();
    assumeTrue(versions(), "it keeps no versions");
    Observation.Present<ObjectVersion> seen = put("one", Map.of());
    BlobRef exactly = BlobRef.of(KEY, seen.value().versionId());
    assertThat(archive(exactly, seen.version(), move)).isInstanceOf(Outcome.Applied.class);
    assertThat(look(LATEST).version()).isNotEqualTo(seen.version());
    assertThat(look(exactly).value().storageClass()).isEqualTo(seen.value().storageClass());
  }

  @Test
  void whatIsAnotherByNowIsNotMovedAndNothingOldComesBack() throws Exception {
    ArchiveRule move = move();
    Observation.Present<ObjectVersion> older = put("one", Map.of());
    Version newer = put("two", Map.of()).version();
    BlobRef exactly = versions() ? BlobRef.of(KEY, older.value().versionId()) : LATEST;
    assertThat(archive(exactly, older.version(), move)).isInstanceOf(Outcome.Conflict.class);
    assertThat(look(LATEST).version()).isEqualTo(newer);
    assertThat(text()).isEqualTo("two");
  }

  @Test
  void whatIsGoneIsAConflict() {
    Version pin = put("one", Map.of()).version();
    store.delete(LATEST, Expect.anything());
    assertThat(archive(LATEST, pin, new ArchiveRule.StorageClass("GLACIER")))
        .isInstanceOf(Outcome.Conflict.class);
    if (tags()) {
      assertThat(archive(LATEST, pin, TAG)).isInstanceOf(Outcome.Conflict.class);
    }
  }

  @Test
  void deletingAndKeepingAreNoArchive() {
    Version pin = put("one", Map.of()).version();
    assertThat(why(archive(LATEST, pin, new ArchiveRule.Delete())))
        .isEqualTo(Kind.INVALID_ARGUMENT);
    assertThat(why(archive(LATEST, pin, new ArchiveRule.Keep()))).isEqualTo(Kind.INVALID_ARGUMENT);
    assertThat(look(LATEST).version()).isEqualTo(pin);
  }
}
