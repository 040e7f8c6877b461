package dev.chirograph.benchmarks;

import dev.chirograph.servers.Database;
import dev.chirograph.servers.PostgresServer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

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
      Database database = server.newDatabase();
      try (QueuePeer peer = new OurQueue(database, QueuePeer.BATCH)) {
        QueueTurn.warmUp(peer);
        measure(plan, peer, database.dataSource(), jobs, 0, results);
        peer.enqueue(0, waiting);
        Postgres.execute(database.dataSource(), "VACUUM ANALYZE");
        measure(plan, peer, database.dataSource(), jobs, waiting, results);
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

  /** What is put in comes last in the queue, what is taken out is the oldest of what waits. */
  private static void measure(
      Plan plan, QueuePeer peer, DataSource dataSource, int jobs, int waiting, Results results)
      throws Exception {
    QueueTurn turn = new QueueTurn(results, parameters(jobs, waiting));
    for (int round = 0; round < plan.rounds(); round++) {
      turn.measure(peer, dataSource, waiting + round * jobs, jobs);
    }
  }

  private static Map<String, Object> parameters(int jobs, int waiting) {
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("jobs", jobs);
    parameters.put("waiting", waiting);
    return parameters;
  }
}
