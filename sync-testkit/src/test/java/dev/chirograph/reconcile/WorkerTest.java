package dev.chirograph.reconcile;

import static dev.chirograph.reconcile.Lab.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.chirograph.Key;
import dev.chirograph.Observation;
import dev.chirograph.Run;
import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.memory.MemoryReplica;
import dev.chirograph.spi.SupportsRuns;
import dev.chirograph.spi.WorkQueue;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Workers with threads and time of their own. */
class WorkerTest {

  private static final int ITEMS = 20;

  private final MemoryReplica<String> source = Lab.texts().build();
  private final MemoryReplica<String> replica = Lab.texts().build();
  private final MemoryBackend backend = MemoryBackend.create();
  private final WorkQueue queue = backend.queue("tenant", "queue");

  private Reconciler.Builder<String> durable(Around from, WorkQueue on) {
    for (int i = 0; i < ITEMS; i++) {
      source.put(key("k" + i), "v");
    }
    return Reconciler.builder("pair", from, replica).queue(on).state(backend.state("tenant"));
  }

  @Test
  void closingHandsBackWhatWasNotWritten() throws Exception {
    Stuck stuck = new Stuck(source);
    var reconciler = durable(stuck, queue).build();
    Run run = reconciler.start(Scope.all());
    Worker worker = reconciler.worker().poll(Duration.ofMillis(50)).start();
    assertThat(stuck.looking.await(30, TimeUnit.SECONDS)).isTrue();

    Thread closing = new Thread(worker::close);
    closing.start();
    await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);
    stuck.goOn.countDown();
    closing.join(30_000);

    assertThat(closing.isAlive()).isFalse();
    assertThat(queue.statistics().total().running()).isZero();
    assertThat(queue.statistics().total().waiting()).isEqualTo(ITEMS);
    assertThat(replica.size()).isZero();
    assertThat(run.report().agreed()).isFalse();
  }

  @Test
  void pastItsDeadlineClosingWaitsNoLonger() throws Exception {
    Stuck stuck = new Stuck(source);
    var reconciler = durable(stuck, queue).build();
    reconciler.start(Scope.all());
    Worker worker =
        reconciler.worker().poll(Duration.ofMillis(50)).closeDeadline(Duration.ofMillis(1)).start();
    assertThat(stuck.looking.await(30, TimeUnit.SECONDS)).isTrue();

    worker.close(); // interrupts what is stuck

    await().until(() -> stuck.interrupted);
    assertThat(replica.size()).isZero();
  }

  @Test
  void workIsFoundByPollingWhereTheQueueCannotTell() {
    var reconciler = durable(new Around(source), untold()).build();
    try (Worker worker = reconciler.worker().poll(Duration.ofMillis(20)).start()) {
      assertThat(worker).isNotNull();
      assertThat(reconciler.submit(Scope.all()).await(Duration.ofSeconds(30)).agreed()).isTrue();
    }
    assertThat(replica.size()).isEqualTo(ITEMS);
  }

  /** The queue without waking. */
  private WorkQueue untold() {
    return (WorkQueue)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {WorkQueue.class, SupportsRuns.class},
            (proxy, method, arguments) -> {
              try {
                return method.invoke(queue, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** Looking takes until it is let go. */
  private static final class Stuck extends Around {
    private final CountDownLatch looking = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private volatile boolean interrupted;

    Stuck(MemoryReplica<String> inner) {
      super(inner);
    }

    @Override
    public List<Observation<String>> observe(List<Key> keys) {
      looking.countDown();
      try {
        goOn.await();
      } catch (InterruptedException e) {
        interrupted = true;
        Thread.currentThread().interrupt();
      }
      return inner.observe(keys);
    }
  }
}
