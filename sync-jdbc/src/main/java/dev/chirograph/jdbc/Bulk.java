package dev.chirograph.jdbc;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One statement that writes any number of rows: on PostgreSQL fed by one array for each column, so
 * that it is parsed once and sent once, and together with others; elsewhere a JDBC batch. Where
 * many rows are inserted, what is the same in all of them is sent once.
 *
 * <p>Immutable and safe for use by several threads.
 */
final class Bulk {

  /** Rows in one statement; bounds what a driver keeps in memory. */
  private static final int CHUNK = 5_000;

  /** From so many rows on it pays to have a statement of its own for what is the same in all. */
  private static final int MANY = 100;

  private final Database database;
  private final String sql;
  private final List<Column> columns;

  /** Writes the statement of an insert with some columns that are the same in all rows. */
  private final @Nullable Function<Set<Integer>, String> withSame;

  /** The places of a row's values in the order of the statement's parameters. */
  private final int[] order;

  private Bulk(Database database, String sql, List<Column> columns, int[] order) {
    this(database, sql, columns, order, null);
  }

  private Bulk(
      Database database,
      String sql,
      List<Column> columns,
      int[] order,
      @Nullable Function<Set<Integer>, String> withSame) {
    this.database = database;
    this.sql = sql;
    this.columns = columns;
    this.order = order;
    this.withSame = withSame;
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
    int[] order = IntStream.range(0, columns.size()).toArray();
    String into = "insert into ${" + table + "} (" + names + ") ";
    if (!usesArrays(database)) {
      String values =
          "values (" + "?, ".repeat(columns.size() - 1) + "?" + ", ${now}".repeat(stamps.length);
      return new Bulk(database, database.sql(into + values + ")"), columns, order);
    }
    Function<Set<Integer>, String> withSame =
        same -> database.sql(into + selectFromArrays(columns, same, stamps.length));
    return new Bulk(database, withSame.apply(Set.of()), columns, order, withSame);
  }

  private static String selectFromArrays(List<Column> columns, Set<Integer> same, int stamps) {
    String values =
        IntStream.range(0, columns.size())
            .mapToObj(i -> same.contains(i) ? "?::" + columns.get(i).type().element() : "n.p" + i)
            .collect(Collectors.joining(", "));
    // Asked once for each statement, so that all stamps of a row are one time.
    return "select "
        + values
        + ", s.at".repeat(stamps)
        + " from "
        + rows(columns, same)
        + (stamps == 0 ? "" : ", (select ${now} as at) s");
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

  private static String rows(List<Column> columns) {
    return rows(columns, Set.of());
  }

  /** The rows of the arrays as a table n with columns p0, p1, … but for those that have none. */
  private static String rows(List<Column> columns, Set<Integer> without) {
    List<Integer> present =
        IntStream.range(0, columns.size()).filter(i -> !without.contains(i)).boxed().toList();
    String arrays =
        present.stream()
            .map(i -> "?::" + columns.get(i).type().element() + "[]")
            .collect(Collectors.joining(", "));
    String names = present.stream().map(i -> "p" + i).collect(Collectors.joining(", "));
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
    List<Arrays> sent = steps.stream().map(Arrays::of).toList();
    String sql = sent.stream().map(Arrays::sql).collect(Collectors.joining(";\n"));
    List<Array> arrays = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      int next = 1;
      for (Arrays step : sent) {
        next = step.bind(connection, statement, next, arrays);
      }
      statement.execute();
    } finally {
      for (Array array : arrays) {
        array.free();
      }
    }
  }

  /**
   * A step as it is sent to PostgreSQL.
   *
   * @param same the columns whose values are the same in all rows, and sent once
   */
  private record Arrays(Step step, Set<Integer> same) {

    static Arrays of(Step step) {
      return new Arrays(
          step, step.bulk.withSame == null || step.rows.size() < MANY ? Set.of() : same(step.rows));
    }

    private static Set<Integer> same(List<@Nullable Object[]> rows) {
      @Nullable Object[] first = rows.get(0);
      Set<Integer> same = new TreeSet<>();
      for (int i = 0; i < first.length; i++) {
        int column = i;
        if (rows.stream().allMatch(row -> Objects.deepEquals(row[column], first[column]))) {
          same.add(i);
        }
      }
      return same.size() < first.length ? same : Set.of();
    }

    String sql() {
      Function<Set<Integer>, String> withSame = step.bulk.withSame;
      return withSame == null || same.isEmpty()
          ? step.sql()
          : step.bulk.database.timed(withSame.apply(same));
    }

    int bind(Connection connection, PreparedStatement statement, int first, List<Array> arrays)
        throws SQLException {
      List<Column> columns = step.bulk.columns;
      int next = first;
      for (int i : same) {
        columns.get(i).bind(statement, next++, step.rows.get(0)[i], Dialect.POSTGRESQL);
      }
      for (int i = 0; i < columns.size(); i++) {
        if (!same.contains(i)) {
          Column column = columns.get(i);
          Array array =
              connection.createArrayOf(column.type().element(), column.values(step.rows, i));
          arrays.add(array);
          statement.setArray(next++, array);
        }
      }
      return next;
    }
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
