package dev.chirograph.benchmarks;

import java.util.Map;
import javax.sql.DataSource;

/** One turn of somebody in a database: jobs in, then as many out, timed apart. */
final class QueueTurn {

  static final int WARM_UP = 5_000;

  @FunctionalInterface
  private interface Step {
    void run() throws Exception;
  }

  private final Results results;
  private final Map<String, Object> parameters;

  QueueTurn(Results results, Map<String, Object> parameters) {
    this.results = results;
    this.parameters = parameters;
  }

  /** Puts some in and out before measuring, so that no statement is new. */
  static void warmUp(QueuePeer peer) throws Exception {
    peer.enqueue(0, WARM_UP);
    peer.drain(WARM_UP);
  }

  /**
   * Measures.
   *
   * @param first the number of the first job that is put in
   */
  void measure(QueuePeer peer, DataSource dataSource, int first, int number) throws Exception {
    step("enqueue", dataSource, number, () -> peer.enqueue(first, first + number));
    step("drain", dataSource, number, () -> peer.drain(number));
  }

  private void step(String what, DataSource dataSource, int number, Step step) throws Exception {
    Postgres.execute(dataSource, "CHECKPOINT");
    long wal = Postgres.walBytes(dataSource);
    long start = System.nanoTime();
    step.run();
    double seconds = (System.nanoTime() - start) / 1e9;
    results.add(what, parameters, "jobs/s", number / seconds);
    results.add(
        "WAL of " + what,
        parameters,
        "bytes/job",
        (Postgres.walBytes(dataSource) - wal) / (double) number);
  }
}
