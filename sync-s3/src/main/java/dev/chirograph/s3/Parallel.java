package dev.chirograph.s3;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Does the items of a batch on an executor and on the calling thread, which never only waits. */
final class Parallel {

  private Parallel() {}

  /**
   * The results for the numbers from 0 on, by position.
   *
   * @param executor null: one after the other
   * @throws SyncException the first one that an item threw, after all have ended
   */
  static <T> List<T> map(int count, @Nullable Executor executor, IntFunction<T> item) {
    List<FutureTask<T>> tasks = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int position = i;
      tasks.add(new FutureTask<>(() -> item.apply(position)));
    }
    if (executor != null) {
      offer(tasks, executor);
    }
    tasks.forEach(FutureTask::run);
    List<T> results = new ArrayList<>(count);
    SyncException trouble = null;
    for (FutureTask<T> task : tasks) {
      try {
        results.add(task.get());
      } catch (ExecutionException e) {
        trouble =
            trouble == null ? SyncException.of(e.getCause() == null ? e : e.getCause()) : trouble;
      } catch (InterruptedException e) {
        tasks.forEach(other -> other.cancel(true));
        Thread.currentThread().interrupt();
        throw new SyncException(Kind.UNAVAILABLE, "interrupted while a batch was under way", e);
      }
    }
    if (trouble != null) {
      throw trouble;
    }
    return results;
  }

  private static <T> void offer(List<FutureTask<T>> tasks, Executor executor) {
    try {
      tasks.stream().skip(1).forEach(executor::execute);
    } catch (RejectedExecutionException e) {
      // The calling thread does what the executor does not take.
    }
  }
}
