package dev.chirograph.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

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
