package dev.chirograph.jdbc;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One statement that writes any number of rows: on PostgreSQL fed by one array for each column, so
 * that it is parsed once and sent once, and together with others; elsewhere a JDBC batch.
 *
 * <p>Immutable and safe for use by several threads.
 */
final class Bulk {

  /** Rows in one statement; bounds what a driver keeps in memory. */
  private static final int CHUNK = 5_000;

  private final Database database;
  private final String sql;
  private final List<Column> columns;

  /** The places of a row's values in the order of the statement's parameters. */
  private final int[] order;

  private Bulk(Database database, String sql, List<Column> columns, int[] order) {
    this.database = database;
    this.sql = sql;
    this.columns = columns;
    this.order = order;
  }

  /**
   * Inserts rows.
   *
   * @param table its name without prefix
   * @param columns those of a row, in order
   * @param stamps columns that take the store's time
   */
  static Bulk insert(Database database, String table, List<Column> columns, String... stamps) {
    String names =
        Stream.concat(columns.stream().map(Column::name), Stream.of(stamps))
            .collect(Collectors.joining(", "));
    boolean arrays = usesArrays(database);
    // Asked once for each statement, so that all stamps of a row are one time.
    String now = (arrays ? ", s.at" : ", ${now}").repeat(stamps.length);
    String sql =
        "insert into ${"
            + table
            + "} ("
            + names
            + ") "
            + (arrays
                ? "select n.*" + now + " from " + rows(columns) + ", (select ${now} as at) s"
                : "values (" + "?, ".repeat(columns.size() - 1) + "?" + now + ")");
    return new Bulk(
        database, database.sql(sql), columns, IntStream.range(0, columns.size()).toArray());
  }

  /**
   * Updates rows.
   *
   * @param table its name without prefix
   * @param keys the first columns of a row, which find it
   * @param values the others, which are set
   * @param stamps columns that take the store's time
   */
  static Bulk update(
      Database database, String table, List<Column> keys, List<Column> values, String... stamps) {
    boolean arrays = usesArrays(database);
    List<Column> columns = joined(keys, values);
    List<String> set = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      set.add(values.get(i).name() + " = " + (arrays ? "n.p" + (keys.size() + i) : "?"));
    }
    for (String stamp : stamps) {
      set.add(stamp + " = ${now}");
    }
    String sql =
        "update ${"
            + table
            + "}"
            + (arrays ? " t" : "")
            + " set "
            + String.join(", ", set)
            + (arrays ? " from " + rows(columns) : "")
            + " where "
            + condition(keys, arrays);
    int[] order =
        IntStream.concat(
                IntStream.range(arrays ? 0 : keys.size(), columns.size()),
                IntStream.range(0, arrays ? 0 : keys.size()))
            .toArray();
    return new Bulk(database, database.sql(sql), columns, order);
  }

  /**
   * Deletes rows.
   *
   * @param table its name without prefix
   * @param keys the columns that find a row
   */
  static Bulk delete(Database database, String table, List<Column> keys) {
    boolean arrays = usesArrays(database);
    String sql =
        "delete from ${"
            + table
            + "}"
            + (arrays ? " t using " + rows(keys) : "")
            + " where "
            + condition(keys, arrays);
    return new Bulk(database, database.sql(sql), keys, IntStream.range(0, keys.size()).toArray());
  }

  private static boolean usesArrays(Database database) {
    return database.dialect() == Dialect.POSTGRESQL;
  }

  /** The rows of the arrays as a table n with columns p0, p1, … */
  private static String rows(List<Column> columns) {
    String arrays =
        columns.stream()
            .map(column -> "?::" + column.type().element() + "[]")
            .collect(Collectors.joining(", "));
    String names =
        IntStream.range(0, columns.size()).mapToObj(i -> "p" + i).collect(Collectors.joining(", "));
    return "unnest(" + arrays + ") as n(" + names + ")";
  }

  private static String condition(List<Column> keys, boolean arrays) {
    return IntStream.range(0, keys.size())
        .mapToObj(
            i -> arrays ? "t." + keys.get(i).name() + " = n.p" + i : keys.get(i).name() + " = ?")
        .collect(Collectors.joining(" and "));
  }

  private static List<Column> joined(List<Column> first, List<Column> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }

  /**
   * Writes rows, each with the values of the columns in order; does nothing when there are none.
   */
  void run(Connection connection, List<@Nullable Object[]> rows) throws SQLException {
    runAll(connection, List.of(new Step(this, rows)));
  }

  /**
   * A statement and the rows it writes.
   *
   * @param rows each with the values of the columns in order; may be none
   */
  record Step(Bulk bulk, List<@Nullable Object[]> rows) {

    private Stream<Step> chunks() {
      return IntStream.iterate(0, start -> start < rows.size(), start -> start + CHUNK)
          .mapToObj(
              start -> new Step(bulk, rows.subList(start, Math.min(rows.size(), start + CHUNK))));
    }

    private String sql() {
      return bulk.database.timed(bulk.sql);
    }
  }

  /** Runs statements of one database one after another; on PostgreSQL in one round trip. */
  static void runAll(Connection connection, List<Step> steps) throws SQLException {
    List<Step> chunks = steps.stream().flatMap(Step::chunks).toList();
    if (chunks.isEmpty()) {
      return;
    }
    if (usesArrays(chunks.get(0).bulk().database)) {
      runArrays(connection, chunks);
      return;
    }
    for (Step step : chunks) {
      try (PreparedStatement statement = connection.prepareStatement(step.sql())) {
        step.bulk().runBatch(statement, step.rows());
      }
    }
  }

  private static void runArrays(Connection connection, List<Step> steps) throws SQLException {
    String sql = steps.stream().map(Step::sql).collect(Collectors.joining(";\n"));
    List<Array> arrays = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (Step step : steps) {
        List<Column> columns = step.bulk().columns;
        for (int i = 0; i < columns.size(); i++) {
          @Nullable Object[] values = step.bulk().values(step.rows(), i);
          Array array = connection.createArrayOf(columns.get(i).type().element(), values);
          arrays.add(array);
          statement.setArray(arrays.size(), array);
        }
      }
      statement.execute();
    } finally {
      for (Array array : arrays) {
        array.free();
      }
    }
  }

  private @Nullable Object[] values(List<@Nullable Object[]> rows, int column) {
    @Nullable Object[] values =
        columns.get(column).type() == Column.Type.BYTES
            ? new byte[rows.size()][]
            : new @Nullable Object[rows.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = rows.get(i)[column];
    }
    return values;
  }

  private void runBatch(PreparedStatement statement, List<@Nullable Object[]> rows)
      throws SQLException {
    for (@Nullable Object[] row : rows) {
      for (int i = 0; i < order.length; i++) {
        columns.get(order[i]).bind(statement, i + 1, row[order[i]], database.dialect());
      }
      statement.addBatch();
    }
    statement.executeBatch();
  }
}
