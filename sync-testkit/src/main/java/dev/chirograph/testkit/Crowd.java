package dev.chirograph.testkit;

import dev.chirograph.SyncException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Several threads that begin together. */
final class Crowd {

  private static final int MAX_TRIES = 100;
  private static final long MINUTES_TO_END = 5;

  private Crowd() {}

  /** What one of the threads does. */
  interface Member<T> {
    T act(int number) throws Exception;
  }

  /**
   * Lets each thread act once; answers what they answered, by number.
   *
   * @throws AssertionError when one fails or does not end
   */
  static <T> List<T> of(int size, Member<T> member) {
    ExecutorService threads = Executors.newFixedThreadPool(size);
    try {
      CyclicBarrier start = new CyclicBarrier(size);
      List<Future<T>> running = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        int number = i;
        running.add(threads.submit(() -> actAfter(start, member, number)));
      }
      List<T> answers = new ArrayList<>();
      for (Future<T> one : running) {
        answers.add(one.get(MINUTES_TO_END, TimeUnit.MINUTES));
      }
      return answers;
    } catch (ExecutionException e) {
      throw new AssertionError("a thread failed: " + e.getCause(), e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("a thread did not end within " + MINUTES_TO_END + " minutes", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for the threads", e);
    } finally {
      threads.shutdownNow();
    }
  }

  private static <T> T actAfter(CyclicBarrier start, Member<T> member, int number)
      throws Exception {
    try {
      start.await(1, TimeUnit.MINUTES);
    } catch (BrokenBarrierException e) {
      throw new AssertionError("another thread did not begin", e);
    }
    return member.act(number);
  }

  /**
   * Repeats a call while it fails with an error that says that repeating may help: adapters leave
   * that to their callers, deadlocks and refused serialisation included.
   */
  static <T> T patiently(Supplier<T> call) {
    for (int tries = 1; ; tries++) {
      try {
        return call.get();
      } catch (SyncException e) {
        if (!e.mayRetry() || tries == MAX_TRIES) {
          throw e;
        }
      }
    }
  }
}
