package dev.chirograph.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.log.LogAnswer.Found;
import dev.chirograph.log.LogRequest.Push;
import dev.chirograph.memory.MemoryLog;
import dev.chirograph.spi.LogEntry;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Position;
import java.io.InputStream;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Logs whose items are large are compared without requests or answers that no side would take. */
class LargeItemsTest {

  private static final int PAYLOAD = 10_000;
  private static final int PAGE = 50_000;

  /** A page, and what may be looked up at once before it turns out to be too much. */
  private static final long MOST = PAGE + (long) LogRepair.PIECE * PAYLOAD;

  private final MemoryLog mine = MemoryLog.of("mine");
  private final MemoryLog theirs = MemoryLog.of("theirs");
  private long largestPush;
  private long largestAnswer;

  private static void fill(MemoryLog log, String prefix) {
    for (int i = 0; i < 300; i++) {
      log.append(
          List.of(
              new Body(
                  UUID.randomUUID(),
                  Operation.ADD,
                  Key.utf8(prefix + i),
                  "1",
                  Content.NONE,
                  "p".repeat(PAYLOAD))));
    }
  }

  private static long bytes(List<LogItem> items) {
    return items.stream().mapToLong(item -> item.last().body().payload().length()).sum();
  }

  private LogPeer measured(LogReplicator node) {
    LogPeer peer = LogPeer.of("mine", node);
    return new LogPeer() {
      @Override
      public LogAnswer call(LogRequest request) {
        if (request instanceof Push push) {
          largestPush = Math.max(largestPush, bytes(push.items()));
        }
        LogAnswer answer = peer.call(request);
        if (answer instanceof Found found) {
          largestAnswer = Math.max(largestAnswer, bytes(found.items()));
        }
        return answer;
      }

      @Override
      public InputStream content(LogEntry.Content content, long from) {
        return peer.content(content, from);
      }
    };
  }

  private static Set<LogItem> items(MemoryLog log) {
    return new HashSet<>(log.read(Position.START, 10_000, Long.MAX_VALUE).items());
  }

  @Test
  void L9_aComparisonExchangesLargeItemsInSmallPieces() {
    fill(mine, "mine-");
    fill(theirs, "theirs-");
    LogReplicator there =
        LogReplicator.builder("theirs", theirs)
            .reader("mine")
            .limits(new LogLimits(10_000, PAGE, PAYLOAD))
            .patience(Duration.ZERO)
            .build();
    LogReplicator here =
        LogReplicator.builder("mine", mine)
            .peer("theirs", measured(there))
            .page(1_000, PAGE)
            .patience(Duration.ZERO)
            .build();
    here.resync("theirs");
    here.pull("theirs");
    assertThat(items(mine)).hasSize(600).isEqualTo(items(theirs));
    assertThat(largestPush).isPositive().isLessThanOrEqualTo(MOST);
    assertThat(largestAnswer).isPositive().isLessThanOrEqualTo(MOST);
  }
}
