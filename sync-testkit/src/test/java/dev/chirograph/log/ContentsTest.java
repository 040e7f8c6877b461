package dev.chirograph.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Environment;
import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.RetryPolicy;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.memory.MemoryLog;
import dev.chirograph.memory.MemoryQueue;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.ReplicaLog.Appended;
import dev.chirograph.spi.ReplicaLog.Fate;
import dev.chirograph.spi.StoreCapabilities;
import dev.chirograph.spi.SupportsContents;
import dev.chirograph.spi.SupportsContents.State;
import dev.chirograph.spi.SupportsPeers;
import dev.chirograph.spi.SupportsRepair;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import dev.chirograph.testkit.ManualClock;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Contents and entries stay together, whatever happens in between. */
class ContentsTest {

  private static final byte[] BYTES =
      "what the artifact consists of".getBytes(StandardCharsets.UTF_8);

  @TempDir private Path spool;

  private final ManualClock clock = ManualClock.create();
  private final Node there = new Node("there");
  private final Node other = new Node("other");
  private final Node here = new Node("here");
  private final List<Long> offsets = new ArrayList<>();
  private int breakAfter = Integer.MAX_VALUE;
  private byte[] served = BYTES;
  private boolean cut;

  /** A node with everything it has. */
  private final class Node {
    final String name;
    final MemoryLog log;
    final MemoryBlobStore blobs;
    final MemoryQueue queue;
    BlobStore store;
    LogReplicator replicator;

    Node(String name) {
      this.name = name;
      this.log = MemoryLog.builder(name).clock(clock).build();
      this.blobs = MemoryBlobStore.of(name);
      this.store = blobs;
      this.queue = MemoryBackend.create(clock).queue(name, "contents");
    }

    LogReplicator.Builder builder() {
      return LogReplicator.builder(name, log)
          .queue(queue)
          .contents(store, spool.resolve(name))
          .environment(Environment.system().withClock(clock))
          .patience(Duration.ZERO)
          .pushRetries(
              RetryPolicy.builder()
                  .pauses(Duration.ofMillis(1), Duration.ofMillis(1))
                  .attempts(3)
                  .build());
    }

    boolean has(String sha256) {
      return blobs.head(BlobRef.latest(Key.utf8("sha256/" + sha256)))
          instanceof Observation.Present<ObjectVersion>;
    }
  }

  private void connect() {
    there.replicator = there.builder().reader("here").build();
    other.replicator = other.builder().reader("here").build();
    here.replicator =
        here.builder()
            .peer("there", serving(LogPeer.of("here", there.replicator)))
            .peer("other", LogPeer.of("here", other.replicator))
            .build();
  }

  /** The same peer, whose contents can break off or be something else. */
  private LogPeer serving(LogPeer peer) {
    return new LogPeer() {
      @Override
      public LogAnswer call(LogRequest request) {
        if (cut) {
          throw new SyncException(SyncException.Kind.UNAVAILABLE, "cut off");
        }
        return peer.call(request);
      }

      @Override
      public InputStream content(Content content, long from) {
        offsets.add(from);
        if (served == BYTES && breakAfter == Integer.MAX_VALUE) {
          return peer.content(content, from);
        }
        int end = (int) Math.min(served.length, from + breakAfter);
        return new ByteArrayInputStream(Arrays.copyOfRange(served, (int) from, end));
      }
    };
  }

  private Appended add(Node node, String key) {
    return node.replicator.add(Key.utf8(key), "1", () -> new ByteArrayInputStream(BYTES), "{}");
  }

  private static String sha(Node node, String key) {
    return node.log.find(List.of(Key.utf8(key))).get(0).content().sha256();
  }

  private static void delete(Node node, String key) {
    node.replicator.append(
        List.of(
            new Body(UUID.randomUUID(), Operation.DELETE, Key.utf8(key), "1", Content.NONE, "")));
  }

  private State stateHere(String sha256) {
    return here.log.content(sha256).orElseThrow().state();
  }

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
  void aDownloadThatBreaksOffGoesOnWhereItWas() {
    connect();
    add(there, "a");
    here.replicator.pull("there");
    breakAfter = 10;
    for (int i = 0; i < 3; i++) {
      here.replicator.drain();
      clock.advance(Duration.ofMinutes(10));
    }
    assertThat(offsets).containsExactly(0L, 10L, 20L);
    assertThat(here.has(sha(here, "a"))).isTrue();
  }

  @Test
  void whatIsSomethingElseIsNeverStored() throws IOException {
    connect();
    add(there, "a");
    here.replicator.pull("there");
    served = "what somebody else has put there".getBytes(StandardCharsets.UTF_8);
    here.replicator.drain();
    String sha256 = sha(here, "a");
    assertThat(here.has(sha256)).isFalse();
    assertThat(stateHere(sha256)).isNotEqualTo(State.HELD);

    served = Arrays.copyOf(BYTES, BYTES.length);
    served[3]++;
    clock.advance(Duration.ofMinutes(10));
    here.replicator.drain();
    assertThat(here.has(sha256)).isFalse();

    served = BYTES;
    clock.advance(Duration.ofMinutes(20));
    here.replicator.drain();
    assertThat(here.has(sha256)).isTrue();
    try (var left = Files.list(spool.resolve("here"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void anotherHolderIsAskedWhereTheFirstHasNothing() {
    connect();
    add(there, "a");
    add(other, "b"); // the same bytes
    here.replicator.pull("there");
    there.blobs.delete(
        BlobRef.latest(Key.utf8("sha256/" + sha(there, "a"))), new Expect.Anything());
    here.replicator.drain();
    assertThat(here.has(sha(here, "a"))).isTrue();
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

  private static String measured() {
    try {
      return Hashing.measure(() -> new ByteArrayInputStream(BYTES)).sha256();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
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

  @Test
  void nothingIsFetchedBeyondTheQuota() {
    connect();
    here.replicator =
        here.builder()
            .peer("there", LogPeer.of("here", there.replicator))
            .quota(BYTES.length - 1)
            .build();
    add(there, "a");
    here.replicator.pull("there");
    here.replicator.drain();
    assertThat(here.has(sha(here, "a"))).isFalse();
    assertThat(offsets).isEmpty();
    assertThat(here.queue.statistics().total().delayed()).isOne();
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

  // ---- downloads

  @Test
  void aDownloadThatBeganWrongIsBegunAnew() {
    connect();
    add(there, "a");
    here.replicator.pull("there");
    served = new byte[BYTES.length];
    breakAfter = 10;
    here.replicator.drain();
    served = BYTES;
    breakAfter = Integer.MAX_VALUE;
    clock.advance(Duration.ofMinutes(20));
    here.replicator.drain();
    assertThat(offsets).containsExactly(0L, 10L, 0L);
    assertThat(here.has(sha(here, "a"))).isTrue();
  }

  @Test
  void whatSomebodyElseWroteIntoADownloadIsNotStored() {
    connect();
    add(there, "a");
    String sha256 = sha(there, "a");
    Path part = spool.resolve("here").resolve(sha256 + ".part");
    AtomicBoolean spoil = new AtomicBoolean(true);
    LogPeer peer = LogPeer.of("here", there.replicator);
    LogPeer spoiling =
        new LogPeer() {
          @Override
          public LogAnswer call(LogRequest request) {
            return peer.call(request);
          }

          @Override
          public InputStream content(Content content, long from) {
            return new FilterInputStream(peer.content(content, from)) {
              @Override
              public int read(byte[] bytes, int offset, int length) throws IOException {
                int read = super.read(bytes, offset, length);
                if (read < 0 && spoil.getAndSet(false)) {
                  Files.write(part, new byte[BYTES.length]);
                }
                return read;
              }
            };
          }
        };
    here.replicator = here.builder().peer("there", spoiling).build();
    here.replicator.pull("there");
    here.replicator.drain();
    assertThat(here.has(sha256)).isFalse();
    assertThat(part).doesNotExist();
    clock.advance(Duration.ofMinutes(20));
    here.replicator.drain();
    assertThat(here.has(sha256)).isTrue();
  }

  @Test
  void anUnfinishedDownloadOfWhatNobodyWantsIsDropped() {
    connect();
    add(there, "a");
    here.replicator.pull("there");
    breakAfter = 10;
    here.replicator.drain();
    assertThat(spool.resolve("here")).isNotEmptyDirectory();
    delete(there, "a");
    here.replicator.pull("there");
    clock.advance(Duration.ofHours(2));
    here.replicator.drain();
    assertThat(spool.resolve("here")).isEmptyDirectory();
  }

  @Test
  void L9_downloadsThatNobodyGoesOnWithDoNotStayForEver() throws IOException {
    connect();
    Path dir = Files.createDirectories(spool.resolve("here"));
    Path old = Files.createFile(dir.resolve("ab".repeat(32) + ".part"));
    Path young = Files.createFile(dir.resolve("cd".repeat(32) + ".part"));
    Files.setLastModifiedTime(old, FileTime.from(clock.instant().minus(Duration.ofDays(8))));
    Files.setLastModifiedTime(young, FileTime.from(clock.instant().minus(Duration.ofDays(6))));
    here.replicator.drain();
    assertThat(old).doesNotExist();
    assertThat(young).exists();
  }

  @Test
  void L11_anErrorOfOneHolderKeepsNoOtherFromBeingAsked() {
    connect();
    add(there, "a");
    add(other, "b");
    LogPeer broken =
        new LogPeer() {
          @Override
          public LogAnswer call(LogRequest request) {
            return LogPeer.of("here", there.replicator).call(request);
          }

          @Override
          public InputStream content(Content content, long from) {
            throw new IllegalStateException("broken");
          }
        };
    here.replicator =
        here.builder()
            .peer("there", broken)
            .peer("other", LogPeer.of("here", other.replicator))
            .build();
    here.replicator.pull("there");
    here.replicator.drain();
    assertThat(here.has(sha(here, "a"))).isTrue();
  }

  @Test
  void lookingForWhatWasMissedDoesNotHastenWhatFailed() {
    connect();
    add(there, "a");
    here.replicator.pull("there");
    served = new byte[BYTES.length];
    for (int i = 0; i < 5; i++) {
      here.replicator.drain();
    }
    assertThat(offsets).hasSize(1);
  }

  @Test
  void whatFailedIsTriedAtOnceWhenItsHolderAnswersAgain() {
    connect();
    add(there, "a");
    here.replicator.pull("there");
    served = new byte[BYTES.length];
    here.replicator.drain();
    cut = true;
    assertThatThrownBy(() -> here.replicator.pull("there")).isInstanceOf(SyncException.class);
    cut = false;
    served = BYTES;
    here.replicator.drain();
    assertThat(here.has(sha(here, "a"))).as("its pause is not over").isFalse();
    here.replicator.pull("there");
    here.replicator.drain();
    assertThat(here.has(sha(here, "a"))).isTrue();
  }

  @Test
  void whatIsCheckedBreaksOffBeforeItsLastBytes() throws IOException {
    byte[] changed = BYTES.clone();
    changed[0]++;
    Hashing.Measured measured = Hashing.measure(() -> new ByteArrayInputStream(BYTES));
    try (InputStream in = Hashing.checked(new ByteArrayInputStream(changed), measured)) {
      assertThatThrownBy(() -> in.read(new byte[BYTES.length])).isInstanceOf(IOException.class);
    }
    try (InputStream in = Hashing.checked(new ByteArrayInputStream(BYTES), measured)) {
      assertThat(in.readAllBytes()).isEqualTo(BYTES);
    }
    byte[] less = Arrays.copyOf(BYTES, 5);
    try (InputStream in = Hashing.checked(new ByteArrayInputStream(less), measured)) {
      assertThatThrownBy(in::readAllBytes).isInstanceOf(IOException.class);
    }
  }
}
