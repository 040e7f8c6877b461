package dev.chirograph.benchmarks;

import dev.chirograph.servers.Database;
import dev.chirograph.servers.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/** Our queue and db-scheduler on one PostgreSQL: trivial jobs in, trivial jobs out. */
final class QueueBenchmark implements Benchmark {

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
        for (String situation : List.of(QUIET, OLD_SNAPSHOT)) {
          for (Contender contender : ALL) {
            Map<String, Object> parameters = parameters(contender, jobs, situation);
            QueueTurn turn = new QueueTurn(results, parameters);
            turn(contender, server.newDatabase(), jobs, situation, turn);
          }
        }
      }
      compare(jobs, results);
    }
  }

  private static Map<String, Object> parameters(Contender contender, int jobs, String situation) {
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("who", contender.name());
    parameters.put("jobs", jobs);
    parameters.put("situation", situation);
    return parameters;
  }

  private static void turn(
      Contender contender, Database database, int jobs, String situation, QueueTurn turn)
      throws Exception {
    DataSource dataSource = database.dataSource();
    try (QueuePeer peer = contender.open(database);
        Connection connection = dataSource.getConnection()) {
      QueueTurn.warmUp(peer);
      if (situation.equals(OLD_SNAPSHOT)) {
        openSnapshot(connection);
      }
      turn.measure(peer, dataSource, QueueTurn.WARM_UP, jobs);
    }
  }

  /** From here to the end of the connection no dead row may be removed. */
  private static void openSnapshot(Connection connection) throws SQLException {
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM pg_class")) {
      row.next();
    }
  }

  private static void compare(int jobs, Results results) {
    for (String situation : List.of(QUIET, OLD_SNAPSHOT)) {
      for (Contender peer : List.of(LOCK_AND_FETCH, FETCH)) {
        for (String what : List.of("enqueue", "drain")) {
          Map<String, Object> theirs = parameters(peer, jobs, situation);
          results.addRatio(
              "our " + what + " to theirs",
              theirs,
              results.get(what, parameters(OURS, jobs, situation)),
              results.get(what, theirs));
        }
      }
    }
  }
}
