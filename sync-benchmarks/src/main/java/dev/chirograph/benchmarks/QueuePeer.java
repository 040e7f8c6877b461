package dev.chirograph.benchmarks;

/** A queue in a database of its own that takes trivial jobs and does them. */
interface QueuePeer extends AutoCloseable {

  /** How many clients enqueue side by side. */
  int CLIENTS = 2;

  /** How many jobs are enqueued in one call. */
  int BATCH = 1_000;

  /** Enqueues the jobs of some numbers; all are there when it returns. */
  void enqueue(int from, int to) throws Exception;

  /** Does so many of the jobs that wait, and returns when they are done. */
  void drain(int jobs) throws Exception;

  @Override
  void close();

  /** The key of a job, alike for everybody. */
  static String key(int number) {
    return "folder/" + number / 1_000 + "/photo-" + number + ".jpg";
  }
}
