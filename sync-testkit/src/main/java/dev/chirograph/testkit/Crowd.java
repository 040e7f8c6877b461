package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Outcome;
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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.IntStream;

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

  /**
   * Lets several writers write the same items, all in the same order, and checks that exactly one
   * of them wins each item.
   *
   * @return the winner of each item
   */
  static List<Integer> winners(int writers, int items, Write write) {
    List<List<Outcome>> outcomes =
        of(
            writers,
            writer -> IntStream.range(0, items).mapToObj(item -> write.by(writer, item)).toList());
    List<Integer> winners = new ArrayList<>(items);
    for (int i = 0; i < items; i++) {
      int item = i;
      List<Outcome> ofItem = outcomes.stream().map(list -> list.get(item)).toList();
      List<Integer> applied =
          IntStream.range(0, writers)
              .filter(writer -> ofItem.get(writer) instanceof Outcome.Applied)
              .boxed()
              .toList();
      assertThat(applied).as("winners of item %s: %s", item, ofItem).hasSize(1);
      winners.add(applied.get(0));
    }
    return winners;
  }

  /** A write of one item by one writer. */
  interface Write {
    Outcome by(int writer, int item);
  }

  /** Does one action again and again while the other runs, and once after it. */
  static <T> List<T> whileRunning(Runnable running, Supplier<T> again) {
    AtomicBoolean ended = new AtomicBoolean();
    List<List<T>> answers =
        of(
            2,
            number -> {
              List<T> seen = new ArrayList<>();
              if (number == 0) {
                try {
                  running.run();
                } finally {
                  ended.set(true);
                }
              } else {
                while (!ended.get()) {
                  seen.add(again.get());
                }
                seen.add(again.get());
              }
              return seen;
            });
    return answers.get(1);
  }
}
