package dev.chirograph.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import com.zaxxer.hikari.HikariDataSource;
import dev.chirograph.DeleteLimit;
import dev.chirograph.jdbc.JdbcReplica;
import dev.chirograph.jdbc.JdbcSource;
import dev.chirograph.jdbc.JdbcTable;
import dev.chirograph.jdbc.JdbcTenants;
import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.servers.Database;
import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.table.Pace;
import dev.chirograph.table.TableOptions;
import dev.chirograph.table.TableReport;
import dev.chirograph.table.TableSync;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A JVM of its own with the engine of tables, a source, and a replica in a database or behind a
 * server that is in this JVM, too. Reads a command a line, and answers each with a line of JSON.
 */
final class TableRun implements AutoCloseable {

  /** What is done by one command. */
  enum Command {
    /** What a host has done every minute. */
    RUN,
    /** Everything is compared. */
    VERIFY
  }

  /** How the replica is reached. */
  enum Way {
    JDBC,
    HTTP,
    /** HTTP, and a round trip takes 50 ms more. */
    SLOW_HTTP
  }

  /**
   * What became of one command.
   *
   * @param cpuMillis what this JVM computed for it
   * @param statements that went to both databases
   * @param requests over HTTP
   * @param bytes of them and of their answers, with all headers
   * @param rows that were sent, mended or deleted
   * @param trouble what kept tables from being in agreement; empty when all are
   * @param heapMiB the most heap that a collection ever left in use in this JVM
   */
  record Answer(
      double millis,
      double cpuMillis,
      long statements,
      long requests,
      long bytes,
      long rows,
      String trouble,
      double heapMiB) {}

  static final ObjectMapper JSON = new ObjectMapper();

  /** A round trip on the slow way. */
  static final Duration ROUND_TRIP = Duration.ofMillis(50);

  private static final OperatingSystemMXBean OS =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private final HikariDataSource poolHere;
  private final HikariDataSource poolThere;
  private final HeapWatch heap = HeapWatch.start();
  private final CountingDataSource here;
  private final CountingDataSource there;
  private final TableSync engine;
  private @Nullable ServedTables served;

  private TableRun(Database source, Database replica, Way way, List<String> tables)
      throws IOException {
    this.poolHere = Postgres.pool(source, 4);
    this.poolThere = Postgres.pool(replica, 4);
    this.here = new CountingDataSource(poolHere);
    this.there = new CountingDataSource(poolThere);
    JdbcSource.Builder from = JdbcSource.builder(here.dataSource());
    tables.forEach(table -> from.table(table, options()));
    TableSync.Builder builder =
        TableSync.builder(
                "benchmark",
                from.build(),
                replica(way, tables),
                MemoryBackend.create().state("benchmark"))
            .agent("benchmark")
            .pace(Pace.standard().comparing(Duration.ofHours(1)));
    tables.forEach(
        table ->
            builder.table(
                table, TableOptions.standard().withDeletes(DeleteLimit.of(1_000_000, 1))));
    this.engine = builder.build();
  }

  private static JdbcTable options() {
    return JdbcTable.standard().markDrawnInTransaction(Invoices.VERSION);
  }

  private ReplicaDatabase replica(Way way, List<String> tables) throws IOException {
    if (way == Way.JDBC) {
      JdbcReplica.Builder to = JdbcReplica.builder(there.dataSource());
      tables.forEach(table -> to.table(table, options()));
      return to.build();
    }
    JdbcTenants.Builder to = JdbcTenants.builder(there.dataSource());
    tables.forEach(table -> to.table(table, options()));
    Duration delay = way == Way.HTTP ? Duration.ZERO : ROUND_TRIP.dividedBy(2);
    served = ServedTables.of(to.build(), delay);
    return served.replica();
  }

  /**
   * Arguments: URL, user and password of the source and of the replica's database, the {@link Way},
   * and the names of the tables.
   */
  public static void main(String[] arguments) throws Exception {
    Database source = new Database(arguments[0], arguments[1], arguments[2]);
    Database replica = new Database(arguments[3], arguments[4], arguments[5]);
    List<String> tables = List.of(arguments).subList(7, arguments.length);
    try (TableRun run = new TableRun(source, replica, Way.valueOf(arguments[6]), tables)) {
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        Command command = Command.valueOf(line.toUpperCase(Locale.ROOT));
        System.out.println(JSON.writeValueAsString(run.answer(command)));
      }
    }
  }

  private Answer answer(Command command) {
    long statements = here.statements() + there.statements();
    long requests = served == null ? 0 : served.requests();
    long bytes = served == null ? 0 : served.bytes();
    long cpu = OS.getProcessCpuTime();
    long begun = System.nanoTime();
    List<TableReport> reports = command == Command.RUN ? engine.run() : engine.verify();
    return new Answer(
        (System.nanoTime() - begun) / 1e6,
        (OS.getProcessCpuTime() - cpu) / 1e6,
        here.statements() + there.statements() - statements,
        served == null ? 0 : served.requests() - requests,
        served == null ? 0 : served.bytes() - bytes,
        reports.stream().mapToLong(one -> one.sent() + one.mended() + one.deleted()).sum(),
        trouble(reports),
        heap.mostMiB());
  }

  private static String trouble(List<TableReport> reports) {
    for (TableReport report : reports) {
      if (report.failure().isPresent() || report.certificate().isEmpty()) {
        report.failure().ifPresent(Throwable::printStackTrace);
        return report.toString();
      }
    }
    return "";
  }

  @Override
  public void close() throws IOException {
    if (served != null) {
      served.close();
    }
    poolThere.close();
    poolHere.close();
  }
}
