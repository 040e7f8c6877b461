package dev.chirograph.jdbc;

import static java.util.stream.Collectors.joining;

import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnType;
import java.sql.Array;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows of a host's table, any number with one statement: on PostgreSQL fed by one array for
 * each column, elsewhere a JDBC batch. Where tenants share the table, every statement names the
 * tenant of this object. Every method takes part in the caller's transaction.
 *
 * <p>Rows are lists of cells as {@link TableValues#checked} gives them, in the order of the columns
 * that are named with them.
 */
final class TableRows {

  /** Rows in one statement; bounds what a driver keeps in memory. */
  private static final int CHUNK = 5_000;

  /** Keys in one query where each is a parameter of its own. */
  private static final int LISTED = 1_000;

  /** Rows that are brought at a time, where all are read. */
  private static final int FETCH = 500;

  private static final String TYPES =
      "select a.attname, quote_ident(n.nspname) || '.' || quote_ident(t.typname)"
          + " from pg_attribute a join pg_type t on t.oid = a.atttypid"
          + " join pg_namespace n on n.oid = t.typnamespace"
          + " where a.attrelid = to_regclass(?) and a.attnum > 0 and not a.attisdropped";

  private final Dialect dialect;
  private final String table;
  private final TableScope scope;

  private final Map<String, String> types;

  /**
   * The rows of a table.
   *
   * @param types as {@link #types} has read them
   */
  TableRows(Dialect dialect, TableMeta meta, TableScope scope, Map<String, String> types) {
    this.dialect = dialect;
    this.table = meta.qualified(dialect);
    this.scope = scope;
    this.types = types;
  }

  /** The types of columns as PostgreSQL names them; empty elsewhere. */
  static Map<String, String> types(Connection connection, Dialect dialect, TableMeta meta)
      throws SQLException {
    Map<String, String> types = new HashMap<>();
    if (dialect == Dialect.POSTGRESQL) {
      try (PreparedStatement statement = connection.prepareStatement(TYPES)) {
        statement.setString(1, meta.qualified(dialect));
        try (ResultSet rows = statement.executeQuery()) {
          while (rows.next()) {
            types.put(rows.getString(1), rows.getString(2));
          }
        }
      }
    }
    return types;
  }

  // ---- writing

  /** Inserts rows. */
  void insert(Connection connection, List<Column> columns, List<List<@Nullable String>> rows)
      throws SQLException {
    String names =
        Stream.concat(
                columns.stream().map(this::quoted), scope.columns().stream().map(dialect::quoted))
            .collect(joining(", "));
    // Where the database gives out numbers, those of the source are kept.
    boolean given = dialect == Dialect.POSTGRESQL || dialect == Dialect.H2;
    String into =
        "insert into " + table + " (" + names + ")" + (given ? " overriding system value" : "");
    if (usesArrays()) {
      String values =
          Stream.concat(
                  sent(columns).stream(), IntStream.range(0, tenants()).mapToObj(i -> "i.c" + i))
              .collect(joining(", "));
      String from = sentRows(columns) + tenant();
      run(connection, into + " select " + values + " from " + from, columns, rows);
      return;
    }
    String values =
        Stream.concat(sent(columns).stream(), scope.columns().stream().map(column -> "?"))
            .collect(joining(", "));
    run(connection, into + " values (" + values + ")", columns, rows);
  }

  /** The tenant as a row to join, for PostgreSQL. */
  private String tenant() {
    if (tenants() == 0) {
      return "";
    }
    String names = IntStream.range(0, tenants()).mapToObj(i -> "c" + i).collect(joining(", "));
    return ", (values (" + marks(tenants()) + ")) as i(" + names + ")";
  }

  /**
   * Updates rows.
   *
   * @param columns those that are set, and behind them those that find a row
   * @param keys how many of them find a row
   */
  void update(
      Connection connection, List<Column> columns, int keys, List<List<@Nullable String>> rows)
      throws SQLException {
    int values = columns.size() - keys;
    List<String> sent = sent(columns);
    String set =
        IntStream.range(0, values)
            .mapToObj(i -> quoted(columns.get(i)) + " = " + sent.get(i))
            .collect(joining(", "));
    String sql =
        "update "
            + table
            + " as t set "
            + set
            + (usesArrays() ? " from " + sentRows(columns) : "")
            + " where "
            + condition(columns.subList(values, columns.size()), sent.subList(values, sent.size()));
    run(connection, sql, columns, rows);
  }

  /** Deletes rows by their keys; answers how many there were, where the driver tells. */
  int delete(Connection connection, List<Column> key, List<List<@Nullable String>> rows)
      throws SQLException {
    String sql =
        switch (dialect) {
          case POSTGRESQL -> "delete from " + table + " as t using " + sentRows(key);
          case MARIADB -> "delete t from " + table + " as t"; // 10.6 has no other with an alias
          default -> "delete from " + table + " as t";
        };
    return run(connection, sql + " where " + condition(key, sent(key)), key, rows);
  }

  /**
   * Finds rows by their keys, and keeps others from changing them until the transaction ends. The
   * database may find rows of other keys, which it takes for equal ones.
   *
   * @param select what to read of each row, of the table t
   */
  void lock(
      Connection connection,
      String select,
      List<Column> key,
      List<List<@Nullable String>> keys,
      Query.Taking taking)
      throws SQLException {
    int most = usesArrays() ? CHUNK : LISTED;
    for (int start = 0; start < keys.size(); start += most) {
      List<List<@Nullable String>> some = keys.subList(start, Math.min(keys.size(), start + most));
      String found = usesArrays() ? sentKeys(key) : listed(key, padded(some.size()));
      List<Array> arrays = new ArrayList<>();
      try (PreparedStatement statement = connection.prepareStatement(locking(select, found))) {
        if (usesArrays()) {
          bindTenant(statement, bindArrays(statement, key, some, arrays));
        } else {
          bindListed(statement, key, some);
        }
        takeAll(statement, taking);
      } finally {
        free(arrays);
      }
    }
  }

  /** Reads all rows, and keeps others from changing them until the transaction ends. */
  void lockAll(Connection connection, String select, Query.Taking taking) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(locking(select, "1 = 1" + ofTenant("t.")))) {
      bindTenant(statement, 1);
      statement.setFetchSize(FETCH);
      takeAll(statement, taking);
    }
  }

  private String locking(String select, String condition) {
    return "select " + select + " from " + table + " as t where " + condition + dialect.forUpdate();
  }

  private static void takeAll(PreparedStatement statement, Query.Taking taking)
      throws SQLException {
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        taking.take(rows);
      }
    }
  }

  /** The beginning of a statement that deletes rows of the tenant: first its parameters come. */
  String deleteFrom() {
    return "delete from " + table + " where 1 = 1" + ofTenant("");
  }

  // ---- SQL

  private boolean usesArrays() {
    return dialect == Dialect.POSTGRESQL;
  }

  private int tenants() {
    return scope.columns().size();
  }

  private String quoted(Column column) {
    return dialect.quoted(column.name());
  }

  private static String marks(int count) {
    return String.join(", ", Collections.nCopies(count, "?"));
  }

  /** The values of a row that is sent. */
  private List<String> sent(List<Column> columns) {
    return IntStream.range(0, columns.size())
        .mapToObj(
            i ->
                usesArrays()
                    ? "n.p" + i + cast(columns.get(i))
                    : TableValues.parameter(columns.get(i).type(), dialect))
        .toList();
  }

  private String cast(Column column) {
    return isBytes(column) ? "" : "::" + types.get(column.name());
  }

  private static boolean isBytes(Column column) {
    return column.type().kind() == ColumnType.Kind.BYTES;
  }

  /** The rows that are sent as a table n, for PostgreSQL. */
  private static String sentRows(List<Column> columns) {
    String arrays =
        columns.stream()
            .map(column -> isBytes(column) ? "?::bytea[]" : "?::text[]")
            .collect(joining(", "));
    String names = IntStream.range(0, columns.size()).mapToObj(i -> "p" + i).collect(joining(", "));
    return "unnest(" + arrays + ") as n(" + names + ")";
  }

  private String condition(List<Column> key, List<String> sent) {
    return IntStream.range(0, key.size())
            .mapToObj(i -> "t." + quoted(key.get(i)) + " = " + sent.get(i))
            .collect(joining(" and "))
        + ofTenant("t.");
  }

  /** A condition that the key of a row is one of some, where each value is a parameter. */
  private String listed(List<Column> key, int count) {
    List<String> columns = key.stream().map(column -> "t." + quoted(column)).toList();
    List<String> tenant =
        scope.columns().stream().map(dialect::quoted).map(column -> "t." + column).toList();
    if (dialect == Dialect.H2) {
      // Finds rows in an index of several columns only when all are compared at once.
      List<String> all = Stream.concat(tenant.stream(), columns.stream()).toList();
      return list(all, count, "(", ")");
    }
    String found =
        dialect == Dialect.MARIADB && key.size() > 1
            ? anyOf(columns, count) // which finds them in an index only like this
            : list(columns, count, key.size() > 1 ? "(values " : "(", ")");
    return found + ofTenant("t.");
  }

  private String ofTenant(String alias) {
    return scope.columns().stream()
        .map(dialect::quoted)
        .map(column -> " and " + alias + column + " = ?")
        .collect(joining());
  }

  /** A condition that the key of a row is one of those that are sent, for PostgreSQL. */
  private String sentKeys(List<Column> key) {
    String columns = key.stream().map(column -> "t." + quoted(column)).collect(joining(", "));
    String sent = String.join(", ", sent(key));
    return "(" + columns + ") in (select " + sent + " from " + sentRows(key) + ")" + ofTenant("t.");
  }

  private static String list(List<String> columns, int count, String open, String close) {
    String row = columns.size() == 1 ? "?" : "(" + marks(columns.size()) + ")";
    String left = columns.size() == 1 ? columns.get(0) : "(" + String.join(", ", columns) + ")";
    return left + " in " + open + String.join(", ", Collections.nCopies(count, row)) + close;
  }

  private static String anyOf(List<String> columns, int count) {
    String row = String.join(" = ? and ", columns) + " = ?";
    return "((" + String.join(") or (", Collections.nCopies(count, row)) + "))";
  }

  // ---- parameters

  private int run(
      Connection connection, String sql, List<Column> columns, List<List<@Nullable String>> rows)
      throws SQLException {
    int count = 0;
    for (int start = 0; start < rows.size(); start += CHUNK) {
      List<List<@Nullable String>> some = rows.subList(start, Math.min(rows.size(), start + CHUNK));
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        count +=
            usesArrays() ? runArrays(statement, columns, some) : runBatch(statement, columns, some);
      }
    }
    return count;
  }

  private int runArrays(
      PreparedStatement statement, List<Column> columns, List<List<@Nullable String>> rows)
      throws SQLException {
    List<Array> arrays = new ArrayList<>();
    try {
      bindTenant(statement, bindArrays(statement, columns, rows, arrays));
      return statement.executeUpdate();
    } finally {
      free(arrays);
    }
  }

  private static void free(List<Array> arrays) throws SQLException {
    for (Array array : arrays) {
      array.free();
    }
  }

  private int runBatch(
      PreparedStatement statement, List<Column> columns, List<List<@Nullable String>> rows)
      throws SQLException {
    for (List<@Nullable String> row : rows) {
      bindTenant(statement, bindRow(statement, 1, columns, row));
      statement.addBatch();
    }
    int count = 0;
    for (int one : executeBatch(statement)) {
      count += Math.max(0, one); // a driver need not tell
    }
    return count;
  }

  /** Runs a batch; fails with the error itself, as that of a batch tells no vendor or number. */
  static int[] executeBatch(PreparedStatement statement) throws SQLException {
    try {
      return statement.executeBatch();
    } catch (BatchUpdateException e) {
      if (e.getCause() instanceof SQLException cause) {
        throw cause;
      }
      @Nullable SQLException next = e.getNextException();
      throw next == null ? e : next;
    }
  }

  private static int bindArrays(
      PreparedStatement statement,
      List<Column> columns,
      List<List<@Nullable String>> rows,
      List<Array> arrays)
      throws SQLException {
    for (int i = 0; i < columns.size(); i++) {
      Column column = columns.get(i);
      int at = i;
      Array array =
          isBytes(column)
              ? statement
                  .getConnection()
                  .createArrayOf(
                      "bytea", rows.stream().map(row -> bytes(row.get(at))).toArray(byte[][]::new))
              : statement
                  .getConnection()
                  .createArrayOf(
                      "text",
                      rows.stream()
                          .map(row -> TableValues.textOfPostgres(column.type(), row.get(at)))
                          .toArray(String[]::new));
      arrays.add(array);
      statement.setArray(i + 1, array);
    }
    return columns.size() + 1;
  }

  private static byte @Nullable [] bytes(@Nullable String cell) {
    return cell == null ? null : HexFormat.of().parseHex(cell);
  }

  private int bindRow(
      PreparedStatement statement, int first, List<Column> columns, List<@Nullable String> row)
      throws SQLException {
    for (int i = 0; i < columns.size(); i++) {
      TableValues.bind(statement, first + i, table, columns.get(i), row.get(i), dialect);
    }
    return first + columns.size();
  }

  /** Sets the parameters from an index on to the tenant; answers the index behind them. */
  int bindTenant(PreparedStatement statement, int first) throws SQLException {
    int next = first;
    for (String value : scope.values()) {
      statement.setString(next++, value);
    }
    return next;
  }

  private void bindListed(
      PreparedStatement statement, List<Column> key, List<List<@Nullable String>> keys)
      throws SQLException {
    int next = 1;
    for (int i = 0; i < padded(keys.size()); i++) {
      next = dialect == Dialect.H2 ? bindTenant(statement, next) : next;
      next = bindRow(statement, next, key, keys.get(Math.min(i, keys.size() - 1)));
    }
    if (dialect != Dialect.H2) {
      bindTenant(statement, next);
    }
  }

  /** Few texts of a statement exist. */
  private static int padded(int count) {
    return count <= 1 ? 1 : Integer.highestOneBit(count - 1) << 1;
  }
}
