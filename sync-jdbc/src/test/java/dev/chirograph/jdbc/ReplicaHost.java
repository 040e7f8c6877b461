package dev.chirograph.jdbc;

import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.ColumnType.Kind;
import dev.chirograph.spi.table.TableShape;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;

/** A host that makes tables for replicas by our scripts. */
final class ReplicaHost {

  private final TestDatabase database;
  private final SpyDataSource spy;

  ReplicaHost(TestDatabase database) {
    this.database = database;
    this.spy = database.empty();
    JdbcSchema.of(spy.dataSource()).only(JdbcSchema.Component.TABLE).install();
  }

  SpyDataSource spy() {
    return spy;
  }

  /** Options for a table of a shape: what the database does not know of it. */
  static JdbcTable options(TableShape shape) {
    JdbcTable options = shape.mark().map(JdbcTable.standard()::mark).orElse(JdbcTable.standard());
    return shape.name().equals("rowversion")
        ? options.type("version", shape.column("version").orElseThrow().type())
        : options;
  }

  /**
   * Makes a table.
   *
   * @param script as {@link JdbcReplica#script} writes it
   */
  void create(TableShape shape, String script) throws SQLException {
    if (!shape.name().equals("collated")) {
      execute(script);
      return;
    }
    if (database == TestDatabase.POSTGRESQL) {
      execute(
          "create collation if not exists lenient"
              + " (provider = icu, locale = 'und-u-ks-level1', deterministic = false)");
    }
    execute(script.replaceFirst("(\"name\"|`name`) [^\n]*", "$1 " + lenient() + " not null,"));
  }

  private String lenient() {
    return switch (database) {
      case POSTGRESQL -> "text collate lenient";
      case MARIADB -> "varchar(400) character set utf8mb4 collate utf8mb4_unicode_ci";
      case H2 -> "varchar_ignorecase(400)";
      case SQLITE -> "text collate nocase";
    };
  }

  /** The shape with a column that is short enough to be indexed everywhere. */
  static TableShape indexable(TableShape shape, String column) {
    return new TableShape(
        shape.name(),
        shape.columns().stream()
            .map(
                one ->
                    one.name().equals(column)
                        ? new Column(column, new ColumnType(Kind.TEXT, 0, 200), one.nullable())
                        : one)
            .toList(),
        shape.key(),
        shape.mark());
  }

  void unique(TableShape shape, List<String> columns) throws SQLException {
    execute(
        "create unique index unique_"
            + shape.name()
            + " on "
            + quoted(shape.name())
            + columns.stream().map(this::quoted).collect(Collectors.joining(", ", " (", ")"))
            + ";\n");
  }

  String quoted(String name) {
    return Dialect.valueOf(database.name()).quoted(name);
  }

  void execute(String script) throws SQLException {
    try (Connection connection = spy.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : script.split(";\n", -1)) {
        if (!sql.isBlank()) {
          statement.execute(sql);
        }
      }
    }
  }

  /** What may lose against somebody else. */
  void tryExecute(String sql) {
    try {
      execute(sql);
    } catch (SQLException e) {
      if (!SqlErrors.lostLock(e) && !SqlErrors.alreadyExists(e)) {
        throw new IllegalStateException(e);
      }
    }
  }

  long number(String sql) throws SQLException {
    return Long.parseLong(text(sql));
  }

  String text(String sql) throws SQLException {
    try (Connection connection = spy.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
