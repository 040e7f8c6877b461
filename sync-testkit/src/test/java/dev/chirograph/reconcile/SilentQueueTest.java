package dev.chirograph.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Evidence;
import dev.chirograph.Report;
import dev.chirograph.Run;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.SyncListener.ItemResult;
import dev.chirograph.Tally.Count;
import dev.chirograph.memory.MemoryReplica;
import dev.chirograph.spi.WorkQueue;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A queue that cannot say whether a batch is still ours. */
class SilentQueueTest {

  private final Lab lab = new Lab();

  private boolean refusing;

  /** The queue, which refuses to extend a lease when it is told to. */
  private WorkQueue refusingOnce() {
    Class<?> type = lab.queue.getClass();
    return (WorkQueue)
        Proxy.newProxyInstance(
            type.getClassLoader(),
            type.getInterfaces(),
            (proxy, method, arguments) -> {
              if (method.getName().equals("settle")
                  && ((List<?>) arguments[1]).isEmpty()
                  && refusing) {
                refusing = false;
                throw new SyncException(Kind.UNAVAILABLE, SyncException.Advice.NEVER, "away");
              }
              try {
                return method.invoke(lab.queue, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void L12_whatWasWrittenBeforeTheQueueFellSilentIsCounted() {
    lab.left("a", "v").left("b", "v");
    boolean[] slow = {true};
    MemoryReplica<String> target =
        MemoryReplica.<String>builder(
                EnumSet.of(Evidence.Fact.ETAG),
                text -> {
                  if (slow[0]) { // the first write takes so long that the lease may be lost
                    slow[0] = false;
                    refusing = true;
                    lab.waits.nanos += Duration.ofMinutes(2).toNanos();
                  }
                  return Evidence.builder().etag("e" + text).size(text.length()).build();
                })
            .maxBatch(1)
            .build();
    var reconciler = lab.durable(lab.source, target).queue(refusingOnce()).build();
    Run run = reconciler.start(Scope.all());

    try {
      reconciler.drainOnce();
    } catch (SyncException e) {
      assertThat(e).hasMessageContaining("away");
    }
    Report report = lab.finish(reconciler, run);

    assertThat(target.size()).isEqualTo(2);
    assertThat(report.count(Count.WRITTEN)).isEqualTo(2);
    assertThat(lab.heard.results("a")).startsWith(ItemResult.CREATED);
    assertThat(refusing).isFalse();
  }
}
