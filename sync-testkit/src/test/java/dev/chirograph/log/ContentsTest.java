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
import dev.chirograph.spi.ReplicaLog.Appended;
import dev.chirograph.spi.ReplicaLog.Fate;
import dev.chirograph.spi.SupportsContents.State;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import dev.chirograph.testkit.ManualClock;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
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
}
