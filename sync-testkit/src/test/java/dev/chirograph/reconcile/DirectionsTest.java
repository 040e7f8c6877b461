package dev.chirograph.reconcile;

import static dev.chirograph.reconcile.Lab.key;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.ObjectState;
import dev.chirograph.Part;
import dev.chirograph.Report;
import dev.chirograph.Tally.Count;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.memory.MemoryCatalogue;
import dev.chirograph.spi.BlobStore.BlobRef;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Catalogue → bucket: there are no bytes to put, so attributes and deletes only. */
class DirectionsTest {

  private final Lab lab = new Lab();
  private final MemoryBlobStore blobs = MemoryBlobStore.builder("b").clock(lab.clock).build();
  private final MemoryCatalogue catalogue = MemoryCatalogue.create();

  @BeforeEach
  void fill() {
    for (String name : new String[] {"a", "b", "c", "d"}) {
      blobs.put(key(name), name.getBytes(UTF_8));
    }
    assertThat(lab.quick(blobs.asReplica(), catalogue).build().sync(Scope.all()).agreed()).isTrue();
  }

  private Report backwards() {
    return lab.quick(catalogue, blobs.asReplica()).build().sync(Scope.all().full());
  }

  @Test
  void tagsOfTheCatalogueArriveInTheBucket() {
    ObjectState state = catalogue.get(key("a")).orElseThrow();
    Part<Map<String, String>> blue = Part.known(Map.of("colour", "blue"));
    catalogue.put(key("a"), state.withLatest(state.latest().toBuilder().tags(blue).build()));

    Report report = backwards();

    assertThat(report.agreed()).as(report.toString()).isTrue();
    assertThat(report.count(Count.WRITTEN)).isOne();
    assertThat(blobs.head(BlobRef.latest(key("a"))).content().orElseThrow().tags()).isEqualTo(blue);
    assertThat(blobs.content(key("a")).orElseThrow()).isEqualTo("a".getBytes(UTF_8));
  }

  @Test
  void L3_whatTheCatalogueForgotIsDeletedWithinTheLimit() {
    catalogue.remove(key("b"));

    assertThat(backwards().count(Count.DELETED)).isOne();
    assertThat(blobs.content(key("b"))).isEmpty();
    assertThat(blobs.content(key("c"))).isPresent();
  }

  @Test
  void whatTheBucketLacksIsReportedAndNotMadeUp() {
    catalogue.put(key("lost"), catalogue.get(key("a")).orElseThrow().withId(Optional.empty()));

    Report report = backwards();

    assertThat(report.agreed()).isFalse();
    assertThat(report.count(Count.FAILED)).isOne();
    assertThat(report.failures().get(0).where()).contains("lost");
    assertThat(report.failures().get(0).error()).contains("no bytes");
    assertThat(blobs.content(key("lost"))).isEmpty();
  }
}
