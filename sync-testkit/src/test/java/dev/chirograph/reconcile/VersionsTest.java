package dev.chirograph.reconcile;

import static dev.chirograph.reconcile.Lab.key;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Expect;
import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Report;
import dev.chirograph.Tally.Count;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.memory.MemoryBlobStore.Versioning;
import dev.chirograph.memory.MemoryCatalogue;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.testkit.Faults;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A bucket and its catalogue, through all that can happen to versions. */
class VersionsTest {

  private final Lab lab = new Lab();
  private final MemoryBlobStore blobs = MemoryBlobStore.builder("b").clock(lab.clock).build();
  private final MemoryCatalogue catalogue = MemoryCatalogue.create();

  private Report sync() {
    lab.clock.advance(Duration.ofSeconds(2));
    Report report = lab.quick(blobs.asReplica(), catalogue).build().sync(Scope.all());
    assertThat(report.agreed()).as(String.valueOf(report)).isTrue();
    Faults calls = Faults.none();
    lab.quick(calls.source(blobs.asReplica()), calls.replica(catalogue)).build().sync(Scope.all());
    assertThat(calls.counts()).containsOnlyKeys("Source.list"); // nothing is left to look at
    return report;
  }

  private void put(String text) {
    lab.clock.advance(Duration.ofSeconds(2));
    blobs.put(key("a"), text.getBytes(UTF_8));
  }

  private void agree() {
    ObjectState state = catalogue.get(key("a")).orElseThrow();
    assertThat(state.versions()).isEqualTo(blobs.versions(key("a")));
    assertThat(state.versions()).extracting(ObjectVersion::versionId).doesNotHaveDuplicates();
  }

  @Test
  void fromUnversionedOverVersionedToSuspended() {
    put("1");
    sync();
    agree();
    String id = catalogue.id(key("a")).orElseThrow();

    put("2");
    sync();
    agree();
    assertThat(blobs.versions(key("a"))).hasSize(1);

    blobs.versioning(Versioning.ON);
    put("3");
    put("4");
    sync();
    agree();
    assertThat(blobs.versions(key("a"))).hasSize(3);

    blobs.versioning(Versioning.SUSPENDED);
    put("5");
    sync();
    agree();
    assertThat(catalogue.get(key("a")).orElseThrow().latest().versionId())
        .isEqualTo(ObjectVersion.NULL_VERSION);
    assertThat(blobs.versions(key("a"))).hasSize(3);
    assertThat(catalogue.id(key("a"))).hasValue(id);
  }

  @Test
  void aDeleteMarkerKeepsTheRowAndRemovingItRestoresTheObject() {
    blobs.versioning(Versioning.ON);
    put("1");
    blobs.put(key("other"), "x".getBytes(UTF_8));
    sync();
    String id = catalogue.id(key("a")).orElseThrow();

    lab.clock.advance(Duration.ofSeconds(2));
    blobs.delete(BlobRef.latest(key("a")), Expect.anything());
    assertThat(sync().count(Count.DELETED)).isZero();
    agree();
    assertThat(catalogue.get(key("a")).orElseThrow().deleted()).isTrue();
    assertThat(catalogue.snapshot()).doesNotContainKey(key("a"));

    String marker = blobs.versions(key("a")).get(0).versionId();
    blobs.delete(BlobRef.of(key("a"), marker), Expect.anything());
    sync();
    agree();
    assertThat(catalogue.snapshot()).containsKey(key("a"));
    assertThat(catalogue.id(key("a"))).hasValue(id);
  }

  @Test
  void anObjectOfWhichNothingIsLeftLosesItsRow() {
    blobs.versioning(Versioning.ON);
    put("1");
    put("2");
    blobs.put(key("other"), "x".getBytes(UTF_8));
    sync();

    for (ObjectVersion version : blobs.versions(key("a"))) {
      blobs.delete(BlobRef.of(key("a"), version.versionId()), Expect.anything());
    }

    assertThat(sync().count(Count.DELETED)).isOne();
    assertThat(catalogue.get(key("a"))).isEmpty();
  }

  @Test
  void anOldVersionThatWentIsNoticed() {
    blobs.versioning(Versioning.ON);
    put("1");
    put("2");
    sync();
    String old = blobs.versions(key("a")).get(1).versionId();

    blobs.delete(BlobRef.of(key("a"), old), Expect.anything());

    assertThat(sync().count(Count.WRITTEN)).isOne();
    agree();
  }
}
