package dev.chirograph.testkit;

import dev.chirograph.Pacing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/**
 * Runs several workers in one thread, in an order that a seed decides: of the tasks that could run
 * now the generator picks one, and when there is none, time moves to the next that is scheduled.
 * The same seed gives the same order, so that a schedule in which something breaks can be run
 * again.
 *
 * <p>Tasks run in the thread that calls {@link #runUntilIdle}, {@link #advance} or {@link #step},
 * and whole, one after the other. What waits inside a task lets others run meanwhile: {@code get}
 * of a future of this scheduler, and {@link #pacing}. Those run to their end first: what waits
 * inside one of them does so on top of the first. So a worker that should take turns with others
 * schedules its next round instead of looping over waits, and a task that blocks in any other way
 * blocks everything. An exception of a task given to {@link #execute} is thrown where the tasks are
 * run.
 *
 * <p>Not safe for use by several threads.
 */
public final class DeterministicScheduler extends AbstractExecutorService
    implements ScheduledExecutorService {

  private final RandomGenerator random;
  private final ManualClock clock;
  private final List<Runnable> ready = new ArrayList<>();
  private final PriorityQueue<Timed<?>> later =
      new PriorityQueue<>(
          Comparator.<Timed<?>>comparingLong(timed -> timed.due)
              .thenComparingLong(timed -> timed.sequence));
  private long now;
  private long sequence;
  private long steps;
  private boolean shutdown;

  private DeterministicScheduler(RandomGenerator random, ManualClock clock) {
    this.random = Objects.requireNonNull(random, "random");
    this.clock = Objects.requireNonNull(clock, "clock");
  }

  /**
   * A scheduler without tasks.
   *
   * @param random picks the next task; seed it with {@link Seed}
   * @param clock is moved with the scheduler's own time
   */
  public static DeterministicScheduler of(RandomGenerator random, ManualClock clock) {
    return new DeterministicScheduler(random, clock);
  }

  /** Runs one task that is ready; answers whether there was one. Time stays. */
  public boolean step() {
    if (ready.isEmpty()) {
      return false;
    }
    int last = ready.size() - 1;
    int picked = random.nextInt(ready.size());
    Runnable task = ready.get(picked);
    ready.set(picked, ready.get(last));
    ready.remove(last);
    steps++;
    task.run();
    return true;
  }

  /**
   * Runs until nothing is ready and nothing scheduled, moving time as far as it takes.
   *
   * @param limit the largest number of tasks to run; periodic tasks never end
   * @throws IllegalStateException when there are tasks left after so many
   */
  public void runUntilIdle(long limit) {
    for (long i = 0; i < limit; i++) {
      if (!stepOrMoveOn(Long.MAX_VALUE)) {
        return;
      }
    }
    if (!ready.isEmpty() || !later.isEmpty()) {
      throw new IllegalStateException(
          "after "
              + limit
              + " tasks "
              + ready.size()
              + " are ready and "
              + later.size()
              + " scheduled: raise the limit, or look for tasks that never end");
    }
  }

  /** Runs everything that is due within this time, and moves time by it. */
  public void advance(Duration time) {
    long end = now + time.toNanos();
    runUntil(() -> false, end);
    moveTo(end);
  }

  /** How many tasks have run. */
  public long steps() {
    return steps;
  }

  /** Monotonic time and waiting on the scheduler's own time; while a task waits, others run. */
  public Pacing pacing() {
    return new Pacing() {
      @Override
      public long nanoTime() {
        return now;
      }

      @Override
      public void pause(Duration duration) {
        advance(duration);
      }
    };
  }

  /** Runs tasks that are due by a time, until there is none or the condition holds. */
  private void runUntil(BooleanSupplier done, long end) {
    boolean more = true;
    while (more && !done.getAsBoolean()) {
      more = stepOrMoveOn(end);
    }
  }

  private boolean stepOrMoveOn(long end) {
    if (step()) {
      return true;
    }
    Timed<?> next = later.peek();
    if (next == null || next.due > end) {
      return false;
    }
    moveTo(next.due);
    return step();
  }

  /** Moves time forward and makes ready what is due then. */
  private void moveTo(long time) {
    if (time > now) {
      clock.advance(Duration.ofNanos(time - now));
      now = time;
    }
    while (!later.isEmpty() && later.peek().due <= now) {
      ready.add(later.remove());
    }
  }

  @Override
  public void execute(Runnable task) {
    Objects.requireNonNull(task, "task");
    refuseAfterShutdown();
    ready.add(task);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
    return later(new Timed<>(task, unit.toNanos(delay), 0, false));
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
    return later(new Timed<>(task, unit.toNanos(delay)));
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable task, long initialDelay, long period, TimeUnit unit) {
    return later(
        new Timed<>(task, unit.toNanos(initialDelay), positive(unit.toNanos(period)), false));
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable task, long initialDelay, long delay, TimeUnit unit) {
    return later(
        new Timed<>(task, unit.toNanos(initialDelay), positive(unit.toNanos(delay)), true));
  }

  @Override
  protected <T> RunnableFuture<T> newTaskFor(Runnable task, T value) {
    return new Helping<>(
        () -> {
          task.run();
          return value;
        });
  }

  @Override
  protected <T> RunnableFuture<T> newTaskFor(Callable<T> task) {
    return new Helping<>(task);
  }

  /** Takes no further tasks; those that are ready still run, scheduled ones are dropped. */
  @Override
  public void shutdown() {
    shutdown = true;
    later.clear();
  }

  @Override
  public List<Runnable> shutdownNow() {
    shutdown();
    List<Runnable> dropped = List.copyOf(ready);
    ready.clear();
    return dropped;
  }

  @Override
  public boolean isShutdown() {
    return shutdown;
  }

  @Override
  public boolean isTerminated() {
    return shutdown && ready.isEmpty();
  }

  /** Runs what is left, for at most this time; answers whether all has run. */
  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    runUntil(this::isTerminated, now + unit.toNanos(timeout));
    return isTerminated();
  }

  private <T> Timed<T> later(Timed<T> task) {
    refuseAfterShutdown();
    await(task);
    return task;
  }

  /** Keeps a task until its time. */
  private void await(Timed<?> task) {
    if (task.due <= now) {
      ready.add(task);
    } else {
      later.add(task);
    }
  }

  private void refuseAfterShutdown() {
    if (shutdown) {
      throw new RejectedExecutionException("the scheduler was shut down");
    }
  }

  private static long positive(long period) {
    if (period <= 0) {
      throw new IllegalArgumentException("a period must be positive, not " + period + " ns");
    }
    return period;
  }

  /** A future whose reader runs other tasks until this one has run. */
  private class Helping<T> extends FutureTask<T> {

    Helping(Callable<T> task) {
      super(task);
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
      help(Long.MAX_VALUE);
      if (!isDone()) {
        throw new IllegalStateException("nothing is left to run, and the task has not: deadlock");
      }
      return super.get();
    }

    @Override
    public T get(long timeout, TimeUnit unit)
        throws InterruptedException, ExecutionException, TimeoutException {
      long end = now + unit.toNanos(timeout);
      help(end);
      if (!isDone()) {
        moveTo(end);
        throw new TimeoutException("not done in time");
      }
      return super.get();
    }

    private void help(long end) {
      runUntil(this::isDone, end);
    }
  }

  /** A task that waits for its time, once or again and again. */
  private final class Timed<T> extends Helping<T> implements ScheduledFuture<T> {
    private final long period;
    private final boolean afterEnd;
    private final long sequence = ++DeterministicScheduler.this.sequence;
    private long due;

    Timed(Callable<T> task, long delay) {
      super(task);
      this.due = now + Math.max(0, delay);
      this.period = 0;
      this.afterEnd = false;
    }

    Timed(Runnable task, long delay, long period, boolean afterEnd) {
      super(
          () -> {
            task.run();
            return null;
          });
      this.due = now + Math.max(0, delay);
      this.period = period;
      this.afterEnd = afterEnd;
    }

    @Override
    public void run() {
      if (period == 0) {
        super.run();
      } else if (runAndReset() && !shutdown) {
        due = (afterEnd ? now : due) + period;
        await(this);
      }
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      later.remove(this);
      ready.remove(this);
      return super.cancel(mayInterruptIfRunning);
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(due - now, TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
    }
  }
}
