package dev.chirograph.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import dev.chirograph.jdbc.JdbcLog;
import dev.chirograph.jdbc.JdbcSchema;
import dev.chirograph.servers.Database;
import dev.chirograph.servers.PostgresServer;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.ReplicaLog.Page;
import dev.chirograph.spi.ReplicaLog.Position;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Our log on PostgreSQL: entries in, by batches and one by one, and pages out. */
final class LogBenchmark implements Benchmark {

  private static final int PAGE = 1_000;
  private static final int WARM_UP = 20_000;

  @Override
  public String name() {
    return "log";
  }

  @Override
  public String about() {
    return "our log on PostgreSQL: entries appended and read per second, WAL per entry";
  }

  @Override
  public void run(Plan plan, Results results) throws Exception {
    results.note("PostgreSQL 15 with " + Postgres.SETTINGS);
    results.note("rates include the commit of everything; payloads have about 90 bytes");
    try (PostgresServer server = Postgres.start()) {
      for (int round = 0; round < plan.rounds(); round++) {
        for (boolean contents : new boolean[] {false, true}) {
          for (int writers : new int[] {1, 8}) {
            batches(server.newDatabase(), plan, results, writers, contents);
          }
        }
        for (int writers : new int[] {8, 64}) {
          singles(server.newDatabase(), plan, results, writers);
        }
      }
    }
  }

  private static void batches(
      Database database, Plan plan, Results results, int writers, boolean contents)
      throws Exception {
    int entries = plan.size(400_000, 4_000);
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("entries", entries);
    parameters.put("contents", contents);
    parameters.put("writers", writers);
    try (HikariDataSource pool = Postgres.pool(database, writers + 1);
        Clients clients = new Clients(writers)) {
      JdbcLog log = open(pool);
      List<List<Body>> warmUp = Entries.batches(plan.size(WARM_UP, Entries.BATCH), contents);
      warmUp.forEach(log::append);
      List<List<Body>> batches = Entries.batches(entries, contents);
      Postgres.execute(pool, "CHECKPOINT");
      long wal = Postgres.walBytes(pool);
      long begun = System.nanoTime();
      clients.inBatches(
          0, batches.size(), 1, (first, end) -> batches.subList(first, end).forEach(log::append));
      rate(results, "append in batches of 1,000", parameters, entries, begun);
      results.add(
          "WAL of append in batches of 1,000",
          parameters,
          "bytes/entry",
          (Postgres.walBytes(pool) - wal) / (double) entries);
      if (writers == 1) {
        read(log, entries, parameters, results);
      }
    }
  }

  private static void read(
      JdbcLog log, int entries, Map<String, Object> parameters, Results results) {
    Position after = log.read(Position.START, 1, 1).next();
    long begun = System.nanoTime();
    int read = 0;
    Page page;
    do {
      page = log.read(after, PAGE, Long.MAX_VALUE);
      read += page.items().size();
      after = page.next();
    } while (!page.reachesHead());
    if (read < entries) {
      throw new IllegalStateException("of " + entries + " entries " + read + " were read");
    }
    rate(results, "read in pages of 1,000", parameters, read, begun);
  }

  private static void singles(Database database, Plan plan, Results results, int writers)
      throws Exception {
    int entries = plan.size(40_000, 640);
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("entries", entries);
    parameters.put("writers", writers);
    try (HikariDataSource pool = Postgres.pool(database, 4);
        Clients clients = new Clients(writers)) {
      JdbcLog log = open(pool);
      Entries.batches(plan.size(WARM_UP, Entries.BATCH), false).forEach(log::append);
      List<Body> bodies = Entries.bodies(entries, false);
      Postgres.execute(pool, "CHECKPOINT");
      long begun = System.nanoTime();
      clients.inBatches(0, entries, 1, (first, end) -> log.append(bodies.subList(first, end)));
      rate(results, "append one by one", parameters, entries, begun);
    }
  }

  private static void rate(
      Results results, String name, Map<String, Object> parameters, int entries, long begun) {
    results.add(name, parameters, "entries/s", entries / ((System.nanoTime() - begun) / 1e9));
  }

  private static JdbcLog open(HikariDataSource pool) {
    JdbcSchema.of(pool).only(JdbcSchema.Component.LOG).install();
    return JdbcLog.of(pool, "here");
  }
}
