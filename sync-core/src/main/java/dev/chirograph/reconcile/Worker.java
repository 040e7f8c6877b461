package dev.chirograph.reconcile;

import dev.chirograph.SyncException;
import dev.chirograph.spi.QueueStatistics;
import dev.chirograph.spi.SupportsWakeup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works on the jobs of a reconciler's queue until it is closed: walks ranges, looks at items, and
 * looks after runs. Any number of workers, in any number of processes, may work on one queue.
 *
 * <p>It polls (every 10 seconds by default) and wakes up at once when work arrives, where the queue
 * can tell. Closing it lets batches at hand end, gives back what was not begun, and waits for both.
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
  private final SupportsWakeup.@Nullable Subscription wakeup;
  private volatile boolean closing;

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
    this.leases = Keeper.start(engine, keeping);
    this.tending = Keeper.start(engine, List.of(ownRuns::tend, this::tellLag));
    this.wakeup =
        engine.settings().queue() instanceof SupportsWakeup queue ? queue.onWork(this::wake) : null;
    threads.forEach(Thread::start);
  }

  private void wake() {
    if (work.availablePermits() < threads.size()) {
      work.release();
    }
  }

  private void loop(RangeWork<?> rangeWork, ItemWork<?> itemWork) {
    while (!closing) {
      try {
        boolean busy = rangeWork.step();
        busy |= itemWork.step() > 0;
        if (busy) {
          wake(); // where there was one batch there may be another, for another thread
        } else {
          runs.tend();
          idle();
        }
      } catch (RuntimeException | Error e) { // an error of a host's code must not end the worker
        if (!closing) {
          LOG.warn("a worker could not go on and tries again after a pause: {}", e.toString(), e);
          idle();
        }
      }
    }
  }

  private void idle() {
    try {
      if (work.tryAcquire(poll.toMillis(), TimeUnit.MILLISECONDS)) {
        work.drainPermits();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closing = true;
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
   * it.
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
    long end = System.nanoTime() + deadline.toNanos();
    boolean interrupted = Thread.interrupted();
    for (Thread thread : threads) {
      if (thread == Thread.currentThread()) {
        continue; // a listener closes its own worker, whose batch ends after this returns
      }
      try {
        TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(1, end - System.nanoTime()));
      } catch (InterruptedException e) {
        interrupted = true;
      }
      if (thread.isAlive()) {
        thread.interrupt();
      }
    }
    leases.close();
    lookers.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
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
      return new Worker(engine, this);
    }

    private static int positive(int number, String what) {
      if (number < 1) {
        throw SyncException.invalid(what + " must be at least 1, not " + number);
      }
      return number;
    }
  }
}
