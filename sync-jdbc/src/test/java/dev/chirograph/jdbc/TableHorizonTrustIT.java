package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.servers.Database;
import dev.chirograph.servers.Shared;
import dev.chirograph.spi.table.Horizon.Proof;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.SourceTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** Where nobody tells who is writing, or somebody writes elsewhere, nothing is proven. */
class TableHorizonTrustIT {

  private static final String EVENT =
      "create table event (id bigint not null primary key, said varchar(20))";

  private static void execute(DataSource database, String... statements) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static SourceTable event(DataSource database, String name) {
    return JdbcSource.builder(database)
        .table(
            name, JdbcTable.standard().markDrawnInTransaction(name.equals("EVENT") ? "ID" : "id"))
        .build()
        .table(name);
  }

  /** A user that may read the table and nothing else. */
  private static DataSource reader(Database database) {
    String url = database.jdbcUrl().replaceAll(";.*", "");
    return new Database(url, "reader", "reader-1").dataSource();
  }

  @Test
  void L6_aUserOfH2WhoSeesNoOtherSessionProvesNothing() throws SQLException {
    Database h2 = new Database("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "sa", "");
    execute(
        h2.dataSource(),
        EVENT,
        "create user reader password 'reader-1'",
        "grant select on event to reader");
    try (Connection late = h2.dataSource().getConnection();
        Statement statement = late.createStatement()) {
      late.setAutoCommit(false);
      statement.execute("insert into event values (1, 'late')");
      execute(h2.dataSource(), "insert into event values (2, 'early')");
      assertThat(event(reader(h2), "EVENT").horizon().proof()).isEqualTo(Proof.LAG);
      late.commit();
    }
    assertThat(event(h2.dataSource(), "EVENT").horizon().proof())
        .isEqualTo(Proof.ENDED_TRANSACTIONS);
  }

  /** What a replica has not been sent yet may have any number. */
  @Test
  void L6_aMariaDbThatOthersWriteToElsewhereProvesNothing() throws SQLException {
    DataSource maria = Shared.mariaDb().newDatabase().dataSource();
    execute(maria, EVENT, "insert into event values (1, 'it')");
    execute(maria, "set global read_only = 1");
    try {
      assertThat(event(maria, "event").horizon().proof()).isEqualTo(Proof.LAG);
    } finally {
      execute(maria, "set global read_only = 0");
    }
    assertThat(event(maria, "event").horizon().proof()).isEqualTo(Proof.ENDED_TRANSACTIONS);
    execute(
        maria,
        "set @@default_master_connection = 'elsewhere'",
        "change master 'elsewhere' to master_host = '127.0.0.1', master_port = 1",
        "start slave 'elsewhere'");
    try {
      assertThat(event(maria, "event").horizon().proof()).isEqualTo(Proof.LAG);
    } finally {
      execute(maria, "stop slave 'elsewhere'", "reset slave 'elsewhere' all");
    }
  }

  @Test
  void L6_aUserOfPostgresWithoutPrivilegesProvesAsWell() throws SQLException {
    Database postgres = Shared.postgres().newDatabase();
    execute(
        postgres.dataSource(),
        EVENT,
        "insert into event values (1, 'it')",
        "do $$ begin create role reader login password 'reader-1';"
            + " exception when duplicate_object then null; end $$",
        "grant usage on schema public to reader",
        "grant select on event to reader");
    SourceTable table = event(reader(postgres), "event");
    assertThat(table.info().incarnation())
        .isEqualTo(event(postgres.dataSource(), "event").info().incarnation());
    assertThat(table.horizon().mark()).isEqualTo(new Mark(1));
    assertThat(table.horizon().proof()).isEqualTo(Proof.ENDED_TRANSACTIONS);
    try (Connection late = postgres.dataSource().getConnection();
        Statement statement = late.createStatement()) {
      late.setAutoCommit(false);
      statement.execute("insert into event values (2, 'late')");
      execute(postgres.dataSource(), "insert into event values (3, 'early')");
      assertThat(table.horizon().mark()).isEqualTo(new Mark(1));
      late.commit();
    }
    assertThat(table.horizon().mark()).isEqualTo(new Mark(3));
  }

  @Test
  void L6_aTableThatPostgresIsSentFromElsewhereProvesNothing() throws SQLException {
    DataSource postgres = Shared.postgres().newDatabase().dataSource();
    execute(
        postgres,
        EVENT,
        "create table own (id bigint not null primary key)",
        "insert into event values (1, 'it')",
        "insert into own values (1)",
        "create subscription elsewhere connection 'dbname=nowhere' publication all_of_it"
            + " with (connect = false)",
        "insert into pg_subscription_rel"
            + " select oid, 'event'::regclass, 'r', null from pg_subscription"
            + " where subname = 'elsewhere'");
    try {
      assertThat(event(postgres, "event").horizon().proof()).isEqualTo(Proof.LAG);
      assertThat(event(postgres, "own").horizon().proof()).isEqualTo(Proof.ENDED_TRANSACTIONS);
    } finally {
      execute(
          postgres,
          "alter subscription elsewhere set (slot_name = none)",
          "drop subscription elsewhere");
    }
  }
}
