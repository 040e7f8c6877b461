package dev.chirograph.benchmarks;

import dev.chirograph.benchmarks.TableRun.Answer;
import dev.chirograph.benchmarks.TableRun.Command;
import dev.chirograph.benchmarks.TableRun.Way;
import dev.chirograph.jdbc.JdbcSchema;
import dev.chirograph.servers.Database;
import dev.chirograph.servers.PostgresServer;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Runs in which nothing has changed, over HTTP, with one table and with a hundred. */
final class TablePollBenchmark implements Benchmark {

  private static final int ROWS = 1_000;

  @Override
  public String name() {
    return "tables-poll";
  }

  @Override
  public String about() {
    return "tables in which nothing has changed, over HTTP: requests, bytes, statements, time";
  }

  @Override
  public void run(Plan plan, Results results) throws Exception {
    results.note("PostgreSQL 15 with " + Postgres.SETTINGS);
    results.note("engine and server are in one JVM; statements are of both");
    try (PostgresServer server = Postgres.start()) {
      for (int number : List.of(1, plan.size(100, 5))) {
        poll(server, number, plan, results);
      }
    }
  }

  private static void poll(PostgresServer server, int number, Plan plan, Results results)
      throws Exception {
    Database here = server.newDatabase();
    Database there = server.newDatabase();
    List<String> tables = IntStream.range(0, number).mapToObj(one -> Invoices.TABLE + one).toList();
    for (String table : tables) {
      Invoices.in(here).create(table);
      Invoices.in(here).fill(table, ROWS);
      Invoices.sharedIn(there).create(table);
    }
    JdbcSchema.of(there.dataSource()).only(JdbcSchema.Component.TABLE).install();
    Map<String, Object> parameters = Map.of("tables", number);
    try (TableProcess process = TableProcess.start(here, there, Way.HTTP, tables)) {
      for (int i = 0; i < 10; i++) { // loads, compares, and warms the JVM up
        process.tell(Command.RUN);
      }
      for (int round = 0; round < plan.rounds(); round++) {
        Answer answer = process.tell(Command.RUN);
        results.add("time of a poll", parameters, "ms", answer.millis());
        results.add("requests of a poll", parameters, "requests", (double) answer.requests());
        results.add("traffic of a poll", parameters, "bytes", (double) answer.bytes());
        results.add("statements of a poll", parameters, "statements", (double) answer.statements());
      }
    }
  }
}
