package dev.chirograph.jdbc;

import dev.chirograph.spi.table.SourceTable;
import dev.chirograph.spi.table.TableShape;
import dev.chirograph.testkit.SourceTableConformance;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tables of hosts on one database. */
abstract class JdbcSourceTableConformance extends SourceTableConformance {

  private final TestDatabase database;
  private final Map<SourceTable, HostTable> hosts = new HashMap<>();
  private @Nullable SpyDataSource spy;
  private @Nullable Connection host;

  JdbcSourceTableConformance(TestDatabase database) {
    this.database = database;
  }

  private SpyDataSource spy() {
    SpyDataSource now = spy;
    if (now == null) {
      now = database.empty();
      now.remembersNothing();
      spy = now;
    }
    return now;
  }

  @Override
  protected SourceTable newSource(TableShape shape) throws Exception {
    HostTable table = new HostTable(database, shape);
    if (shape.name().equals("collated") && database == TestDatabase.POSTGRESQL) {
      HostTable.execute(
          spy().dataSource(),
          "create collation lenient"
              + " (provider = icu, locale = 'und-u-ks-level1', deterministic = false)");
    }
    table.create(spy().dataSource(), "");
    JdbcTable options =
        shape.mark().map(JdbcTable.standard()::markDrawnInTransaction).orElse(JdbcTable.standard());
    if (shape.name().equals("rowversion")) {
      options = options.type("version", shape.column("version").orElseThrow().type());
    }
    SourceTable source =
        JdbcSource.builder(spy().dataSource())
            .table(shape.name(), options)
            .build()
            .table(shape.name());
    hosts.put(source, table);
    return source;
  }

  private Connection host() throws SQLException {
    Connection now = host;
    if (now == null) {
      now = spy().dataSource().getConnection();
      if (database == TestDatabase.MARIADB) {
        inUtc(now);
      }
      host = now;
    }
    return now;
  }

  private static void inUtc(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("set session time_zone = '+00:00'");
    }
  }

  @Override
  protected void put(SourceTable table, List<@Nullable String> cells) throws Exception {
    Connection connection = host();
    connection.setAutoCommit(false);
    hosts.get(table).put(connection, cells);
    connection.commit();
  }

  @Override
  protected void remove(SourceTable table, List<@Nullable String> key) throws Exception {
    hosts.get(table).remove(host(), key);
    if (!host().getAutoCommit()) {
      host().commit();
    }
  }

  @Override
  protected Runnable putOpen(SourceTable table, List<@Nullable String> cells) throws Exception {
    if (database == TestDatabase.SQLITE) {
      return super.putOpen(table, cells);
    }
    Connection connection = spy().dataSource().getConnection();
    connection.setAutoCommit(false);
    hosts.get(table).insert(connection, cells);
    return () -> {
      try {
        connection.commit();
        connection.close();
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    };
  }

  @Override
  protected void close() throws Exception {
    if (host != null) {
      host.close();
    }
    if (spy != null) {
      spy.close();
    }
  }
}
