package dev.chirograph.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.RetryPolicy;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.memory.MemoryLog;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.ReplicaLog.Position;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The timeline of the specification, step by step. */
class TimelineTest {

  private final MemoryLog logOfM = MemoryLog.of("M");
  private final MemoryLog logOfA = MemoryLog.of("A");
  private final List<String> pulled = new ArrayList<>();
  private boolean cut;
  private LogReplicator a;
  private LogReplicator m;

  /** A way to a node that can be cut, and that is made only after the node. */
  private LogPeer wayTo(String node, String caller) {
    return new LogPeer() {
      @Override
      public LogAnswer call(LogRequest request) {
        if (cut) {
          throw new SyncException(Kind.UNAVAILABLE, node + " did not answer in time");
        }
        return (node.equals("M") ? m : a).answer(caller, request);
      }

      @Override
      public InputStream content(Content content, long from) {
        throw new SyncException(Kind.NOT_FOUND, "no contents here");
      }
    };
  }

  private void appendAtM(String key) {
    m.append(
        List.of(
            new Body(UUID.randomUUID(), Operation.ADD, Key.utf8(key), "1", Content.NONE, "{}")));
  }

  private static List<String> keys(MemoryLog log) {
    return log.read(Position.START, 100, Long.MAX_VALUE).items().stream()
        .map(item -> item.key().text())
        .toList();
  }

  @Test
  void theTimelineComesOutExactly() {
    m =
        LogReplicator.builder("M", logOfM)
            .peer("A", wayTo("A", "M"))
            .pushRetries(
                RetryPolicy.builder()
                    .pauses(Duration.ofMillis(1), Duration.ofMillis(1))
                    .attempts(3)
                    .build())
            .patience(Duration.ZERO)
            .build();
    a =
        LogReplicator.builder("A", logOfA)
            .peer("M", wayTo("M", "A"))
            .patience(Duration.ZERO)
            .onChange(item -> pulled.add(item.key().text()))
            .build();

    appendAtM("X"); // T0
    cut = true;
    m.push("A"); // nobody is there yet
    cut = false;

    a.pull("M"); // T1
    assertThat(keys(logOfA)).containsExactly("X");
    Position t1 = logOfA.pointer("M").orElseThrow();
    assertThat(t1).isEqualTo(logOfM.bounds().head());

    appendAtM("Y"); // T2
    cut = true;
    m.push("A"); // T3
    cut = false;
    assertThat(m.status().peers().get(0).dropped()).isEqualTo(2);
    appendAtM("Z"); // T4
    m.push("A"); // T5
    assertThat(keys(logOfA)).containsExactly("X", "Z");
    assertThat(logOfA.pointer("M")).contains(t1);

    pulled.clear();
    a.pull("M"); // T6
    assertThat(pulled).containsExactly("Y");

    assertThat(keys(logOfA)).containsExactly("X", "Z", "Y"); // T7
    assertThat(keys(logOfM)).containsExactly("X", "Y", "Z");
    assertThat(logOfA.pointer("M")).contains(logOfM.bounds().head());
    assertThat(a.status().peers().get(0).lagItems()).isZero();
  }
}
