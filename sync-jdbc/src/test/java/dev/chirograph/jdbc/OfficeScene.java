package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.spi.StateStore;
import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.SourceDatabase;
import dev.chirograph.spi.table.Tenant;
import dev.chirograph.table.TableSync;
import dev.chirograph.testkit.ManualClock;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.sql.DataSource;

/**
 * An office with a database and its replica in the PostgreSQL that many share. Both sides are read
 * by statements of these tests' own in the end.
 */
final class OfficeScene implements AutoCloseable {

  private static final String INSERT = "insert into invoice values (?, ?, ?, ?)";

  private static final Tenant TENANT = new Tenant("acme", "office");

  final TestDatabase kind;
  final ManualClock clock = ManualClock.create();
  private final StateStore state = MemoryBackend.create(clock).state("office");
  private final List<SpyDataSource> open = new ArrayList<>();
  final DataSource office;
  final DataSource cloud;
  String life = "first";

  OfficeScene(TestDatabase kind) {
    this.kind = kind;
    this.office = opened(kind);
    this.cloud = opened(TestDatabase.POSTGRESQL);
    JdbcSchema.of(cloud).only(JdbcSchema.Component.TABLE).install();
  }

  private DataSource opened(TestDatabase database) {
    SpyDataSource spy = database.empty();
    open.add(spy);
    return spy.dataSource();
  }

  @Override
  public void close() throws SQLException {
    for (SpyDataSource one : open) {
      one.close();
    }
  }

  // ---- both sides

  static void execute(DataSource database, String... statements) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** All rows of a query, each as one text. */
  static List<String> rows(DataSource database, String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        StringBuilder row = new StringBuilder();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
          String cell = result.getString(i);
          row.append(cell == null ? "-" : "'" + cell + "'").append(' ');
        }
        rows.add(row.toString());
      }
    }
    Collections.sort(rows);
    return rows;
  }

  SourceDatabase source(DataSource database, String... tables) {
    JdbcSource.Builder builder = JdbcSource.builder(database).incarnation(() -> life);
    for (String table : tables) {
      builder.table(table, JdbcTable.standard().markDrawnInTransaction("version"));
    }
    return builder.build();
  }

  /** Makes the shared tables as they are needed for the office's. */
  ReplicaDatabase shared(SourceDatabase source, String... extra) throws SQLException {
    JdbcTenants tenants = JdbcTenants.of(cloud);
    for (String table : source.tables()) {
      for (String sql : tenants.script(source.table(table).shape()).split(";\n", -1)) {
        if (!sql.isBlank()) {
          execute(cloud, sql);
        }
      }
    }
    execute(cloud, extra);
    tenants.register(TENANT);
    tenants.register(new Tenant("acme", "other"));
    return tenants.database(TENANT);
  }

  TableSync.Builder sync(SourceDatabase source, ReplicaDatabase replica) {
    return TableSync.builder("office", source, replica, state)
        .agent("agent")
        .batch(4, 64 << 20, Duration.ofSeconds(2))
        .environment(clock.environment());
  }

  void invoices() throws SQLException {
    execute(
        office,
        "create table invoice (id bigint primary key not null, customer "
            + text(200)
            + " null, cents bigint null, version bigint not null)",
        "create index invoice_version on invoice (version)");
  }

  /** Text that keeps everything apart. */
  String text(int size) {
    return switch (kind) {
      case MARIADB -> "varchar(" + size + ") character set utf8mb4 collate utf8mb4_nopad_bin";
      case SQLITE, POSTGRESQL, H2 -> "varchar(" + size + ")";
    };
  }

  void put(long id, String customer, long version) throws SQLException {
    execute(office, "delete from invoice where id = " + id);
    try (Connection connection = office.getConnection()) {
      insert(connection, id, customer, version);
    }
  }

  static void insert(Connection connection, long id, String customer, long version)
      throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      bind(insert, id, customer, version);
      insert.executeUpdate();
    }
  }

  private static void bind(PreparedStatement insert, long id, String customer, long version)
      throws SQLException {
    insert.setLong(1, id);
    insert.setString(2, customer);
    insert.setLong(3, id * 100);
    insert.setLong(4, version);
  }

  void put(int from, int to) throws SQLException {
    try (Connection connection = office.getConnection();
        PreparedStatement insert = connection.prepareStatement(INSERT)) {
      connection.setAutoCommit(false);
      for (int i = from; i <= to; i++) {
        bind(insert, i, "customer " + i, i);
        insert.addBatch();
      }
      insert.executeBatch();
      connection.commit();
      connection.setAutoCommit(true);
    }
  }

  void assertEqualInvoices() throws SQLException {
    assertThat(rows(cloud, "select id, customer, cents, version from invoice"))
        .isEqualTo(rows(office, "select id, customer, cents, version from invoice"));
  }
}
