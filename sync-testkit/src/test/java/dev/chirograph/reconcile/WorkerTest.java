package dev.chirograph.reconcile;

import static dev.chirograph.reconcile.Lab.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.chirograph.Environment;
import dev.chirograph.Key;
import dev.chirograph.Observation;
import dev.chirograph.Run;
import dev.chirograph.SyncException;
import dev.chirograph.SyncListener;
import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.memory.MemoryReplica;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.SupportsRuns;
import dev.chirograph.spi.SupportsWakeup;
import dev.chirograph.spi.WorkQueue;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
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

  @Test
  void aWorkerThatCannotListenLeavesNoThreads() {
    List<Thread> threads = new CopyOnWriteArrayList<>();
    WorkQueue deaf =
        around(
            new Class<?>[] {WorkQueue.class, SupportsRuns.class, SupportsWakeup.class},
            method -> {
              if (method.equals("onWork")) {
                throw new SyncException(SyncException.Kind.UNAVAILABLE, "nobody listens today");
              }
            });
    var reconciler =
        durable(new Around(source), deaf)
            .environment(
                Environment.system()
                    .withThreads(
                        work -> {
                          Thread thread = new Thread(work);
                          threads.add(thread);
                          return thread;
                        }))
            .build();

    assertThatThrownBy(() -> reconciler.worker().start()).hasMessage("nobody listens today");

    assertThat(threads).isNotEmpty();
    await().until(() -> threads.stream().noneMatch(Thread::isAlive));
  }

  @Test
  void aWorkerThatGetsNotEnoughThreadsLeavesNone() {
    List<Thread> threads = new CopyOnWriteArrayList<>();
    var reconciler =
        durable(new Around(source), queue)
            .environment(
                Environment.system()
                    .withThreads(
                        work -> {
                          boolean tooMany = threads.size() == 1;
                          Thread thread =
                              new Thread(work) {
                                @Override
                                public synchronized void start() {
                                  if (tooMany) {
                                    throw new OutOfMemoryError("no more threads");
                                  }
                                  super.start();
                                }
                              };
                          threads.add(thread);
                          return thread;
                        }))
            .build();

    assertThatThrownBy(() -> reconciler.worker().start()).hasMessage("no more threads");

    assertThat(threads).hasSize(4);
    await().until(() -> threads.stream().noneMatch(Thread::isAlive));
  }

  @Test
  void L12_anInterruptBySomebodyElseEndsNoWorker() {
    Set<Thread> interrupted = ConcurrentHashMap.newKeySet();
    Around interrupting =
        new Around(source) {
          @Override
          public List<Observation<String>> observe(List<Key> keys) {
            interrupted.add(Thread.currentThread());
            Thread.currentThread().interrupt();
            return super.observe(keys);
          }
        };
    var reconciler = durable(interrupting, queue).batch(1).concurrency(1).build();
    try (Worker worker = reconciler.worker().poll(Duration.ofMillis(20)).start()) {
      assertThat(worker).isNotNull();
      assertThat(reconciler.submit(Scope.all()).await(Duration.ofSeconds(30)).agreed()).isTrue();
      assertThat(interrupted).isNotEmpty();
      await().until(() -> interrupted.stream().allMatch(WorkerTest::rests));

      source.put(key("late"), "v");
      assertThat(reconciler.submit(Scope.all()).await(Duration.ofSeconds(10)).agreed()).isTrue();
    }
    assertThat(replica.size()).isEqualTo(ITEMS + 1);
  }

  private static boolean rests(Thread thread) {
    return thread.getState() == Thread.State.TIMED_WAITING || !thread.isAlive();
  }

  @Test
  void L12_anInterruptBySomebodyElseEndsNoKeeper() throws Exception {
    Stuck stuck = new Stuck(source);
    List<Thread> threads = new CopyOnWriteArrayList<>();
    var reconciler =
        durable(stuck, queue)
            .lease(Duration.ofSeconds(1))
            .environment(
                Environment.system()
                    .withThreads(
                        work -> {
                          Thread thread = new Thread(work);
                          threads.add(thread);
                          return thread;
                        }))
            .build();
    Run run = reconciler.start(Scope.all());
    try (Worker worker = reconciler.worker().poll(Duration.ofMillis(20)).start()) {
      assertThat(worker).isNotNull();
      assertThat(stuck.looking.await(30, TimeUnit.SECONDS)).isTrue();
      threads.stream()
          .filter(thread -> thread.getState() == Thread.State.TIMED_WAITING)
          .forEach(Thread::interrupt);
      long begun = System.nanoTime();
      await().until(() -> System.nanoTime() - begun > Duration.ofMillis(2_500).toNanos());
      assertThat(queue.statistics().total().running()).isPositive();
      assertThat(queue.lease(Runs.ITEM, 1, Duration.ofMinutes(1))).as("still held").isEmpty();
      stuck.goOn.countDown();
      assertThat(run.await(Duration.ofSeconds(30)).agreed()).isTrue();
    }
  }

  @Test
  void aListenerThatClosesItsWorkerLosesNothingOfTheBatchAtHand() {
    MemoryReplica<String> more = Lab.texts().maxBatch(1).build();
    more.put(key("b"), "v");
    more.put(key("c"), "v");
    source.put(key("a"), "v");
    AtomicReference<Worker> worker = new AtomicReference<>();
    List<String> done = new CopyOnWriteArrayList<>();
    var reconciler =
        Reconciler.builder("pair", source, replica)
            .pair("two", more, Lab.texts().maxBatch(1).build())
            .queue(queue)
            .state(backend.state("tenant"))
            .listener(
                new SyncListener() {
                  @Override
                  public void itemDone(ItemEvent event) {
                    await().until(() -> worker.get() != null);
                    worker.get().close();
                    done.add(event.key().text());
                  }
                })
            .build();
    reconciler.hint("pair", List.of(key("a")));
    reconciler.hint("two", List.of(key("b"), key("c")));

    worker.set(reconciler.worker().batches(1).poll(Duration.ofMillis(20)).start());
    await().until(() -> done.contains("a"));
    worker.get().close();

    assertThat(replica.size()).isOne();
    assertThat(queue.statistics().total().running()).isZero();
    assertThat(queue.lease(Runs.ITEM, 10, Duration.ofMinutes(1)).orElseThrow().jobs())
        .extracting(Lease.LeasedJob::attempts)
        .containsExactly(0, 0);
  }

  @Test
  void listenersOfTwoBatchesMayCloseTheirWorkerAtOnce() {
    CyclicBarrier both = new CyclicBarrier(2);
    AtomicReference<Worker> worker = new AtomicReference<>();
    List<String> closed = new CopyOnWriteArrayList<>();
    var reconciler =
        durable(new Around(source), queue)
            .batch(1)
            .listener(
                new SyncListener() {
                  @Override
                  public void itemDone(ItemEvent event) {
                    try {
                      both.await(30, TimeUnit.SECONDS);
                    } catch (Exception e) {
                      throw new IllegalStateException(e);
                    }
                    worker.get().close();
                    closed.add(event.key().text());
                  }
                })
            .build();
    var builder = reconciler.worker().batches(2).closeDeadline(Duration.ofMinutes(5));
    worker.set(builder.poll(Duration.ofMillis(20)).start());
    reconciler.hint("pair", List.of(key("k1"), key("k2")));

    await().atMost(Duration.ofSeconds(30)).until(() -> closed.size() == 2);
    worker.get().close();
    assertThat(queue.statistics().total().running()).isZero();
    assertThat(replica.size()).isEqualTo(2);
  }

  /** The queue without waking. */
  private WorkQueue untold() {
    return around(new Class<?>[] {WorkQueue.class, SupportsRuns.class}, method -> {});
  }

  /** The queue as those interfaces, with something done before each call. */
  private WorkQueue around(Class<?>[] interfaces, Consumer<String> before) {
    return (WorkQueue)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            interfaces,
            (proxy, method, arguments) -> {
              before.accept(method.getName());
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
