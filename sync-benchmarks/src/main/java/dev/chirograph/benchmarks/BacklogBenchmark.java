package dev.chirograph.benchmarks;

import dev.chirograph.servers.Database;
import dev.chirograph.servers.PostgresServer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How much ten million jobs that wait slow down those that come and go in the same queue. */
final class BacklogBenchmark implements Benchmark {

  @Override
  public String name() {
    return "backlog";
  }

  @Override
  public String about() {
    return "our queue with ten million jobs that wait, against the same queue without";
  }

  @Override
  public void run(Plan plan, Results results) throws Exception {
    int jobs = plan.size(50_000, 500);
    int waiting = plan.size(10_000_000, 2_000);
    results.note("PostgreSQL 15 with " + Postgres.SETTINGS);
    try (PostgresServer server = Postgres.start()) {
      Database without = server.newDatabase();
      Database with = server.newDatabase();
      try (QueuePeer empty = new OurQueue(without, QueuePeer.BATCH);
          QueuePeer full = new OurQueue(with, QueuePeer.BATCH)) {
        QueueTurn.warmUp(empty);
        QueueTurn.warmUp(full);
        full.enqueue(0, waiting);
        Postgres.execute(with.dataSource(), "VACUUM ANALYZE");
        QueueTurn beside = new QueueTurn(results, parameters(jobs, waiting));
        QueueTurn alone = new QueueTurn(results, parameters(jobs, 0));
        for (int round = 0; round < plan.rounds(); round++) {
          // What is put in comes last in the queue; what is taken out is the oldest that waits.
          beside.measure(full, with.dataSource(), waiting + round * jobs, jobs);
          alone.measure(empty, without.dataSource(), round * jobs, jobs);
        }
      }
    }
    for (String what : List.of("enqueue", "drain")) {
      results.addRatio(
          what + " with them to " + what + " without",
          parameters(jobs, waiting),
          results.get(what, parameters(jobs, waiting)),
          results.get(what, parameters(jobs, 0)));
    }
  }

  private static Map<String, Object> parameters(int jobs, int waiting) {
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("jobs", jobs);
    parameters.put("waiting", waiting);
    return parameters;
  }
}
