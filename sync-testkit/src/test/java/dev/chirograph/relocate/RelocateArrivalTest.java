package dev.chirograph.relocate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Part;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.memory.MemoryBlobStore.Versioning;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.relocate.BlobStores;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.testkit.Faults;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Copies that were made by others, such as batch jobs of a store, and what they cost. */
class RelocateArrivalTest {

  private final RelocateLab lab = new RelocateLab();
  private final Faults calls = Faults.none();

  @BeforeEach
  void aFile() {
    lab.file("1", "project", "a", "one");
    lab.allocations.assign("project", "grant-12");
  }

  /** Buckets whose entity tags say nothing of contents, as those of encrypted objects. */
  private BlobStores opaque() {
    return new BlobStores() {
      @Override
      public BlobStore open(String bucket) {
        return withoutTags(lab.buckets.open(bucket), bucket);
      }

      @Override
      public boolean create(String bucket) {
        return lab.buckets.create(bucket);
      }
    };
  }

  private static BlobStore withoutTags(MemoryBlobStore store, String bucket) {
    return (BlobStore)
        Proxy.newProxyInstance(
            BlobStore.class.getClassLoader(),
            new Class<?>[] {BlobStore.class},
            (proxy, method, args) -> {
              try {
                Object answer = method.invoke(store, args);
                return answer instanceof Observation.Present<?> present
                        && present.value() instanceof ObjectVersion object
                    ? Observation.present(
                        object.toBuilder().etag("of " + bucket).build(),
                        present.version(),
                        present.evidence())
                    : answer;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private void drain(Verification how) {
    Relocator relocator =
        Relocator.builder("files", lab.handles, lab.allocations, calls.buckets(opaque()), lab.queue)
            .environment(lab.clock.environment())
            .verification(how)
            .build();
    relocator.collect("project");
    relocator.drain();
  }

  private void there(String key, String content) {
    lab.buckets
        .open(RelocateLab.GRANT)
        .put(Key.utf8(key), content.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void whatNoChecksumTellsIsReadAndTakenWhenItIsTheSame() {
    there("a", "one");
    String before = lab.buckets.open(RelocateLab.GRANT).versions(Key.utf8("a")).toString();
    drain(Verification.CHECKSUM);
    lab.assertAt("1", RelocateLab.GRANT, "a", "one");
    assertThat(lab.buckets.open(RelocateLab.GRANT).versions(Key.utf8("a"))).hasToString(before);
    assertThat(calls.counts()).containsEntry("BlobStore.open", 2L);
  }

  @Test
  void whatNoChecksumTellsIsReadAndLeftWhenItIsSomethingElse() {
    there("a", "two");
    there("a~2", "six");
    drain(Verification.CHECKSUM);
    lab.assertAt("1", RelocateLab.GRANT, "a~3", "one");
    assertThat(lab.content(RelocateLab.GRANT, "a")).contains("two");
    assertThat(lab.content(RelocateLab.GRANT, "a~2")).contains("six");
  }

  @Test
  void whereNothingIsToBeReadWhatIsThereIsLeft() {
    there("a", "one");
    drain(Verification.SIZE);
    lab.assertAt("1", RelocateLab.GRANT, "a~2", "one");
  }

  @Test
  void copiesThatABatchJobHasMadeAreTakenAndTheOthersAreMade() {
    lab.handle("2", "project", lab.at("1"), 3);
    lab.file("3", "project", "b", "three");
    lab.file("4", "nobody", "c", "stays");
    Relocator relocator = lab.builder(calls).build();
    List<FileHandle> manifest = new ArrayList<>();
    relocator.misplaced(Optional.of("project"), manifest::add);
    assertThat(manifest)
        .extracting(handle -> handle.at().key().text())
        .containsExactly("a", "a", "b");
    there("a", "one"); // the batch job has failed to copy b
    List<Location> done =
        List.of("a", "b", "c", "none").stream()
            .map(key -> Location.latest(RelocateLab.COMMON, Key.utf8(key)))
            .toList();
    assertThat(relocator.collect(done.iterator())).isEqualTo(3);
    relocator.drain();
    lab.assertAt("1", RelocateLab.GRANT, "a", "one");
    lab.assertAt("2", RelocateLab.GRANT, "a", "one");
    lab.assertAt("3", RelocateLab.GRANT, "b", "three");
    lab.assertAt("4", RelocateLab.COMMON, "c", "stays");
    assertThat(lab.content(RelocateLab.GRANT, "a~2")).isEmpty();
  }

  @Test
  void aPreviewMovesWithItsFile() {
    lab.file("p", "project", "a.png", "picture");
    FileHandle file = lab.handles.find(List.of(Key.utf8("1"))).get(0).orElseThrow();
    lab.handles.put(
        new FileHandle(
            file.id(),
            file.etag(),
            file.owner(),
            file.at(),
            file.size(),
            file.md5(),
            Optional.of(Key.utf8("p"))));
    drain(Verification.CHECKSUM);
    lab.assertAt("1", RelocateLab.GRANT, "a", "one");
    lab.assertAt("p", RelocateLab.GRANT, "a.png", "picture");
    assertThat(lab.handles.find(List.of(Key.utf8("1"))).get(0).orElseThrow().preview())
        .contains(Key.utf8("p"));
  }

  @Test
  void aHandleOfOneVersionRefersToOneVersionOfTheCopy() {
    MemoryBlobStore grant = lab.buckets.open(RelocateLab.GRANT);
    grant.versioning(Versioning.ON);
    lab.buckets.open(RelocateLab.COMMON).versioning(Versioning.ON);
    Key key = Key.utf8("versioned");
    String version = lab.buckets.open(RelocateLab.COMMON).put(key, new byte[5]);
    lab.handle("v", "project", new Location(RelocateLab.COMMON, key, Optional.of(version)), 5);
    drain(Verification.CHECKSUM);
    Location at = lab.at("v");
    assertThat(at.versionId()).contains(grant.versions(key).get(0).versionId());
    there("versioned", "written over it");
    assertThat(seen(at.ref()).size()).isEqualTo(5);
    assertThat(lab.at("1").versionId()).as("the latest was meant").isEmpty();
  }

  @Test
  void metadataThatLeavesNoRoomCostsTheOriginalNameAndNotTheMove() {
    ObjectVersion full =
        ObjectVersion.builder().metadata(Part.known(Map.of("note", "x".repeat(1_900)))).build();
    lab.buckets.open(RelocateLab.COMMON).put(Key.utf8("full"), full, new byte[4]);
    lab.handle("f", "project", Location.latest(RelocateLab.COMMON, Key.utf8("full")), 4);
    String key = "k".repeat(300);
    lab.buckets.open(RelocateLab.COMMON).put(Key.utf8(key), full, new byte[4]);
    lab.handle("g", "project", Location.latest(RelocateLab.COMMON, Key.utf8(key)), 4);
    drain(Verification.CHECKSUM);
    assertThat(metadata("full")).containsKeys("note", Stamp.COPY, Stamp.ORIGIN);
    assertThat(metadata(key)).containsKeys("note", Stamp.COPY).doesNotContainKey(Stamp.ORIGIN);
  }

  private Map<String, String> metadata(String key) {
    return seen(BlobRef.latest(Key.utf8(key))).metadata().optional().orElseThrow();
  }

  private ObjectVersion seen(BlobRef ref) {
    return ((Observation.Present<ObjectVersion>) lab.buckets.open(RelocateLab.GRANT).head(ref))
        .value();
  }
}
