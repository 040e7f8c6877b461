package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Lets several threads do something at the same time. */
final class Racing {

  private Racing() {}

  /** Does all of them at once, each in its own thread; answers their results in the same order. */
  static <T> List<T> together(List<Supplier<T>> actions) throws Exception {
    CyclicBarrier start = new CyclicBarrier(actions.size());
    List<Callable<T>> calls = new ArrayList<>();
    for (Supplier<T> action : actions) {
      calls.add(
          () -> {
            start.await();
            return action.get();
          });
    }
    ExecutorService threads = Executors.newFixedThreadPool(actions.size());
    try {
      List<T> results = new ArrayList<>();
      for (Future<T> future : threads.invokeAll(calls)) {
        results.add(future.get());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }

  /**
   * Lets several writers write the same items, all in the same order, and checks that exactly one
   * of them wins each item.
   *
   * @return the winner of each item
   */
  static List<Integer> winners(int writers, int items, Write write) throws Exception {
    List<List<Outcome>> outcomes =
        together(
            IntStream.range(0, writers)
                .<Supplier<List<Outcome>>>mapToObj(
                    writer ->
                        () ->
                            IntStream.range(0, items)
                                .mapToObj(item -> write.by(writer, item))
                                .toList())
                .toList());
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
  static <T> List<T> whileRunning(Runnable running, Supplier<T> again) throws Exception {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      Future<?> run = thread.submit(running);
      List<T> results = new ArrayList<>();
      while (!run.isDone()) {
        results.add(again.get());
      }
      run.get();
      results.add(again.get());
      return results;
    } finally {
      thread.shutdownNow();
    }
  }
}
