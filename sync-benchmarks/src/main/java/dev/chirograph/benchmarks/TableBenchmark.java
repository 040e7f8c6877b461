package dev.chirograph.benchmarks;

import dev.chirograph.benchmarks.TableRun.Answer;
import dev.chirograph.benchmarks.TableRun.Command;
import dev.chirograph.jdbc.JdbcSchema;
import dev.chirograph.servers.Database;
import dev.chirograph.servers.DatabaseServer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Two databases of one server whose tables are compared and mended by our engine in a JVM with a
 * small heap; beside it pt-table-sync on MariaDB, and plain passes of SQL over both tables.
 */
final class TableBenchmark implements Benchmark {

  private static final String OURS = "ours";
  private static final String PEER = "pt-table-sync";

  private final String name;
  private final String about;
  private final int full;

  /** The usual sizes, or large ones. */
  TableBenchmark(boolean large) {
    this.name = large ? "tables-large" : "tables";
    this.full = large ? 10_000_000 : 1_000_000;
    this.about =
        "two tables of "
            + (large ? "ten million" : "a million")
            + " rows compared and mended, on MariaDB beside pt-table-sync, and on PostgreSQL";
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String about() {
    return about;
  }

  @Override
  public void run(Plan plan, Results results) throws Exception {
    results.note("MariaDB 11.4 with " + MariaDb.SETTINGS);
    results.note("PostgreSQL 15 with " + Postgres.SETTINGS);
    results.note("heap of our JVM: -Xmx" + ChildJvm.HEAP_MIB + "m, warmed up by one comparison");
    if (!PtTableSync.isAvailable()) {
      results.note("no pt-table-sync (scripts/percona-toolkit.sh install), so it was not measured");
    }
    measure("MariaDB", MariaDb::start, plan, results);
    measure("PostgreSQL", Postgres::start, plan, results);
  }

  private void measure(
      String on, Supplier<? extends DatabaseServer> start, Plan plan, Results results)
      throws Exception {
    try (DatabaseServer server = start.get()) {
      Sides sides = new Sides(on, server, plan.size(full, 2_000), results);
      sides.fill();
      List<Integer> differences = List.of(0, plan.size(200, 20), plan.size(full / 10, 200));
      try (TableProcess ours =
          TableProcess.start(sides.here, sides.there, TableRun.Way.JDBC, List.of(Invoices.TABLE))) {
        ours.tell(Command.VERIFY);
        for (int round = 0; round < plan.rounds(); round++) {
          for (int different : differences) {
            sides.round(ours, different, 2 * round);
          }
        }
      }
      sides.compare(differences);
    }
  }

  /** Two databases with one table each. */
  private static final class Sides {
    private final String on;
    private final int rows;
    private final Results results;
    private final Database here;
    private final Database there;
    private final boolean peer;

    Sides(String on, DatabaseServer server, int rows, Results results) {
      this.on = on;
      this.rows = rows;
      this.results = results;
      this.here = server.newDatabase();
      this.there = server.newDatabase();
      this.peer = isMariaDb() && PtTableSync.isAvailable();
    }

    private boolean isMariaDb() {
      return on.equals("MariaDB");
    }

    void fill() throws Exception {
      for (Database side : List.of(here, there)) {
        Invoices invoices = Invoices.in(side);
        invoices.create(Invoices.TABLE);
        invoices.fill(Invoices.TABLE, rows);
      }
      JdbcSchema.of(there.dataSource()).only(JdbcSchema.Component.TABLE).install();
    }

    void round(TableProcess ours, int different, int turn) throws Exception {
      differ(different, turn);
      double cpu = cpu();
      Answer answer = ours.tell(Command.VERIFY);
      expect(answer.rows(), different);
      add("time", OURS, different, "ms", answer.millis());
      add("CPU of the client", OURS, different, "ms", answer.cpuMillis());
      add("statements", OURS, different, "statements", (double) answer.statements());
      add("rows sent or deleted", OURS, different, "rows", (double) answer.rows());
      add("heap after collections, at most", OURS, different, "MiB", answer.heapMiB());
      addServer(OURS, different, cpu);
      if (peer) {
        differ(different, turn + 1);
        cpu = cpu();
        add("time", PEER, different, "ms", PtTableSync.sync(here, there, Invoices.TABLE));
        addServer(PEER, different, cpu);
      }
      if (different == 0) {
        cpu = cpu();
        long begun = System.nanoTime();
        Invoices.in(here).pass(Invoices.TABLE);
        Invoices.in(there).pass(Invoices.TABLE);
        add("time", pass(), different, "ms", (System.nanoTime() - begun) / 1e6);
        addServer(pass(), different, cpu);
      }
      expect(Invoices.in(there).count(Invoices.TABLE), rows);
    }

    private String pass() {
      return isMariaDb()
          ? "one pass of CRC32 over each table"
          : "one pass of concat_ws over each table";
    }

    private double cpu() throws Exception {
      return isMariaDb() ? MariaDb.cpuMillis(here.dataSource()) : 0;
    }

    private void addServer(String who, int different, double before) throws Exception {
      if (isMariaDb()) {
        add("CPU of the server", who, different, "ms", cpu() - before);
      }
    }

    private void differ(int different, int turn) throws Exception {
      if (different > 0) {
        Invoices.in(there).differ(Invoices.TABLE, rows, different, turn);
      }
    }

    private static void expect(long seen, long expected) {
      if (seen != expected) {
        throw new IllegalStateException(expected + " rows were expected, not " + seen);
      }
    }

    private void add(String what, String who, int different, String unit, double sample) {
      results.add(what, parameters(who, different), unit, sample);
    }

    private Map<String, Object> parameters(String who, int different) {
      Map<String, Object> parameters = new LinkedHashMap<>();
      parameters.put("on", on);
      parameters.put("rows", rows);
      parameters.put("different", different);
      parameters.put("who", who);
      return parameters;
    }

    void compare(List<Integer> differences) {
      for (int different : differences) {
        if (peer) {
          ratio("our time to pt-table-sync's", PEER, different);
        }
      }
      ratio("our time to a plain pass's", pass(), 0);
    }

    private void ratio(String what, String who, int different) {
      results.addRatio(
          what,
          parameters(OURS, different),
          results.get("time", parameters(OURS, different)),
          results.get("time", parameters(who, different)));
    }
  }
}
