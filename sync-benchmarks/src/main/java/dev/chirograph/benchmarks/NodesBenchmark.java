package dev.chirograph.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import dev.chirograph.jdbc.JdbcLog;
import dev.chirograph.jdbc.JdbcSchema;
import dev.chirograph.servers.Database;
import dev.chirograph.servers.PostgresServer;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Two nodes with a log on PostgreSQL each, which talk over HTTP on the loopback interface, in one
 * JVM with a small heap: joining, and comparing what differs little, or not at all, or more.
 */
final class NodesBenchmark implements Benchmark {

  @Override
  public String name() {
    return "nodes";
  }

  @Override
  public String about() {
    return "two logs on PostgreSQL over HTTP: joining, comparing: time, bytes, requests, heap";
  }

  @Override
  public void run(Plan plan, Results results) throws Exception {
    results.note("PostgreSQL 15 with " + Postgres.SETTINGS);
    results.note(
        "both nodes in one JVM of " + ChildJvm.HEAP_MIB + " MiB, signed requests, no compression");
    int items = plan.size(1_000_000, 2_000);
    try (PostgresServer server = Postgres.start()) {
      Database there = newDatabase(server);
      fill(there, items);
      for (int round = 0; round < plan.rounds(); round++) {
        round(newDatabase(server), there, items, results);
      }
    }
  }

  private static Database newDatabase(PostgresServer server) {
    Database database = server.newDatabase();
    JdbcSchema.of(database.dataSource()).only(JdbcSchema.Component.LOG).install();
    return database;
  }

  private static void fill(Database database, int items) throws Exception {
    try (HikariDataSource pool = Postgres.pool(database, 2)) {
      JdbcLog log = JdbcLog.of(pool, "there");
      for (int i = 0; i < items; i += 1_000) {
        log.append(Entries.bodies(1_000, false));
      }
      Postgres.execute(pool, "VACUUM ANALYZE");
    }
  }

  private static void round(Database here, Database there, int items, Results results)
      throws Exception {
    try (ChildJvm jvm =
        ChildJvm.start(
            NodesRun.class,
            List.of(
                here.jdbcUrl(),
                here.user(),
                here.password(),
                there.jdbcUrl(),
                there.user(),
                there.password()))) {
      NodesRun.Answer joined = tell(jvm, NodesRun.PULL, items);
      Map<String, Object> parameters = Map.of("items", items);
      results.add("join", parameters, "entries/s", items / (joined.millis() / 1e3));
      results.add("CPU of a join", parameters, "µs/entry", joined.cpuMillis() * 1e3 / items);
      results.add("traffic of a join", parameters, "bytes/entry", joined.bytes() / (double) items);
      try (HikariDataSource pool = Postgres.pool(here, 1)) {
        Postgres.execute(pool, "VACUUM ANALYZE");
      }
      for (int different : List.of(0, 10, 10_000)) {
        int dropped = Math.min(different, items / 4);
        tell(jvm, NodesRun.DROP + dropped, items - dropped);
        compare(tell(jvm, NodesRun.COMPARE, items), items, dropped, results);
      }
      results.add("heap", parameters, "MiB", tell(jvm, NodesRun.PULL, items).heapMiB());
    }
  }

  private static void compare(NodesRun.Answer answer, int items, int different, Results results) {
    Map<String, Object> parameters = Map.of("items", items, "different", different);
    results.add("time of a comparison", parameters, "ms", answer.millis());
    results.add("CPU of a comparison", parameters, "ms", answer.cpuMillis());
    results.add("traffic of a comparison", parameters, "bytes", (double) answer.bytes());
    results.add("requests of a comparison", parameters, "requests", (double) answer.requests());
  }

  private static NodesRun.Answer tell(ChildJvm jvm, String command, long items) throws IOException {
    NodesRun.Answer answer = NodesRun.JSON.readValue(jvm.tell(command), NodesRun.Answer.class);
    if (answer.items() != items) {
      throw new IllegalStateException(
          "after '" + command + "' there are not " + items + " items: " + answer);
    }
    return answer;
  }
}
