package dev.chirograph.reconcile;

import dev.chirograph.SyncException;
import dev.chirograph.jobs.Keeper;
import dev.chirograph.spi.QueueStatistics;
import dev.chirograph.spi.SupportsWakeup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works on the jobs of a reconciler's queue until it is closed: walks ranges, looks at items, and
 * looks after runs. Any number of workers, in any number of processes, may work on one queue.
 *
 * <p>It polls (every 10 seconds by default) and wakes up at once when work arrives, where the queue
 * can tell. Closing it lets batches at hand end, gives back what was not begun, and waits for both.
 * Nothing else ends it: an interrupt by somebody else is logged, and the work goes on.
 *
 * <p>Safe for use by several threads.
 */
public final class Worker implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

  private final Engine<?> engine;
  private final Runs<?> runs;
  private final Duration poll;
  private final Duration deadline;
  private final Parallel lookers;
  private final Semaphore work = new Semaphore(0);
  private final List<Thread> threads = new ArrayList<>();
  private final List<ItemWork<?>> items = new ArrayList<>();
  private final List<RangeWork<?>> ranges = new ArrayList<>();
  private final Keeper leases;
  private final Keeper tending;
  private final AtomicInteger running;
  private final Set<Thread> leaving = ConcurrentHashMap.newKeySet();
  private final CountDownLatch left;
  private SupportsWakeup.@Nullable Subscription wakeup; // set before any thread starts
  private volatile boolean closing;
  private volatile boolean overdue;

  private <V> Worker(Engine<V> engine, Builder builder) {
    this.engine = engine;
    Runs<V> ownRuns = new Runs<>(engine);
    this.runs = ownRuns;
    this.poll = builder.poll;
    this.deadline = builder.deadline;
    this.lookers = new Parallel(builder.concurrency, engine.settings().threads());
    for (int i = 0; i < builder.batches; i++) {
      ItemWork<V> itemWork = new ItemWork<>(engine, ownRuns, lookers, UUID.randomUUID().toString());
      items.add(itemWork);
      RangeWork<V> rangeWork = new RangeWork<>(engine, ownRuns);
      ranges.add(rangeWork);
      threads.add(engine.settings().threads().newThread(() -> loop(rangeWork, itemWork)));
    }
    List<Runnable> keeping = new ArrayList<>();
    items.forEach(item -> keeping.add(item::keepAlive));
    ranges.forEach(range -> keeping.add(range::keepAlive));
    // Apart from the tending, which may take long, because leases wait for nobody.
    this.leases = engine.keeper(keeping);
    this.tending = engine.keeper(List.of(ownRuns::tend, this::tellLag));
    this.running = new AtomicInteger(threads.size());
    this.left = new CountDownLatch(threads.size());
  }

  private static Worker started(Engine<?> engine, Builder builder) {
    Worker worker = new Worker(engine, builder);
    try {
      worker.begin();
      return worker;
    } catch (RuntimeException | Error e) {
      worker.close(); // nobody else could
      throw e;
    }
  }

  private void begin() {
    wakeup =
        engine.settings().queue() instanceof SupportsWakeup queue ? queue.onWork(this::wake) : null;
    leases.start();
    tending.start();
    threads.forEach(Thread::start);
  }

  private void wake() {
    if (work.availablePermits() < threads.size()) {
      work.release();
    }
  }

  private void loop(RangeWork<?> rangeWork, ItemWork<?> itemWork) {
    try {
      while (!closing) {
        boolean busy = turn(rangeWork, itemWork);
        if (Thread.interrupted()) {
          disregarded();
        }
        if (!busy && !closing) {
          idle();
        }
      }
    } finally {
      leave();
      boolean last = running.decrementAndGet() == 0;
      if (last || overdue) {
        leases.close();
      }
      if (last) {
        lookers.close();
      }
    }
  }

  /** Answers whether there may be more to do right now. */
  private boolean turn(RangeWork<?> rangeWork, ItemWork<?> itemWork) {
    try {
      boolean busy = rangeWork.step();
      busy |= itemWork.step() > 0;
      if (busy) {
        wake(); // where there was one batch there may be another, for another thread
      } else {
        runs.tend();
      }
      return busy;
    } catch (RuntimeException | Error e) { // an error of a host's code must not end the worker
      if (!closing) {
        LOG.warn("a worker could not go on and tries again after a pause: {}", e.toString(), e);
      }
      return false;
    }
  }

  private void idle() {
    try {
      if (work.tryAcquire(poll.toMillis(), TimeUnit.MILLISECONDS)) {
        work.drainPermits();
        if (closing) {
          work.release(threads.size()); // they were for the others
        }
      }
    } catch (InterruptedException e) {
      disregarded();
    }
  }

  /** Only closing ends a worker, and it has said so before it interrupts. */
  private void disregarded() {
    if (!closing) {
      LOG.warn("a thread of a worker was interrupted by somebody else, and goes on");
    }
  }

  /** This thread ends with its batch: closing from within another one need not wait for it. */
  private void leave() {
    if (leaving.add(Thread.currentThread())) {
      left.countDown();
    }
  }

  private void tellLag() {
    QueueStatistics statistics = runs.queue().statistics();
    engine.listen(l -> l.lag("queue", statistics.total().waiting(), statistics.oldestWaiting()));
  }

  /**
   * Ends the work: no new leases, batches at hand come to their end without further writes, what
   * was not done goes back to the queue. Waits for that up to the deadline, then interrupts; leases
   * that are still held then run out by themselves. Closing twice is harmless; a listener may do
   * it, and then the batch it was told of ends after this returns.
   */
  @Override
  public void close() {
    closing = true;
    if (wakeup != null) {
      wakeup.close();
    }
    items.forEach(ItemWork::stopSoon);
    ranges.forEach(RangeWork::stopSoon);
    work.release(threads.size());
    tending.close();
    boolean within = threads.contains(Thread.currentThread());
    boolean interrupted = Thread.interrupted();
    long end = System.nanoTime() + deadline.toNanos();
    interrupted |= within ? awaitOthers(end) : awaitAll(end);
    if (!within) { // else the batch at hand still needs both, and the last thread closes them
      leases.close();
      lookers.close();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Answers whether the wait was interrupted. */
  private boolean awaitAll(long end) {
    boolean interrupted = false;
    for (Thread thread : threads) {
      try {
        TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(1, end - System.nanoTime()));
      } catch (InterruptedException e) {
        interrupted = true;
      }
      if (thread.isAlive()) {
        thread.interrupt();
      }
    }
    return interrupted;
  }

  /** The same from within a batch: those that wait here as well are not waited for. */
  private boolean awaitOthers(long end) {
    leave();
    boolean interrupted = false;
    try {
      if (left.await(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        return false;
      }
    } catch (InterruptedException e) {
      interrupted = true;
    }
    overdue = true; // their leases are not kept beyond the batch at hand
    threads.stream().filter(thread -> !leaving.contains(thread)).forEach(Thread::interrupt);
    return interrupted;
  }

  /** Collects the settings of a worker. Not safe for use by several threads. */
  public static final class Builder {
    private final Engine<?> engine;
    private int concurrency;
    private int batches = 2;
    private Duration poll = Duration.ofSeconds(10);
    private Duration deadline = Duration.ofSeconds(30);

    Builder(Engine<?> engine) {
      this.engine = engine;
      this.concurrency = engine.settings().concurrency();
    }

    /** How many items are looked at side by side; by default what the reconciler was given. */
    public Builder concurrency(int items) {
      this.concurrency = positive(items, "concurrency");
      return this;
    }

    /**
     * How many batches are worked on side by side; 2 by default, so that one looks while one
     * writes.
     */
    public Builder batches(int number) {
      this.batches = positive(number, "batches");
      return this;
    }

    /** How long to wait before looking for work again when nobody tells; 10 seconds by default. */
    public Builder poll(Duration interval) {
      if (interval.toMillis() < 1) {
        throw SyncException.invalid(
            "the poll interval must be at least a millisecond: " + interval);
      }
      this.poll = interval;
      return this;
    }

    /** How long closing waits for batches at hand; 30 seconds by default. */
    public Builder closeDeadline(Duration atMost) {
      if (atMost.isNegative()) {
        throw SyncException.invalid("a deadline must not be negative: " + atMost);
      }
      this.deadline = Objects.requireNonNull(atMost);
      return this;
    }

    /** Starts the worker. */
    public Worker start() {
      return Worker.started(engine, this);
    }

    private static int positive(int number, String what) {
      if (number < 1) {
        throw SyncException.invalid(what + " must be at least 1, not " + number);
      }
      return number;
    }
  }
}
