package dev.chirograph.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Several clients that do the same side by side. */
final class Clients implements AutoCloseable {

  /** What a client does. */
  @FunctionalInterface
  interface Work {
    void run(int client) throws Exception;
  }

  /** What a client does with the numbers of a batch. */
  @FunctionalInterface
  interface BatchWork {
    void run(int from, int to) throws Exception;
  }

  private final int number;
  private final ExecutorService threads;

  Clients(int number) {
    this.number = number;
    this.threads = Executors.newFixedThreadPool(number);
  }

  /** Returns when all clients have done it. */
  void run(Work work) throws Exception {
    List<Callable<Boolean>> tasks = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      int client = i;
      tasks.add(
          () -> {
            work.run(client);
            return true;
          });
    }
    for (Future<Boolean> done : threads.invokeAll(tasks)) {
      done.get();
    }
  }

  /** Deals the numbers out to the clients, each of which works on its part batch by batch. */
  void inBatches(int from, int to, int batch, BatchWork work) throws Exception {
    run(
        client -> {
          int begin = from + (int) ((long) (to - from) * client / number);
          int end = from + (int) ((long) (to - from) * (client + 1) / number);
          for (int next = begin; next < end; next += batch) {
            work.run(next, Math.min(end, next + batch));
          }
        });
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
