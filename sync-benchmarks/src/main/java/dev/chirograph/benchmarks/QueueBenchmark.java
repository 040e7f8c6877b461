package dev.chirograph.benchmarks;

import dev.chirograph.servers.Database;
import dev.chirograph.servers.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/** Our queue and db-scheduler on one PostgreSQL: trivial jobs in, trivial jobs out. */
final class QueueBenchmark implements Benchmark {

  private static final int WARM_UP = 5_000;

  /** Somebody who takes part. */
  private record Contender(String name, Opening opening) {
    QueuePeer open(Database database) throws Exception {
      return opening.open(database);
    }
  }

  @FunctionalInterface
  private interface Opening {
    QueuePeer open(Database database) throws Exception;
  }

  private static final Contender OURS =
      new Contender("ours, 1,000 a lease", database -> new OurQueue(database, 1_000));
  private static final Contender OURS_SMALL =
      new Contender("ours, 100 a lease", database -> new OurQueue(database, 100));
  private static final Contender FETCH =
      new Contender(
          "db-scheduler, fetch", database -> new DbScheduler(database, DbScheduler.Polling.FETCH));
  private static final Contender LOCK_AND_FETCH =
      new Contender(
          "db-scheduler, lock-and-fetch",
          database -> new DbScheduler(database, DbScheduler.Polling.LOCK_AND_FETCH));
  private static final List<Contender> ALL = List.of(OURS, OURS_SMALL, LOCK_AND_FETCH, FETCH);

  private static final String QUIET = "quiet";
  private static final String OLD_SNAPSHOT = "old snapshot open";

  @Override
  public String name() {
    return "queue";
  }

  @Override
  public String about() {
    return "our queue beside db-scheduler on PostgreSQL: jobs per second, WAL per job";
  }

  @Override
  public void run(Plan plan, Results results) throws Exception {
    int jobs = plan.size(50_000, 500);
    results.note("PostgreSQL 15 with " + Postgres.SETTINGS);
    results.note("2 clients enqueue 1,000 a call; rates include the commit of everything");
    try (PostgresServer server = Postgres.start()) {
      for (int round = 0; round < plan.rounds(); round++) {
        for (Contender contender : ALL) {
          new Turn(results, parameters(contender, jobs, 0, QUIET)).run(contender, server, jobs);
        }
        for (Contender contender : ALL) {
          withOldSnapshot(contender, server, jobs, results);
        }
      }
      compare(jobs, results);
      waiting(plan, jobs, server, results);
    }
  }

  private static Map<String, Object> parameters(
      Contender contender, int jobs, int waiting, String situation) {
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("who", contender.name());
    parameters.put("jobs", jobs);
    parameters.put("waiting", waiting);
    parameters.put("situation", situation);
    return parameters;
  }

  private static void withOldSnapshot(
      Contender contender, PostgresServer server, int jobs, Results results) throws Exception {
    new Turn(results, parameters(contender, jobs, 0, OLD_SNAPSHOT)) {
      @Override
      void measured(QueuePeer peer, DataSource dataSource, int first, int number) throws Exception {
        try (Connection old = dataSource.getConnection();
            Statement statement = old.createStatement()) {
          old.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
          old.setAutoCommit(false);
          try (ResultSet row = statement.executeQuery("SELECT count(*) FROM pg_class")) {
            row.next();
          }
          super.measured(peer, dataSource, first, number);
        }
      }
    }.run(contender, server, jobs);
  }

  /** How much ten million jobs that wait slow down those that come and go. */
  private static void waiting(Plan plan, int jobs, PostgresServer server, Results results)
      throws Exception {
    int waiting = plan.size(10_000_000, 2_000);
    Map<String, Object> parameters = parameters(OURS, jobs, waiting, QUIET);
    Database database = server.newDatabase();
    try (QueuePeer peer = OURS.open(database)) {
      Turn turn = new Turn(results, parameters);
      peer.enqueue(0, waiting);
      Postgres.execute(database.dataSource(), "VACUUM ANALYZE");
      for (int round = 0; round < plan.rounds(); round++) {
        turn.measured(peer, database.dataSource(), waiting + round * jobs, jobs);
      }
    }
    for (String what : List.of("enqueue", "drain")) {
      results.addRatio(
          what + " beside what waits to " + what + " alone",
          parameters,
          results.get(what, parameters),
          results.get(what, parameters(OURS, jobs, 0, QUIET)));
    }
  }

  private static void compare(int jobs, Results results) {
    for (String situation : List.of(QUIET, OLD_SNAPSHOT)) {
      for (Contender peer : List.of(LOCK_AND_FETCH, FETCH)) {
        for (String what : List.of("enqueue", "drain")) {
          Map<String, Object> theirs = parameters(peer, jobs, 0, situation);
          results.addRatio(
              "our " + what + " to theirs",
              theirs,
              results.get(what, parameters(OURS, jobs, 0, situation)),
              results.get(what, theirs));
        }
      }
    }
  }

  /** One contender in a database of its own: warmed up, then measured. */
  private static class Turn {
    private final Results results;
    private final Map<String, Object> parameters;

    Turn(Results results, Map<String, Object> parameters) {
      this.results = results;
      this.parameters = parameters;
    }

    void run(Contender contender, PostgresServer server, int jobs) throws Exception {
      Database database = server.newDatabase();
      try (QueuePeer peer = contender.open(database)) {
        int few = Math.min(jobs, WARM_UP);
        peer.enqueue(0, few);
        peer.drain(few);
        measured(peer, database.dataSource(), few, jobs);
      }
    }

    void measured(QueuePeer peer, DataSource dataSource, int first, int number) throws Exception {
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

  @FunctionalInterface
  private interface Step {
    void run() throws Exception;
  }
}
