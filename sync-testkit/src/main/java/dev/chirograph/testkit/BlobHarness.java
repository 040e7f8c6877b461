package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Expect;
import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.Part;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.BlobStore.Content;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What the tests of blob stores share: an empty bucket for each, and short words for what is done
 * with it.
 */
@ExtendWith(SkipCounter.class)
abstract class BlobHarness {

  static final Key KEY = Key.utf8("dir/file");
  static final Key OTHER = Key.utf8("dir/other file");

  BlobStore store;

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

  /** Whether a copy takes the attributes that are given for it; it does unless told. */
  protected boolean copiesReplaceAttributes() {
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

  // ---- words

  void put(Key key, String text) {
    assertThat(put(key, text, Expect.anything())).isInstanceOf(Outcome.Applied.class);
  }

  Outcome put(Key key, String text, Expect expect) {
    return store.put(
        key, size(text.getBytes(StandardCharsets.UTF_8).length), content(text), expect);
  }

  /** Removes an object with all its versions. */
  void erase(Key key) {
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

  Expect anyOrAt(Key key) {
    return deleteGuard() == Guard.NONE ? Expect.anything() : Expect.at(present(key).version());
  }

  Observation.Present<ObjectVersion> present(Key key) {
    Observation<ObjectVersion> seen = store.head(BlobRef.latest(key));
    assertThat(seen).as("%s", key).isInstanceOf(Observation.Present.class);
    return (Observation.Present<ObjectVersion>) seen;
  }

  String text(Key key) throws IOException {
    return new String(read(BlobRef.latest(key), 0), StandardCharsets.UTF_8);
  }

  byte[] read(BlobRef ref, long from) throws IOException {
    try (InputStream in = store.open(ref, from, Expect.anything())) {
      return in.readAllBytes();
    }
  }

  static void conflict(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Conflict.class);
  }

  static Content content(String text) {
    return () -> new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  static ObjectVersion size(long bytes) {
    return ObjectVersion.builder().size(bytes).build();
  }

  ObjectVersion attributes(long bytes) {
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
