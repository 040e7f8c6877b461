package dev.chirograph.relocate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.relocate.Finding.Kind;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.Source;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Handles, objects and policy are compared. */
class RelocateAuditTest {

  private final RelocateLab lab = new RelocateLab();
  private final Relocator relocator = lab.builder().build();
  private final List<Finding> found = new ArrayList<>();

  private AuditReport audit(String bucket) {
    return audit(bucket, Faults.none());
  }

  private AuditReport audit(String bucket, Faults faults) {
    found.clear();
    Source<ObjectState> objects = lab.buckets.open(bucket).asReplica();
    return lab.builder(faults).build().audit(bucket, faults.source(objects), found::add);
  }

  private void object(String bucket, String key, String content) {
    lab.buckets.open(bucket).put(Key.utf8(key), content.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void whatIsRightIsSound() {
    lab.file("1", "project", "a", "one");
    lab.handle("2", "nobody", lab.at("1"), 3);
    lab.file("3", "nobody", "c", "three");
    AuditReport report = audit(RelocateLab.COMMON);
    assertThat(report.isSound()).isTrue();
    assertThat(report.handles()).isEqualTo(3);
    assertThat(report.objects()).isEqualTo(2);
    assertThat(report.bytes()).isEqualTo(11);
    assertThat(found).isEmpty();
  }

  @Test
  void eachKindOfTroubleIsTold() {
    lab.handle("1", "nobody", Location.latest(RelocateLab.COMMON, Key.utf8("gone")), 3);
    lab.file("2", "nobody", "b", "two");
    lab.handle("2", "nobody", lab.at("2"), 4);
    object(RelocateLab.COMMON, "stray", "?");
    lab.file("3", "project", "m", "moves");
    lab.allocations.assign("project", "grant-12");
    AuditReport report = audit(RelocateLab.COMMON);
    assertThat(report.isSound()).isFalse();
    assertThat(found)
        .extracting(Finding::kind, finding -> finding.at().key().text())
        .containsExactly(
            org.assertj.core.api.Assertions.tuple(Kind.DIFFERENT, "b"),
            org.assertj.core.api.Assertions.tuple(Kind.DANGLING, "gone"),
            org.assertj.core.api.Assertions.tuple(Kind.MISPLACED, "m"),
            org.assertj.core.api.Assertions.tuple(Kind.ORPHAN, "stray"));
    assertThat(report.count(Kind.DANGLING)).isEqualTo(1);
    assertThat(report.findings()).isEqualTo(found);
  }

  @Test
  void whatWasMovedIsLeftBehindAndNotLost() {
    lab.file("1", "project", "a", "one");
    lab.allocations.assign("project", "grant-12");
    lab.settle(relocator);
    assertThat(audit(RelocateLab.COMMON).isSound()).isTrue();
    assertThat(found).singleElement().matches(one -> one.kind() == Kind.LEFT_BEHIND);
    assertThat(audit(RelocateLab.GRANT).isSound()).isTrue();
    assertThat(found).isEmpty();
  }

  @Test
  void aCopyThatCameToNothingIsFoundAndRemoved() {
    lab.file("1", "project", "a", "one");
    lab.allocations.assign("project", "grant-12");
    lab.settle(relocator);
    lab.handles.remove(Key.utf8("1"));
    assertThat(audit(RelocateLab.GRANT).count(Kind.LEFTOVER)).isEqualTo(1);
    relocator.cleanUp(found.get(0));
    relocator.drain();
    assertThat(lab.content(RelocateLab.GRANT, "a")).isEmpty();
    assertThat(audit(RelocateLab.GRANT).isSound()).isTrue();
  }

  @Test
  void L1_cleaningUpRemovesNothingThatAHandleRefersToByNow() {
    lab.file("1", "project", "a", "one");
    lab.allocations.assign("project", "grant-12");
    lab.settle(relocator);
    lab.handles.remove(Key.utf8("1"));
    audit(RelocateLab.GRANT);
    lab.handle("1", "project", Location.latest(RelocateLab.GRANT, Key.utf8("a")), 3);
    relocator.cleanUp(found.get(0));
    relocator.drain();
    lab.assertAt("1", RelocateLab.GRANT, "a", "one");
  }

  @Test
  void whatIsNoCopyIsNeverRemoved() {
    object(RelocateLab.COMMON, "stray", "?");
    audit(RelocateLab.COMMON);
    assertThatThrownBy(() -> relocator.cleanUp(found.get(0)))
        .hasMessageContaining("only copies that came to nothing");
  }

  @Test
  void L2_aListingThatBreaksOffMakesNothingDangle() {
    for (int i = 0; i < 10; i++) {
      lab.file("f" + i, "nobody", "k" + i, "content");
    }
    Faults faults =
        Faults.builder().when(call -> call.what().endsWith(".list"), Fault.CUT).cutAfter(3).build();
    AuditReport report = audit(RelocateLab.COMMON, faults);
    assertThat(report.complete()).isFalse();
    assertThat(report.isSound()).isFalse();
    assertThat(report.handles()).isEqualTo(10);
    assertThat(found).isEmpty();
  }

  @Test
  void L1_whatCannotBeLookedAtIsUnknownAndNotDangling() {
    lab.handle("1", "nobody", Location.latest(RelocateLab.COMMON, Key.utf8("gone")), 3);
    Faults faults =
        Faults.builder().when(call -> call.what().endsWith(".head"), Fault.FORBIDDEN).build();
    assertThat(audit(RelocateLab.COMMON, faults).count(Kind.UNKNOWN)).isEqualTo(1);
    assertThat(found.get(0).handle()).isEqualTo(Optional.of(Key.utf8("1")));
  }

  @Test
  void aVersionThatIsGoneDanglesAlsoWhereThereAreOthers() {
    MemoryBlobStore common = lab.buckets.open(RelocateLab.COMMON);
    common.versioning(MemoryBlobStore.Versioning.ON);
    Key key = Key.utf8("a");
    String older = common.put(key, "older".getBytes(StandardCharsets.UTF_8));
    String gone = common.put(key, "gone".getBytes(StandardCharsets.UTF_8));
    String latest = common.put(key, "latest".getBytes(StandardCharsets.UTF_8));
    lab.handle("1", "project", version(key, older), 5);
    lab.handle("2", "nobody", version(key, gone), 4);
    lab.handle("3", "nobody", version(key, latest), 6);
    common.delete(BlobRef.of(key, gone), Expect.anything());
    lab.allocations.assign("project", "grant-12");
    assertThat(audit(RelocateLab.COMMON).isSound()).isFalse();
    assertThat(found)
        .extracting(Finding::kind, finding -> finding.handle().orElseThrow().text())
        .containsExactly(
            org.assertj.core.api.Assertions.tuple(Kind.MISPLACED, "1"),
            org.assertj.core.api.Assertions.tuple(Kind.DANGLING, "2"));
  }

  private static Location version(Key key, String id) {
    return new Location(RelocateLab.COMMON, key, Optional.of(id));
  }

  @Test
  void aCopyThatArrivesAfterItWasGivenUpIsFoundAndRemoved() {
    lab.file("1", "project", "a", "one");
    lab.allocations.assign("project", "grant-12");
    lab.settle(relocator);
    MemoryBlobStore grant = lab.buckets.open(RelocateLab.GRANT);
    ObjectVersion copy = grant.head(BlobRef.latest(Key.utf8("a"))).content().orElseThrow();
    lab.handles.remove(Key.utf8("1"));
    audit(RelocateLab.GRANT);
    relocator.cleanUp(found.get(0));
    relocator.drain();
    assertThat(lab.content(RelocateLab.GRANT, "a")).isEmpty();
    grant.put(Key.utf8("a"), copy, "one".getBytes(StandardCharsets.UTF_8)); // was held up
    assertThat(audit(RelocateLab.GRANT).count(Kind.LEFTOVER)).isEqualTo(1);
    relocator.cleanUp(found.get(0));
    relocator.drain();
    assertThat(lab.content(RelocateLab.GRANT, "a")).isEmpty();
    object(RelocateLab.GRANT, "a", "somebody's");
    audit(RelocateLab.GRANT);
    assertThat(found).singleElement().matches(one -> one.kind() == Kind.ORPHAN);
  }

  @Test
  void whatIsReadAgainMustBeWhatItsHandleSays() {
    lab.file("1", "nobody", "a", "one");
    lab.file("2", "nobody", "b", "two");
    withMd5("1", "f97c5d29941bfb1b2fdab0874906ab82"); // of "one"
    withMd5("2", "f97c5d29941bfb1b2fdab0874906ab82");
    Source<ObjectState> objects = lab.buckets.open(RelocateLab.COMMON).asReplica();
    AuditReport none = relocator.audit(RelocateLab.COMMON, objects, found::add);
    assertThat(none.reread()).isZero();
    assertThat(found).as("nothing was read").isEmpty();
    AuditReport all = relocator.audit(RelocateLab.COMMON, objects, 1, found::add);
    assertThat(all.reread()).isEqualTo(2);
    assertThat(all.isSound()).isFalse();
    assertThat(found)
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.kind()).isEqualTo(Kind.DIFFERENT);
              assertThat(finding.handle()).contains(Key.utf8("2"));
              assertThat(finding.detail()).contains("its MD5 is f97c5d29941bfb1b2fdab0874906ab82");
            });
    assertThatThrownBy(() -> relocator.audit(RelocateLab.COMMON, objects, 1.5, found::add))
        .hasMessageContaining("from 0 to 1, not 1.5");
  }

  @Test
  void aSampleIsAboutAsLargeAsAsked() {
    for (int i = 0; i < 1_000; i++) {
      lab.file("f" + i, "nobody", "k" + i, "content");
    }
    Source<ObjectState> objects = lab.buckets.open(RelocateLab.COMMON).asReplica();
    AuditReport report = relocator.audit(RelocateLab.COMMON, objects, 0.1, found::add);
    assertThat(report.reread()).isBetween(50L, 160L);
    assertThat(report.isSound()).isTrue();
  }

  private void withMd5(String id, String md5) {
    FileHandle handle = lab.handles.find(List.of(Key.utf8(id))).get(0).orElseThrow();
    lab.handles.put(
        new FileHandle(
            handle.id(),
            handle.etag(),
            handle.owner(),
            handle.at(),
            handle.size(),
            Optional.of(md5),
            handle.preview()));
  }

  @Test
  void whatSomebodyHasCopiedWithAllThatItSaysIsNoLeftover() {
    lab.file("1", "project", "a", "one");
    lab.allocations.assign("project", "grant-12");
    lab.settle(relocator);
    MemoryBlobStore grant = lab.buckets.open(RelocateLab.GRANT);
    ObjectVersion copy =
        ((Observation.Present<ObjectVersion>) grant.head(BlobRef.latest(Key.utf8("a")))).value();
    grant.put(Key.utf8("mine"), copy, "one".getBytes(StandardCharsets.UTF_8));
    AuditReport report = audit(RelocateLab.GRANT);
    assertThat(report.count(Kind.LEFTOVER)).isZero();
    assertThat(found)
        .singleElement()
        .satisfies(finding -> assertThat(finding.kind()).isEqualTo(Kind.ORPHAN));
  }
}
