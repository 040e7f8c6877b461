package dev.chirograph.reconcile;

import dev.chirograph.SyncException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the chunks of a batch side by side, or, with a concurrency of one, in the caller's thread.
 */
final class Parallel implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Parallel.class);

  private final @Nullable ExecutorService executor;
  private final int concurrency;

  Parallel(int concurrency, ThreadFactory threads) {
    this.concurrency = concurrency;
    this.executor = concurrency > 1 ? Executors.newFixedThreadPool(concurrency, threads) : null;
  }

  /**
   * Cuts a list into chunks, maps each chunk to a list of the same length, and joins the results.
   */
  <A, B> List<B> inChunks(List<A> items, int chunkSize, Function<List<A>, List<B>> work) {
    if (items.isEmpty()) {
      return List.of();
    }
    List<Callable<List<B>>> chunks = new ArrayList<>();
    for (int from = 0; from < items.size(); from += chunkSize) {
      List<A> chunk = items.subList(from, Math.min(items.size(), from + chunkSize));
      chunks.add(() -> work.apply(chunk));
    }
    List<B> joined = new ArrayList<>(items.size());
    try {
      if (executor == null || chunks.size() == 1) {
        for (Callable<List<B>> chunk : chunks) {
          joined.addAll(chunk.call());
        }
      } else {
        for (Future<List<B>> done : executor.invokeAll(chunks)) {
          joined.addAll(done.get());
        }
      }
      return joined;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted(e);
    } catch (ExecutionException | CancellationException e) {
      throw SyncException.of(e.getCause() == null ? e : e.getCause());
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw SyncException.of(e);
    }
  }

  /**
   * Works on an item and on all that fork off it while it is worked on, as many side by side as
   * there are threads, and returns when all are done, also when one of them fails.
   *
   * @throws SyncException of the first that failed
   */
  <A> void forked(A first, BiConsumer<A, Fork<A>> work) {
    if (executor == null) {
      work.accept(first, new Fork<>(null, 0, work));
      return;
    }
    Fork<A> fork = new Fork<>(executor, concurrency, work);
    fork.fork(first);
    fork.await();
  }

  /** The work that was forked off so far. */
  static final class Fork<A> {
    private final @Nullable ExecutorService executor;
    private final int most;
    private final BiConsumer<A, Fork<A>> work;
    private final List<Future<?>> all = new ArrayList<>();
    private int running;

    private Fork(@Nullable ExecutorService executor, int most, BiConsumer<A, Fork<A>> work) {
      this.executor = executor;
      this.most = most;
      this.work = work;
    }

    /** Whether a thread is free for more. */
    synchronized boolean wanted() {
      return running < most;
    }

    /** Gives an item to another thread. */
    synchronized void fork(A item) {
      if (executor == null) {
        throw new IllegalStateException("nothing can be forked off without threads");
      }
      running++;
      all.add(executor.submit(() -> run(item)));
    }

    private void run(A item) {
      try {
        work.accept(item, this);
      } finally {
        synchronized (this) {
          running--;
        }
      }
    }

    private void await() {
      SyncException failed = null;
      for (int i = 0; ; i++) {
        Future<?> next;
        synchronized (this) {
          if (i == all.size()) {
            break; // one that ran could have forked; none of them runs any more
          }
          next = all.get(i);
        }
        try {
          next.get();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw interrupted(e);
        } catch (ExecutionException e) {
          SyncException why = SyncException.of(e.getCause() == null ? e : e.getCause());
          failed = failed == null ? why : failed;
        }
      }
      if (failed != null) {
        throw failed;
      }
    }
  }

  private static SyncException interrupted(InterruptedException e) {
    return new SyncException(
        SyncException.Kind.UNAVAILABLE, SyncException.Advice.MAY_RETRY, "interrupted at work", e);
  }

  /**
   * Ends the threads and waits for them: when they were interrupted at work, nothing of it may go
   * on after the caller has returned. Work that does not heed interrupts is left to itself after a
   * minute.
   */
  @Override
  public void close() {
    if (executor == null) {
      return;
    }
    executor.shutdownNow();
    boolean interrupted = Thread.interrupted();
    try {
      if (!executor.awaitTermination(1, TimeUnit.MINUTES)) {
        LOG.warn("work goes on although it was interrupted a minute ago");
      }
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
