package dev.chirograph.relocate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Part;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.memory.MemoryBlobStore.Versioning;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.relocate.Allocation;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files that follow their policy. */
class RelocatorTest {

  private final RelocateLab lab = new RelocateLab();
  private final Relocator relocator = lab.builder().build();

  @Test
  void filesOfAnOwnerMoveToItsAllocationAndTheOriginalsAreArchivedAfterTheGrace() {
    lab.file("1", "project", "a", "one");
    lab.file("2", "project", "b", "two");
    lab.file("3", "somebody else", "c", "three");
    lab.allocations.assign("project", "grant-12");
    lab.settle(relocator);
    lab.assertAt("1", RelocateLab.GRANT, "a", "one");
    lab.assertAt("2", RelocateLab.GRANT, "b", "two");
    lab.assertAt("3", RelocateLab.COMMON, "c", "three");
    assertThat(lab.content(RelocateLab.COMMON, "a")).as("within the grace").contains("one");
    lab.clock.advance(RelocateLab.GRACE);
    relocator.drain();
    assertThat(lab.content(RelocateLab.COMMON, "a")).isEmpty();
    assertThat(lab.content(RelocateLab.COMMON, "c")).contains("three");
    assertThat(relocator.collect()).isZero();
  }

  @Test
  void newFilesGoToTheAllocationAtOnce() {
    lab.file("1", "project", "a", "one");
    lab.allocations.assign("project", "grant-12");
    assertThat(relocator.placementFor("project").orElseThrow().bucket())
        .isEqualTo(RelocateLab.GRANT);
    assertThat(relocator.placementFor("nobody")).isEmpty();
  }

  @Test
  void anAllocationIsCreatedWithItsBucketAndGivenOnce() {
    lab.file("1", "project", "a", "one");
    Allocation fresh = Allocation.of("fresh", "fresh-bucket", "admin");
    relocator.allocate("project", fresh);
    relocator.allocate("project", fresh);
    relocator.drain();
    lab.assertAt("1", "fresh-bucket", "a", "one");
    assertThatThrownBy(
            () -> relocator.allocate("project", Allocation.of("third", "third-bucket", "admin")))
        .hasMessageContaining("project has the allocation fresh");
    assertThatThrownBy(
            () -> relocator.allocate("another", Allocation.of("fresh", "third-bucket", "admin")))
        .hasMessageContaining("another allocation fresh");
  }

  @Test
  void anAllocationIsDroppedOnlyWhenItsFilesAreGone() {
    lab.file("1", "project", "a", "one");
    Allocation fresh = Allocation.of("fresh", RelocateLab.GRANT, "admin");
    relocator.allocate("project", fresh);
    relocator.drain();
    assertThatThrownBy(() -> relocator.drop(fresh)).hasMessageContaining("is that of project");
    relocator.deallocate("project");
    assertThatThrownBy(() -> relocator.drop(fresh)).hasMessageContaining("of the handle 1");
    relocator.drain();
    relocator.drop(fresh);
    assertThatThrownBy(() -> lab.allocations.assign("project", "fresh"))
        .hasMessageContaining("no allocation fresh");
  }

  @Test
  void anAllocationThatIsTakenAwayInMidFlightLeavesNothingBehind() {
    lab.file("1", "project", "a", "0123456789".repeat(20));
    Allocation fresh = Allocation.of("fresh", RelocateLab.GRANT, "admin");
    relocator.allocate("project", fresh);
    Faults faults =
        Faults.builder()
            .when(call -> call.what().equals("SupportsCopy.copy"), Fault.SLOW_DOWN)
            .build();
    lab.builder(faults).build().drain();
    relocator.deallocate("project");
    lab.settle(relocator);
    lab.assertAt("1", RelocateLab.COMMON, "a", "0123456789".repeat(20));
    assertThat(lab.content(RelocateLab.GRANT, "a")).isEmpty();
  }

  @Test
  void handlesThatShareAnObjectAreOneCopyAndManySwitches() {
    lab.file("1", "project", "a", "one");
    for (int i = 2; i <= 700; i++) {
      lab.handle("1" + i, "project", lab.at("1"), 3);
    }
    lab.allocations.assign("project", "grant-12");
    assertThat(relocator.collect("project")).isEqualTo(1);
    lab.settle(relocator);
    assertThat(lab.handles.all())
        .hasSize(700)
        .allMatch(handle -> handle.at().bucket().equals(RelocateLab.GRANT));
    assertThat(lab.buckets.open(RelocateLab.GRANT).versions(Key.utf8("a"))).hasSize(1);
  }

  @Test
  void anObjectOfTwoOwnersStaysAsLongAsOneOfThemRefersToIt() {
    lab.file("1", "project", "a", "one");
    lab.handle("2", "somebody else", lab.at("1"), 3);
    lab.allocations.assign("project", "grant-12");
    lab.settle(relocator);
    lab.clock.advance(RelocateLab.GRACE);
    lab.settle(relocator);
    lab.assertAt("1", RelocateLab.GRANT, "a", "one");
    lab.assertAt("2", RelocateLab.COMMON, "a", "one");
    lab.allocations.assign("somebody else", "other-grant");
    lab.settle(relocator);
    lab.clock.advance(RelocateLab.GRACE);
    lab.settle(relocator);
    lab.assertAt("2", "other", "a", "one");
    assertThat(lab.content(RelocateLab.COMMON, "a")).isEmpty();
  }

  @Test
  void attributesComeAlong() {
    ObjectVersion attributes =
        ObjectVersion.builder()
            .contentType(Part.known("text/x-own"))
            .metadata(Part.known(Map.of("colour", "green")))
            .tags(Part.known(Map.of("kind", "report")))
            .storageClass("STANDARD_IA")
            .build();
    lab.file("1", "project", "a", "one");
    lab.buckets
        .open(RelocateLab.COMMON)
        .put(Key.utf8("a"), attributes, "one".getBytes(StandardCharsets.UTF_8));
    lab.allocations.assign("project", "grant-12");
    lab.settle(relocator);
    Observation<ObjectVersion> seen =
        lab.buckets.open(RelocateLab.GRANT).head(BlobRef.latest(Key.utf8("a")));
    ObjectVersion copy = seen.content().orElseThrow();
    assertThat(copy.contentType()).isEqualTo(attributes.contentType());
    assertThat(copy.metadata().optional().orElseThrow()).containsEntry("colour", "green");
    assertThat(copy.tags()).isEqualTo(attributes.tags());
    assertThat(copy.storageClass()).contains("STANDARD_IA");
  }

  @Test
  void whatIsInTheWayIsNeverOverwritten() {
    lab.file("1", "project", "a", "one");
    lab.buckets
        .open(RelocateLab.GRANT)
        .put(Key.utf8("a"), "foreign".getBytes(StandardCharsets.UTF_8));
    lab.allocations.assign("project", "grant-12");
    lab.settle(relocator);
    lab.assertAt("1", RelocateLab.GRANT, "a~2", "one");
    assertThat(lab.content(RelocateLab.GRANT, "a")).contains("foreign");
  }

  @Test
  void whatIsThereAlreadyIsNotCopied() {
    lab.file("1", "project", "a", "one");
    lab.buckets.open(RelocateLab.GRANT).put(Key.utf8("a"), "one".getBytes(StandardCharsets.UTF_8));
    String before = lab.buckets.open(RelocateLab.GRANT).versions(Key.utf8("a")).toString();
    lab.allocations.assign("project", "grant-12");
    lab.settle(relocator);
    lab.assertAt("1", RelocateLab.GRANT, "a", "one");
    assertThat(lab.buckets.open(RelocateLab.GRANT).versions(Key.utf8("a"))).hasToString(before);
  }

  @Test
  void undoWithinTheGraceNeedsNoCopy() {
    lab.file("1", "project", "a", "one");
    String before = lab.buckets.open(RelocateLab.COMMON).versions(Key.utf8("a")).toString();
    lab.allocations.assign("project", "grant-12");
    lab.settle(relocator);
    lab.allocations.release("project");
    lab.settle(relocator);
    lab.assertAt("1", RelocateLab.COMMON, "a", "one");
    assertThat(lab.buckets.open(RelocateLab.COMMON).versions(Key.utf8("a"))).hasToString(before);
    lab.clock.advance(RelocateLab.GRACE);
    lab.settle(relocator);
    lab.assertAt("1", RelocateLab.COMMON, "a", "one");
    assertThat(lab.content(RelocateLab.GRANT, "a")).as("the copy is left behind now").isEmpty();
  }

  @Test
  void afterTheGraceFilesComeBackUnderAnotherName() {
    lab.file("1", "project", "a", "one");
    lab.allocations.assign("project", "grant-12");
    lab.settle(relocator);
    lab.clock.advance(RelocateLab.GRACE);
    relocator.drain();
    lab.allocations.release("project");
    lab.settle(relocator);
    lab.assertAt("1", RelocateLab.COMMON, "a~2", "one");
  }

  @Test
  void filesFollowOneAllocationAfterTheOtherAndKeepTheirNames() {
    lab.allocations.create(new Allocation("deep", "other", "deep/", Optional.empty(), "admin"));
    lab.file("1", "project", "a", "one");
    lab.allocations.assign("project", "deep");
    lab.settle(relocator);
    lab.assertAt("1", "other", "deep/a", "one");
    lab.allocations.reassign("project", "grant-12");
    lab.settle(relocator);
    lab.assertAt("1", RelocateLab.GRANT, "a", "one");
  }

  @Test
  void aHandleWithoutItsObjectIsADeadLetterAndKeepsNothingFromTheOthers() {
    lab.handle("1", "project", Location.latest(RelocateLab.COMMON, Key.utf8("gone")), 3);
    lab.file("2", "project", "b", "two");
    lab.allocations.assign("project", "grant-12");
    lab.settle(relocator);
    lab.assertAt("2", RelocateLab.GRANT, "b", "two");
    assertThat(lab.dead())
        .singleElement()
        .satisfies(
            letter ->
                assertThat(letter.error())
                    .contains("the handle 1 refers to common/gone", "restore"));
  }

  @Test
  void aFileThatIsOverwrittenOrDeletedRightNowIsNoDeadLetter() {
    lab.handle("1", "project", Location.latest(RelocateLab.COMMON, Key.utf8("deleted")), 3);
    lab.file("2", "project", "a", "shorter");
    lab.buckets
        .open(RelocateLab.COMMON)
        .put(Key.utf8("a"), "another length".getBytes(StandardCharsets.UTF_8));
    lab.allocations.assign("project", "grant-12");
    relocator.collect();
    relocator.drain();
    lab.handles.remove(Key.utf8("1"));
    lab.handle("2", "project", lab.at("2"), 14);
    lab.clock.advance(Duration.ofMinutes(1));
    relocator.drain();
    lab.assertAt("2", RelocateLab.GRANT, "a", "another length");
    assertThat(lab.dead()).isEmpty();
  }

  @Test
  void anOwnerIsGivenAnotherAllocationAndItsFilesFollow() {
    lab.file("1", "project", "a", "one");
    relocator.allocate("project", Allocation.of("fresh", RelocateLab.GRANT, "admin"));
    relocator.drain();
    relocator.reallocate("project", Allocation.of("third", "other", "admin"));
    relocator.drain();
    lab.assertAt("1", "other", "a", "one");
  }

  @Test
  void aHandleThatSaysAnotherLengthIsADeadLetter() {
    lab.file("1", "project", "a", "one");
    lab.handle("1", "project", lab.at("1"), 4);
    lab.allocations.assign("project", "grant-12");
    lab.settle(relocator);
    assertThat(lab.dead())
        .singleElement()
        .satisfies(letter -> assertThat(letter.error()).contains("4 bytes", "it has 3"));
    assertThat(lab.content(RelocateLab.GRANT, "a")).isEmpty();
  }

  @Test
  void emptyFilesAndKeysOfEveryKindMove() {
    String[] keys = {"a b", "ä/ß/日本", "+%&?#=", "..//x", "\u0001\u007f", "x".repeat(1024), "😀~2"};
    for (int i = 0; i < keys.length; i++) {
      lab.file("k" + i, "project", keys[i], "content " + i);
    }
    lab.file("empty", "project", "empty", "");
    lab.allocations.create(new Allocation("deep", "other", "p/", Optional.empty(), "admin"));
    lab.allocations.assign("project", "deep");
    lab.settle(relocator);
    assertThat(lab.dead()).isEmpty();
    assertThat(lab.handles.all()).allMatch(handle -> handle.at().bucket().equals("other"));
    lab.assertAt("k1", "other", "p/ä/ß/日本", "content 1");
    lab.assertAt("empty", "other", "p/empty", "");
    for (int i = 0; i < keys.length; i++) {
      String text = lab.at("k" + i).key().text();
      assertThat(lab.content("other", text)).contains("content " + i);
    }
  }

  @Test
  void aLargeCopyGoesOnWhereItStopped() {
    String content = "0123456789".repeat(100);
    lab.file("1", "project", "a", content);
    lab.allocations.assign("project", "grant-12");
    lab.settle(relocator);
    lab.assertAt("1", RelocateLab.GRANT, "a", content);
  }

  @ParameterizedTest
  @EnumSource(
      value = Versioning.class,
      names = {"ON", "SUSPENDED"})
  void inBucketsWithVersionsExactlyTheVersionThatWasCopiedIsRemoved(Versioning versioning) {
    MemoryBlobStore common = lab.buckets.open(RelocateLab.COMMON);
    common.versioning(Versioning.ON);
    lab.buckets.open(RelocateLab.GRANT).versioning(Versioning.ON);
    common.put(Key.utf8("a"), "older".getBytes(StandardCharsets.UTF_8));
    common.versioning(versioning);
    lab.buckets.open(RelocateLab.GRANT).versioning(versioning);
    lab.file("1", "project", "a", "one");
    lab.allocations.assign("project", "grant-12");
    lab.settle(relocator);
    lab.assertAt("1", RelocateLab.GRANT, "a", "one");
    assertThat(common.versions(Key.utf8("a"))).hasSize(2);
    lab.clock.advance(RelocateLab.GRACE);
    relocator.drain();
    assertThat(common.versions(Key.utf8("a"))).singleElement().matches(one -> one.size() == 5);
  }

  @Test
  void oneVersionOfAnObjectIsMovedAndItsNeighboursStay() {
    MemoryBlobStore common = lab.buckets.open(RelocateLab.COMMON);
    common.versioning(Versioning.ON);
    String first = common.put(Key.utf8("a"), "first".getBytes(StandardCharsets.UTF_8));
    String second = common.put(Key.utf8("a"), "second".getBytes(StandardCharsets.UTF_8));
    Key key = Key.utf8("a");
    lab.handle("1", "project", new Location(RelocateLab.COMMON, key, Optional.of(first)), 5);
    lab.handle("2", "nobody", new Location(RelocateLab.COMMON, key, Optional.of(second)), 6);
    lab.allocations.assign("project", "grant-12");
    lab.settle(relocator);
    lab.assertAt("1", RelocateLab.GRANT, "a", "first");
    lab.clock.advance(RelocateLab.GRACE);
    relocator.drain();
    assertThat(common.versions(key)).singleElement().matches(one -> one.versionId().equals(second));
  }

  @Test
  void aPlanSaysWhatWouldBeMovedAndIsCarriedOutOnlyAsItWasConfirmed() {
    lab.file("1", "project", "a b", "one");
    lab.handle("3", "project", lab.at("1"), 3);
    lab.file("2", "project", "c", "three");
    lab.allocations.assign("project", "grant-12");
    StringBuilder lines = new StringBuilder();
    RelocationPlan plan = relocator.plan(Optional.of("project"), lines);
    assertThat(plan.handles()).isEqualTo(3);
    assertThat(plan.objects()).isEqualTo(2);
    assertThat(plan.bytes()).isEqualTo(11);
    assertThat(plan.streamed()).isZero();
    assertThat(plan.requests()).isEqualTo(10);
    assertThat(plan.takes(5, 1)).isEqualTo(Duration.ofSeconds(2));
    assertThat(lines.toString().lines())
        .hasSize(4)
        .anyMatch(
            line -> line.startsWith("project,1,") && line.endsWith(",common,a+b,,3,grant,a+b"));
    assertThat(relocator.drain()).as("nothing was begun").isZero();
    lab.file("4", "project", "d", "four");
    assertThatThrownBy(() -> relocator.carryOut(plan))
        .hasMessageContaining("which is 4 handles with the hash");
    assertThat(relocator.drain()).isZero();
    RelocationPlan again = relocator.plan(Optional.of("project"), new StringBuilder());
    Relocation run = relocator.carryOut(again);
    assertThat(run.progress()).isEqualTo(new Relocation.Progress(3, 3, 0, false, Duration.ZERO));
    relocator.drain();
    assertThat(relocator.relocation(run.id()).progress().remaining()).isZero();
    lab.assertAt("4", RelocateLab.GRANT, "d", "four");
    assertThat(relocator.plan(Optional.empty(), new StringBuilder()).handles()).isZero();
  }

  @Test
  void aRunThatIsCancelledUndoesWhatWasBegunAndMovesNothingMore() {
    for (int i = 0; i < 5; i++) {
      lab.file("f" + i, "project", "k" + i, "0123456789".repeat(20));
    }
    lab.allocations.assign("project", "grant-12");
    Relocation run = relocator.carryOut(relocator.plan(Optional.empty(), new StringBuilder()));
    lab.builder(
            Faults.builder()
                .when(call -> call.what().equals("SupportsCopy.copy"), Fault.SLOW_DOWN)
                .build())
        .build()
        .drain();
    run.cancel();
    assertThat(run.progress().cancelled()).isTrue();
    for (int i = 0; i < 20; i++) {
      lab.clock.advance(Duration.ofMinutes(11));
      relocator.drain();
    }
    assertThat(run.progress().remaining()).isZero();
    assertThat(lab.handles.all())
        .allMatch(handle -> handle.at().bucket().equals(RelocateLab.COMMON));
    assertThat(lab.content(RelocateLab.GRANT, "k0")).isEmpty();
    lab.settle(relocator);
    assertThat(lab.handles.all())
        .as("policy has not changed")
        .allMatch(handle -> handle.at().bucket().equals(RelocateLab.GRANT));
  }

  @Test
  void nothingIsBegunDuringAPause() {
    lab.file("1", "project", "a", "one");
    lab.allocations.assign("project", "grant-12");
    relocator.pause();
    relocator.collect();
    assertThat(relocator.drain()).isZero();
    Relocator elsewhere = lab.builder().build();
    assertThat(elsewhere.drain()).isZero();
    elsewhere.resume();
    lab.clock.advance(Duration.ofSeconds(3));
    relocator.drain();
    lab.assertAt("1", RelocateLab.GRANT, "a", "one");
  }

  @Test
  void aMoveCostsFourCallsOfStoresAndSevenOfDatabasesBesideItsJob() {
    lab.file("1", "project", "a", "one");
    lab.allocations.assign("project", "grant-12");
    Faults counting = Faults.none();
    relocator.collect();
    lab.builder(counting).build().drain();
    assertThat(counting.counts())
        .containsEntry("BlobStore.head", 3L)
        .containsEntry("SupportsCopy.copy", 1L)
        .containsEntry("Handles.find", 1L)
        .containsEntry("Handles.isMovable", 1L)
        .containsEntry("Handles.sharing", 1L)
        .containsEntry("Handles.repoint", 1L)
        .containsEntry("Placements.placementFor", 2L)
        .containsEntry("Vacated.states", 1L)
        .containsEntry("WorkQueue.enqueue", 1L)
        .containsEntry("WorkQueue.settle", 2L);
  }

  @Test
  void whatWasWrittenAgainAfterTheMoveStaysAndIsTold() {
    lab.file("1", "project", "a", "one");
    lab.allocations.assign("project", "grant-12");
    lab.settle(relocator);
    lab.buckets
        .open(RelocateLab.COMMON)
        .put(Key.utf8("a"), "late".getBytes(StandardCharsets.UTF_8));
    lab.clock.advance(RelocateLab.GRACE);
    relocator.drain();
    assertThat(lab.content(RelocateLab.COMMON, "a")).contains("late");
    assertThat(lab.events.get(lab.events.size() - 1).error().orElseThrow())
        .hasMessageContaining("was written again after it was copied");
  }

  @Test
  void whatWasLeftBehindIsFoundWithoutItsJob() {
    lab.file("1", "project", "a", "one");
    lab.allocations.assign("project", "grant-12");
    lab.settle(relocator);
    lab.queue.lease(ArchiveJobs.KIND, 10, Duration.ofSeconds(1));
    Relocator other =
        Relocator.builder(
                "files",
                lab.handles,
                lab.allocations,
                lab.buckets,
                dev.chirograph.memory.MemoryBackend.create(lab.clock).queue("tenant", "new"))
            .environment(lab.clock.environment())
            .grace(RelocateLab.GRACE)
            .archive(new dev.chirograph.spi.relocate.ArchiveRule.Delete())
            .build();
    other.collect();
    other.drain();
    assertThat(lab.content(RelocateLab.COMMON, "a")).as("within the grace").contains("one");
    lab.clock.advance(RelocateLab.GRACE);
    other.drain();
    assertThat(lab.content(RelocateLab.COMMON, "a")).isEmpty();
    assertThat(List.copyOf(lab.handles.vacated().pending(Optional.empty(), 10))).isEmpty();
  }
}
