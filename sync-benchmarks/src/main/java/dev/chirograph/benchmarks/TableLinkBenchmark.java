package dev.chirograph.benchmarks;

import dev.chirograph.benchmarks.TableRun.Answer;
import dev.chirograph.benchmarks.TableRun.Command;
import dev.chirograph.benchmarks.TableRun.Way;
import dev.chirograph.jdbc.JdbcSchema;
import dev.chirograph.servers.Database;
import dev.chirograph.servers.PostgresServer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A table that is loaded into an empty replica, over JDBC, HTTP, and HTTP over a slow link; then
 * what it takes over HTTP to find and mend differences.
 */
final class TableLinkBenchmark implements Benchmark {

  @Override
  public String name() {
    return "tables-link";
  }

  @Override
  public String about() {
    return "a table loaded over JDBC and HTTP, and compared over a slow link: rows, bytes,"
        + " requests";
  }

  @Override
  public void run(Plan plan, Results results) throws Exception {
    results.note("PostgreSQL 15 with " + Postgres.SETTINGS);
    results.note("engine and server are in one JVM of " + ChildJvm.HEAP_MIB + " MiB");
    results.note("a round trip of the slow link takes " + TableRun.ROUND_TRIP.toMillis() + " ms");
    int rows = plan.size(1_000_000, 2_000);
    try (PostgresServer server = Postgres.start()) {
      Database here = server.newDatabase();
      Invoices.in(here).create(Invoices.TABLE);
      Invoices.in(here).fill(Invoices.TABLE, rows);
      for (int round = 0; round < plan.rounds(); round++) {
        for (Way way : Way.values()) {
          Database there = server.newDatabase();
          if (way == Way.JDBC) {
            Invoices.in(there).create(Invoices.TABLE);
          } else {
            Invoices.sharedIn(there).create(Invoices.TABLE);
          }
          JdbcSchema.of(there.dataSource()).only(JdbcSchema.Component.TABLE).install();
          round(here, there, way, rows, plan, results);
        }
      }
    }
  }

  private static void round(
      Database here, Database there, Way way, int rows, Plan plan, Results results)
      throws Exception {
    String name = way.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    try (TableProcess process = TableProcess.start(here, there, way, List.of(Invoices.TABLE))) {
      Answer loaded = process.tell(Command.RUN);
      if (loaded.rows() != rows) {
        throw new IllegalStateException("of " + rows + " rows came " + loaded.rows());
      }
      Map<String, Object> load = Map.of("rows", rows, "over", name);
      results.add("load", load, "rows/s", rows / (loaded.millis() / 1e3));
      results.add("CPU of a load", load, "µs/row", loaded.cpuMillis() * 1e3 / rows);
      results.add("heap after collections, at most", load, "MiB", loaded.heapMiB());
      if (way == Way.JDBC) {
        return;
      }
      results.add("traffic of a load", load, "bytes/row", loaded.bytes() / (double) rows);
      results.add("requests of a load", load, "requests", (double) loaded.requests());
      for (int different : List.of(0, 10, plan.size(200, 20))) {
        compare(process, there, name, rows, different, results);
      }
    }
  }

  private static void compare(
      TableProcess process, Database there, String name, int rows, int different, Results results)
      throws Exception {
    if (different > 0) {
      Invoices.sharedIn(there).differ(Invoices.TABLE, rows, different, 0);
    }
    Answer answer = process.tell(Command.VERIFY);
    if (answer.rows() != different) {
      throw new IllegalStateException(different + " rows were expected, not " + answer.rows());
    }
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("rows", rows);
    parameters.put("different", different);
    parameters.put("over", name);
    results.add("time of a comparison", parameters, "ms", answer.millis());
    results.add("requests of a comparison", parameters, "requests", (double) answer.requests());
    results.add("traffic of a comparison", parameters, "bytes", (double) answer.bytes());
    if (different > 0) {
      results.add(
          "traffic of a difference", parameters, "bytes", answer.bytes() / (double) different);
    }
  }
}
