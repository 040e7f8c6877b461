package dev.chirograph.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads a database's catalogue: three queries, for any number of tables. */
final class TableCatalogue {

  /** Table, column, type, size, digits, nullable, filled, type to cast to, who writes it. */
  private final String columns;

  /** Table, index, unique, identifies, ranges, column, exact; the primary key first. */
  private final String indexes;

  /** Table and the one that it refers to. */
  private final String parents;

  private final Dialect dialect;
  private final String schema;

  TableCatalogue(Dialect dialect, String schema) {
    this.dialect = dialect;
    this.schema = schema;
    this.columns =
        switch (dialect) {
          case POSTGRESQL -> TableCatalogueSql.POSTGRES_COLUMNS;
          case MARIADB -> TableCatalogueSql.MARIADB_COLUMNS;
          case H2 -> TableCatalogueSql.H2_COLUMNS;
          case SQLITE -> TableCatalogueSql.SQLITE_COLUMNS;
        };
    this.indexes =
        switch (dialect) {
          case POSTGRESQL -> TableCatalogueSql.POSTGRES_INDEXES;
          case MARIADB -> TableCatalogueSql.MARIADB_INDEXES;
          case H2 -> TableCatalogueSql.H2_INDEXES;
          case SQLITE -> TableCatalogueSql.SQLITE_INDEXES;
        };
    this.parents =
        switch (dialect) {
          case POSTGRESQL -> TableCatalogueSql.POSTGRES_PARENTS;
          case MARIADB -> TableCatalogueSql.MARIADB_PARENTS;
          case H2 -> TableCatalogueSql.H2_PARENTS;
          case SQLITE -> TableCatalogueSql.SQLITE_PARENTS;
        };
  }

  /**
   * The tables of the schema that have these names, those that are there.
   *
   * @param names all tables of the schema, when empty
   */
  Map<String, TableFacts> read(Connection connection, Collection<String> names)
      throws SQLException {
    Map<String, TableFacts> tables = new LinkedHashMap<>();
    query(columns, names)
        .each(
            connection,
            0,
            row ->
                tables
                    .computeIfAbsent(row.getString(1), name -> new TableFacts())
                    .columns()
                    .add(raw(row)));
    query(indexes, names)
        .each(
            connection,
            0,
            row -> {
              TableFacts facts = tables.get(row.getString(1));
              if (facts != null) {
                addIndexed(facts, row);
              }
            });
    query(parents, names)
        .each(
            connection,
            0,
            row -> {
              TableFacts facts = tables.get(row.getString(1));
              if (facts != null) {
                facts.parents().add(row.getString(2));
              }
            });
    return tables;
  }

  private TableQuery query(String sql, Collection<String> names) {
    TableQuery query = new TableQuery();
    String head = sql.substring(0, sql.indexOf(":schema"));
    String tail = sql.substring(head.length() + ":schema".length());
    query.add(head);
    if (dialect.hasSchemas()) {
      query.add("nullif(cast(? as " + text() + "), '')", schema);
    }
    int at = tail.indexOf(":tables");
    query.add(tail.substring(0, at));
    if (names.isEmpty()) {
      // Their rows are those of the tables that they are parts of.
      query.add(dialect == Dialect.POSTGRESQL ? "not c.relispartition" : "1 = 1");
    } else {
      String column = dialect == Dialect.POSTGRESQL ? "c.relname" : "t.table_name";
      query.add(column + " in (");
      int i = 0;
      for (String name : names) {
        query.add(i++ == 0 ? "?" : ", ?", name);
      }
      query.add(")");
    }
    return query.add(tail.substring(at + ":tables".length()));
  }

  private String text() {
    return dialect == Dialect.MARIADB ? "char(200)" : "varchar(200)";
  }

  private static TableFacts.Raw raw(ResultSet row) throws SQLException {
    return new TableFacts.Raw(
        row.getString(2),
        row.getString(3),
        row.getLong(4),
        row.getInt(5),
        row.getBoolean(6),
        row.getBoolean(7),
        row.getString(8),
        TableColumn.Written.valueOf(row.getString(9)));
  }

  private static void addIndexed(TableFacts facts, ResultSet row) throws SQLException {
    String name = row.getString(2);
    TableFacts.Index index = facts.indexes().get(name);
    if (index == null) {
      index =
          new TableFacts.Index(
              row.getBoolean(3),
              row.getBoolean(4),
              row.getBoolean(5),
              new ArrayList<>(),
              new ArrayList<>());
      facts.indexes().put(name, index);
    }
    String column = row.getString(6);
    index.columns().add(column == null ? "" : column);
    if (column != null && row.getBoolean(7)) {
      index.exact().add(column);
    }
  }
}
