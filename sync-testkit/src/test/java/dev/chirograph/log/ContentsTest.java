package dev.chirograph.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.Observation;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.memory.MemoryLog;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.ReplicaLog.Fate;
import dev.chirograph.spi.StoreCapabilities;
import dev.chirograph.spi.SupportsContents;
import dev.chirograph.spi.SupportsContents.State;
import dev.chirograph.spi.SupportsPeers;
import dev.chirograph.spi.SupportsRepair;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Contents and entries stay together, whatever happens in between. */
class ContentsTest extends ContentsLab {

  @Test
  void theEntryIsVisibleAtOnceAndItsContentComesInTheBackground() {
    connect();
    add(there, "a");
    here.replicator.pull("there");
    String sha256 = sha(here, "a");

    assertThat(stateHere(sha256)).isEqualTo(State.WANTED);
    assertThat(here.has(sha256)).isFalse();
    assertThat(here.replicator.drain()).isPositive();

    assertThat(stateHere(sha256)).isEqualTo(State.HELD);
    assertThat(here.has(sha256)).isTrue();
    assertThat(spool.resolve("here")).isEmptyDirectory();
  }

  @Test
  void whatIsPushedIsFetchedLikeWhatIsPulled() {
    connect();
    add(there, "a");
    LogItem item = there.log.find(List.of(Key.utf8("a"))).get(0);
    here.replicator.answer("there", new LogRequest.Push(List.of(item)));
    assertThat(here.queue.statistics().total().waiting()).isOne();
  }

  @Test
  void twoItemsWithTheSameContentHaveOneBlob() {
    connect();
    add(there, "a");
    add(there, "b");
    String sha256 = sha(there, "a");
    assertThat(there.log.content(sha256).orElseThrow().references()).isEqualTo(2);

    delete(there, "a");
    there.replicator.drain();
    assertThat(there.has(sha256)).isTrue();

    delete(there, "b");
    there.replicator.drain();
    assertThat(there.has(sha256)).isFalse();
    assertThat(there.log.content(sha256)).isEmpty();
  }

  @Test
  void aDeleteRemovesTheContentEverywhere() {
    connect();
    add(there, "a");
    here.replicator.pull("there");
    here.replicator.drain();
    String sha256 = sha(here, "a");
    delete(there, "a");
    here.replicator.pull("there");
    here.replicator.drain();
    assertThat(here.has(sha256)).isFalse();
  }

  private static String measured() {
    try {
      return Hashing.measure(() -> new ByteArrayInputStream(BYTES)).sha256();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatWasWrittenWithoutAnEntryIsRemovedAfterTheGrace() {
    there.replicator = there.builder().build();
    Faults broken =
        Faults.builder().when(call -> call.what().endsWith(".append"), Fault.FAIL_BEFORE).build();
    LogReplicator dying =
        LogReplicator.builder("there", broken.log(there.log))
            .queue(there.queue)
            .contents(there.store, spool)
            .environment(clock.environment())
            .build();
    assertThatThrownBy(
            () -> dying.add(Key.utf8("a"), "1", () -> new ByteArrayInputStream(BYTES), ""))
        .isInstanceOf(SyncException.class);
    assertThat(there.blobs.head(BlobRef.latest(Key.utf8("sha256/" + measured()))))
        .isInstanceOf(Observation.Present.class);

    there.replicator.drain();
    assertThat(there.has(measured())).isTrue(); // somebody may still be about to append

    clock.advance(Duration.ofHours(2));
    there.replicator.drain();
    assertThat(there.has(measured())).isFalse();
    assertThat(there.log.content(measured())).isEmpty();
  }

  @Test
  void addingAgainWhatIsBeingRemovedWaitsForThat() {
    connect();
    add(there, "a");
    String sha256 = sha(there, "a");
    delete(there, "a");
    assertThat(there.log.doom(sha256, clock.instant())).isTrue();
    assertThatThrownBy(() -> add(there, "b"))
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT));

    there.replicator.drain();
    assertThat(there.has(sha256)).isFalse();
    assertThat(add(there, "b").fate()).isEqualTo(Fate.ADDED);
    assertThat(there.has(sha256)).isTrue();
  }

  // ---- between the store and the log

  /** A log whose appends are preceded by something else, once. */
  private static ReplicaLog before(MemoryLog log, Runnable once) {
    AtomicBoolean done = new AtomicBoolean();
    return (ReplicaLog)
        Proxy.newProxyInstance(
            ContentsTest.class.getClassLoader(),
            new Class<?>[] {SupportsPeers.class, SupportsRepair.class, SupportsContents.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("append") && !done.getAndSet(true)) {
                once.run();
              }
              try {
                return method.invoke(log, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void CNT_2_whatIsRemovedJustBeforeItsEntryIsAppendedIsWrittenAgain() {
    connect();
    add(there, "a");
    String sha256 = sha(there, "a");
    ReplicaLog slow =
        before(
            there.log,
            () -> {
              delete(there, "a");
              there.replicator.drain();
              assertThat(there.has(sha256)).isFalse();
            });
    LogReplicator adding =
        LogReplicator.builder("there", slow)
            .queue(there.queue)
            .contents(there.store, spool)
            .environment(clock.environment())
            .build();
    adding.add(Key.utf8("b"), "1", () -> new ByteArrayInputStream(BYTES), "{}");
    assertThat(there.log.content(sha256).orElseThrow().state()).isEqualTo(State.HELD);
    assertThat(there.has(sha256)).isTrue();
  }

  @Test
  void CNT_2_whatWasDoomedByAWorkerThatDiedIsRemovedAndFetchedAgain() {
    connect();
    add(there, "a");
    here.replicator.pull("there");
    here.replicator.drain();
    String sha256 = sha(here, "a");
    delete(there, "a");
    here.replicator.pull("there");
    assertThat(here.log.doom(sha256, clock.instant())).isTrue();
    add(there, "b");
    here.replicator.pull("there");
    here.replicator.drain();
    assertThat(stateHere(sha256)).isEqualTo(State.HELD);
    assertThat(here.has(sha256)).isTrue();
  }

  @Test
  void CNT_3_whatWentFromTheStoreIsFetchedAgainOnceItIsMissed() {
    connect();
    add(there, "a");
    here.replicator.pull("there");
    here.replicator.drain();
    String sha256 = sha(here, "a");
    here.blobs.delete(BlobRef.latest(Key.utf8("sha256/" + sha256)), new Expect.Anything());
    assertThatThrownBy(() -> here.replicator.content("there", sha256, 0))
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND));
    here.replicator.drain();
    assertThat(here.has(sha256)).isTrue();
  }

  @Test
  void aStoreThatCannotCheckItsDeletesIsRefused() {
    there.store =
        (BlobStore)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {BlobStore.class},
                (proxy, method, arguments) ->
                    method.getName().equals("capabilities")
                        ? StoreCapabilities.builder().build()
                        : "unguarded");
    LogReplicator.Builder builder = there.builder();
    assertThatThrownBy(builder::build)
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID_ARGUMENT));
  }
}
