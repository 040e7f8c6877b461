package dev.chirograph.relocate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Key;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.SyncListener;
import dev.chirograph.SyncListener.ItemEvent;
import dev.chirograph.SyncListener.ItemResult;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.SupportsCopy;
import dev.chirograph.spi.relocate.Allocation;
import dev.chirograph.spi.relocate.BlobStores;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.spi.relocate.Placement;
import dev.chirograph.spi.relocate.Placements;
import dev.chirograph.spi.relocate.Vacated.State;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What was decided when a move was asked for, and is not true any more when it is made. */
class RelocateStaleTest {

  private static final String LARGE = "0123456789".repeat(20);

  private final RelocateLab lab = new RelocateLab();
  private final Relocator relocator = lab.builder().build();

  private Location in(String bucket) {
    return Location.latest(bucket, Key.utf8("a"));
  }

  @Test
  void HND_1_whatCameIntoStorageThatIsNotMovableStaysThere() {
    lab.buckets.create("external");
    lab.buckets.open("external").put(Key.utf8("a"), "one".getBytes(StandardCharsets.UTF_8));
    lab.file("1", "project", "a", "one");
    lab.allocations.assign("project", "grant-12");
    relocator.collect();
    lab.handle("1", "project", in("external"), 3);
    relocator.drain();
    lab.settle(relocator);
    lab.assertAt("1", "external", "a", "one");
    assertThat(lab.content(RelocateLab.GRANT, "a")).isEmpty();
    assertThat(lab.dead()).isEmpty();
  }

  @Test
  void L14_aCopyForAnOlderPlacementIsGivenUpAndNoHandleEverPointsToIt() {
    lab.file("1", "project", "a", LARGE);
    lab.allocations.assign("project", "grant-12");
    relocator.collect();
    AtomicInteger copies = new AtomicInteger();
    Faults stopped =
        Faults.builder()
            .when(
                call -> call.what().equals("SupportsCopy.copy") && copies.incrementAndGet() > 2,
                Fault.SERVER_ERROR)
            .build();
    lab.builder(stopped).build().drain();
    lab.allocations.reassign("project", "other-grant");
    lab.clock.advance(Duration.ofMinutes(11));
    relocator.drain();
    lab.assertAt("1", "other", "a", LARGE);
    assertThat(lab.content(RelocateLab.GRANT, "a")).isEmpty();
    assertThat(lab.handles.vacated().states(List.of(in(RelocateLab.GRANT))))
        .containsExactly(State.UNKNOWN);
  }

  @Test
  void aRunThatIsCancelledEndsCopiesThatAreUnderWay() {
    lab.file("1", "project", "a", LARGE);
    lab.allocations.assign("project", "grant-12");
    Relocation run = relocator.carryOut(relocator.plan(Optional.empty(), new StringBuilder()));
    AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> {});
    Placements watched =
        new Placements() {
          @Override
          public Optional<Placement> placementFor(String owner) {
            meanwhile.get().run();
            return lab.allocations.placementFor(owner);
          }

          @Override
          public List<String> owners(Optional<String> after, int limit) {
            return lab.allocations.owners(after, limit);
          }
        };
    meanwhile.set(
        () -> { // after the job has begun
          run.cancel();
          lab.clock.advance(Duration.ofSeconds(3));
        });
    Relocator.builder("files", lab.handles, watched, lab.buckets, lab.queue)
        .state(lab.backend.state("tenant"))
        .environment(lab.clock.environment())
        .build()
        .drain();
    lab.assertAt("1", RelocateLab.COMMON, "a", LARGE);
    assertThat(lab.content(RelocateLab.GRANT, "a")).isEmpty();
    assertThat(run.progress().remaining()).isZero();
  }

  /** Buckets, one of which answers in its own way. */
  private BlobStores with(String odd, Answer answer) {
    return new BlobStores() {
      @Override
      public BlobStore open(String bucket) {
        MemoryBlobStore store = lab.buckets.open(bucket);
        return bucket.equals(odd) ? around(store, answer) : store;
      }

      @Override
      public boolean create(String bucket) {
        return lab.buckets.create(bucket);
      }
    };
  }

  /** What a store answers to a call. */
  private interface Answer {
    Object of(MemoryBlobStore store, String call, Callable<Object> right) throws Exception;
  }

  private static BlobStore around(MemoryBlobStore store, Answer answer) {
    return (BlobStore)
        Proxy.newProxyInstance(
            BlobStore.class.getClassLoader(),
            new Class<?>[] {BlobStore.class, SupportsCopy.class},
            (proxy, method, args) ->
                answer.of(
                    store,
                    method.getName(),
                    () -> {
                      try {
                        return method.invoke(store, args);
                      } catch (InvocationTargetException e) {
                        throw (Exception) e.getCause();
                      }
                    }));
  }

  private void settle(BlobStores stores, Verification how) {
    Relocator odd =
        Relocator.builder("files", lab.handles, lab.allocations, stores, lab.queue)
            .environment(lab.clock.environment())
            .verification(how)
            .build();
    lab.settle(odd);
  }

  @Test
  void L5_whatIsWrittenOverACopyIsNotTakenForIt() {
    lab.file("1", "project", "a", "one");
    lab.allocations.assign("project", "grant-12");
    AtomicInteger copies = new AtomicInteger();
    settle(
        with(
            RelocateLab.GRANT,
            (store, call, right) -> {
              Object answer = right.call();
              if (call.equals("copy") && copies.getAndIncrement() == 0) {
                store.put(Key.utf8("a"), "two".getBytes(StandardCharsets.UTF_8));
              }
              return answer;
            }),
        Verification.SIZE);
    lab.assertAt("1", RelocateLab.GRANT, "a~2", "one");
    assertThat(lab.content(RelocateLab.GRANT, "a")).contains("two");
  }

  @Test
  void aCopyInStepsIsAbandonedWhenSomebodyElseWasFaster() {
    lab.file("1", "project", "a", LARGE);
    lab.allocations.assign("project", "grant-12");
    AtomicInteger copies = new AtomicInteger();
    AtomicInteger abandoned = new AtomicInteger();
    settle(
        with(
            RelocateLab.GRANT,
            (store, call, right) -> {
              if (call.equals("copy") && copies.incrementAndGet() == 2) {
                store.put(Key.utf8("a"), LARGE.getBytes(StandardCharsets.UTF_8));
              }
              abandoned.addAndGet(call.equals("abandon") ? 1 : 0);
              return right.call();
            }),
        Verification.CHECKSUM);
    lab.assertAt("1", RelocateLab.GRANT, "a", LARGE);
    assertThat(abandoned).hasValue(1);
  }

  @Test
  void aStoreThatWillNotDeleteKeepsNoFileFromItsMove() {
    lab.file("1", "project", "a", "one");
    lab.allocations.assign("project", "grant-12");
    AtomicInteger copies = new AtomicInteger();
    settle(
        with(
            RelocateLab.GRANT,
            (store, call, right) -> {
              if (call.equals("delete")) {
                return Outcome.rejected(
                    new SyncException(SyncException.Kind.UNSUPPORTED, "will not delete"));
              }
              Object answer = right.call();
              if (call.equals("copy") && copies.getAndIncrement() == 0) {
                lab.file("1", "project", "a", "ONE"); // overwritten while it is copied
              }
              return answer;
            }),
        Verification.CHECKSUM);
    lab.assertAt("1", RelocateLab.GRANT, "a~2", "ONE");
    assertThat(lab.handles.vacated().pending(Optional.empty(), 9))
        .as("told until somebody removes it")
        .anyMatch(one -> one.at().equals(in(RelocateLab.GRANT)) && one.retired());
  }

  @Test
  void aRuleThatNamesCopiesElsewhereMovesNothing() {
    Relocator wrong =
        lab.builder().keys((placement, original, candidate) -> Key.utf8("b/" + candidate)).build();
    lab.allocations.create(new Allocation("deep", "other", "p/", Optional.empty(), "admin"));
    lab.file("1", "project", "a", "one");
    lab.allocations.assign("project", "deep");
    lab.settle(wrong);
    lab.assertAt("1", RelocateLab.COMMON, "a", "one");
    assertThat(lab.content("other", "b/0")).isEmpty();
    assertThat(lab.dead())
        .singleElement()
        .satisfies(
            letter ->
                assertThat(letter.error())
                    .contains("'b/0'", "the prefix 'p/' of the placement of project"));
    assertThatThrownBy(() -> wrong.plan(Optional.empty(), new StringBuilder()))
        .hasMessageContaining("correct the rule");
  }

  @Test
  void aHandleThatSaysAnotherMd5CostsOneCopyAndOneName() {
    lab.file("1", "project", "a", "one");
    FileHandle file = lab.handles.find(List.of(Key.utf8("1"))).get(0).orElseThrow();
    lab.handles.put(
        new FileHandle(
            file.id(),
            file.etag(),
            file.owner(),
            file.at(),
            file.size(),
            Optional.of("f".repeat(32)),
            Optional.empty()));
    lab.allocations.assign("project", "grant-12");
    Relocator reading = lab.builder().verification(Verification.BYTES).build();
    lab.settle(reading);
    lab.settle(reading);
    lab.assertAt("1", RelocateLab.COMMON, "a", "one");
    assertThat(lab.dead())
        .singleElement()
        .satisfies(letter -> assertThat(letter.error()).contains("f".repeat(32), "replayed"));
    MemoryBlobStore grant = lab.buckets.open(RelocateLab.GRANT);
    assertThat(grant.versions(Key.utf8("a~2"))).isEmpty();
    assertThat(lab.handles.vacated().states(List.of(in(RelocateLab.GRANT))))
        .as("a name that was not used up")
        .containsExactly(State.UNKNOWN);
  }

  @Test
  void L11_theTroubleOfOneOwnerKeepsNothingFromTheOthers() {
    lab.file("1", "a project", "a", "one");
    lab.file("2", "b project", "b", "two");
    lab.file("3", "c project", "c", "three");
    List.of("a project", "b project", "c project")
        .forEach(owner -> lab.allocations.assign(owner, "grant-12"));
    Faults faults =
        Faults.builder()
            .when(
                call ->
                    call.what().equals("Placements.placementFor")
                        && call.target().contains("b project"),
                Fault.SERVER_ERROR)
            .build();
    assertThatThrownBy(() -> lab.builder(faults).build().collect())
        .isInstanceOf(SyncException.class)
        .hasMessageContaining("the misplaced files of b project could not all be found");
    relocator.drain();
    lab.assertAt("1", RelocateLab.GRANT, "a", "one");
    lab.assertAt("2", RelocateLab.COMMON, "b", "two");
    lab.assertAt("3", RelocateLab.GRANT, "c", "three");
  }

  @Test
  void L12_listenersHearOfFailuresAndWhatTheyThrowIsTheirOwn() {
    lab.handle("1", "project", in(RelocateLab.COMMON), 3);
    lab.file("2", "project", "b", "two");
    lab.allocations.assign("project", "grant-12");
    Relocator throwing =
        lab.builder()
            .listener(
                new SyncListener() {
                  @Override
                  public void itemDone(ItemEvent event) {
                    lab.events.add(event);
                    throw new IllegalStateException("a listener's own");
                  }
                })
            .build();
    lab.settle(throwing);
    lab.assertAt("2", RelocateLab.GRANT, "b", "two");
    assertThat(lab.events)
        .filteredOn(event -> event.key().equals(Key.utf8("2")))
        .extracting(ItemEvent::result)
        .containsExactly(ItemResult.UPDATED);
    assertThat(lab.events)
        .filteredOn(event -> event.key().equals(Key.utf8("1")))
        .isNotEmpty()
        .allMatch(event -> event.result() == ItemResult.RETRIED)
        .allMatch(event -> event.error().orElseThrow().getMessage().contains("common/a"));
    assertThat(lab.dead()).hasSize(1);
  }

  @Test
  void anAllocationThatIsRefusedLeavesNothingBehind() {
    lab.file("1", "project", "a", "one");
    relocator.allocate("project", Allocation.of("first", "first-bucket", "admin"));
    relocator.drain();
    Allocation second = Allocation.of("second", "second-bucket", "admin");
    assertThatThrownBy(() -> relocator.allocate("project", second))
        .hasMessageContaining("project has the allocation first");
    assertThatThrownBy(() -> lab.buckets.open("second-bucket"))
        .as("nothing was created")
        .hasMessageContaining("no bucket second-bucket");
    assertThat(relocator.reallocate("project", second).bucket()).isEqualTo("second-bucket");
  }
}
