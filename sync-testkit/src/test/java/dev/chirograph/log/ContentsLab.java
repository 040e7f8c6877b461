package dev.chirograph.log;

import dev.chirograph.Environment;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.RetryPolicy;
import dev.chirograph.SyncException;
import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.memory.MemoryLog;
import dev.chirograph.memory.MemoryQueue;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.ReplicaLog.Appended;
import dev.chirograph.spi.SupportsContents.State;
import dev.chirograph.testkit.ManualClock;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.io.TempDir;

/** Nodes whose contents can break off, or be something else. */
abstract class ContentsLab {

  static final byte[] BYTES = "what the artifact consists of".getBytes(StandardCharsets.UTF_8);
  @TempDir Path spool;
  final ManualClock clock = ManualClock.create();
  final Node there = new Node("there");
  final Node other = new Node("other");
  final Node here = new Node("here");
  final List<Long> offsets = new ArrayList<>();
  int breakAfter = Integer.MAX_VALUE;
  byte[] served = BYTES;
  boolean cut;

  /** A node with everything it has. */
  final class Node {
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

  void connect() {
    there.replicator = there.builder().reader("here").build();
    other.replicator = other.builder().reader("here").build();
    here.replicator =
        here.builder()
            .peer("there", serving(LogPeer.of("here", there.replicator)))
            .peer("other", LogPeer.of("here", other.replicator))
            .build();
  }

  /** The same peer, whose contents can break off or be something else. */
  LogPeer serving(LogPeer peer) {
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

  Appended add(Node node, String key) {
    return node.replicator.add(Key.utf8(key), "1", () -> new ByteArrayInputStream(BYTES), "{}");
  }

  static String sha(Node node, String key) {
    return node.log.find(List.of(Key.utf8(key))).get(0).content().sha256();
  }

  static void delete(Node node, String key) {
    node.replicator.append(
        List.of(
            new Body(UUID.randomUUID(), Operation.DELETE, Key.utf8(key), "1", Content.NONE, "")));
  }

  State stateHere(String sha256) {
    return here.log.content(sha256).orElseThrow().state();
  }
}
