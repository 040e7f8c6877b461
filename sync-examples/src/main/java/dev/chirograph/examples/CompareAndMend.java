package dev.chirograph.examples;

import dev.chirograph.jdbc.JdbcReplica;
import dev.chirograph.jdbc.JdbcSchema;
import dev.chirograph.jdbc.JdbcSchema.Component;
import dev.chirograph.jdbc.JdbcSource;
import dev.chirograph.jdbc.JdbcTable;
import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.servers.Database;
import dev.chirograph.servers.Shared;
import dev.chirograph.spi.table.Row;
import dev.chirograph.table.RowExplanation;
import dev.chirograph.table.TableExplanation;
import dev.chirograph.table.TablePlan;
import dev.chirograph.table.TableReport;
import dev.chirograph.table.TableSync;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;

/**
 * Two databases that ought to hold the same, H2 and PostgreSQL: what differs, why, and how it is
 * mended. Either may be any of the four.
 */
public final class CompareAndMend {

  private CompareAndMend() {}

  /** Takes no arguments; starts PostgreSQL. */
  public static void main(String... args) throws SQLException {
    DataSource right =
        new Database("jdbc:h2:mem:right;DATABASE_TO_LOWER=TRUE;DB_CLOSE_DELAY=-1", "sa", "")
            .dataSource();
    DataSource other = Shared.postgres().newDatabase().dataSource();
    fill(right, other);

    JdbcSchema.of(other).only(Component.TABLE).install();
    TableSync sync =
        TableSync.builder(
                "prices",
                JdbcSource.builder(right)
                    .table("price", JdbcTable.standard().markDrawnInTransaction("version"))
                    .build(),
                JdbcReplica.builder(other)
                    .table("price", JdbcTable.standard().mark("version"))
                    .build(),
                MemoryBackend.create().state("prices"))
            .build();

    TablePlan plan = sync.plan().get(0);
    System.out.printf(
        "would send %d, mend %d, delete %d%n", plan.toSend(), plan.toMend(), plan.toDelete());
    plan.examples().forEach(row -> System.out.println("  " + row.key() + " " + row.why()));
    print(sync.explain("price", "500"));
    print(sync.explain("price"));

    TableReport report = sync.verify().get(0);
    System.out.printf(
        "sent %d, mended %d, deleted %d%n", report.sent(), report.mended(), report.deleted());
    sync.certificates()
        .forEach(
            (table, proof) ->
                System.out.printf(
                    "%s: %d rows are the same up to version %s%n",
                    table, proof.digest().count(), proof.horizon()));
  }

  private static void print(RowExplanation row) {
    System.out.println("500: " + row.verdict() + ", " + row.why());
    System.out.println("  here  " + row.source().map(Row::cells).orElse(List.of()));
    System.out.println("  there " + row.replica().map(Row::cells).orElse(List.of()));
    System.out.println("  differs in " + row.differing());
  }

  private static void print(TableExplanation table) {
    System.out.printf(
        "%s by %s, cut by %s, hashed by SQL: %s%n",
        table.table(), table.key(), table.slices(), table.hashedBySql());
    table
        .columns()
        .forEach(column -> System.out.println("  " + column.name() + ": " + column.how()));
  }

  /** A thousand prices; one was lost on the way, one was changed by hand, one is left over. */
  private static void fill(DataSource right, DataSource other) throws SQLException {
    String table =
        "create table price (id bigint primary key, amount numeric(10, 2) not null, valid timestamp(3) not null,"
            + " version bigint not null)";
    String rows =
        "insert into price select n, n * 1.25, timestamp '2026-11-21 09:30:00.125', n from ";
    run(right, table, rows + "system_range(1, 1000) as s(n)");
    run(
        other,
        table,
        rows + "generate_series(1, 1000) as s(n)",
        "delete from price where id = 77",
        "update price set amount = 0 where id = 500",
        "insert into price values (2000, 1, now(), 400)");
  }

  private static void run(DataSource database, String... statements) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }
}
