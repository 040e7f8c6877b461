package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import dev.chirograph.spi.table.ColumnType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a table's own definition does not say: which column is its version, what identifies its rows
 * where no index does, how columns are read that have no type of ours.
 *
 * <p>Immutable.
 */
public final class JdbcTable {

  private static final JdbcTable STANDARD =
      new JdbcTable(List.of(), Optional.empty(), false, Set.of(), Map.of());

  private final List<String> key;
  private final Optional<String> mark;
  private final boolean inTransaction;
  private final Set<String> leftOut;
  private final Map<String, ColumnType> types;

  private JdbcTable(
      List<String> key,
      Optional<String> mark,
      boolean inTransaction,
      Set<String> leftOut,
      Map<String, ColumnType> types) {
    this.key = List.copyOf(key);
    this.mark = mark;
    this.inTransaction = inTransaction;
    this.leftOut = Set.copyOf(leftOut);
    this.types = Map.copyOf(types);
  }

  /** What the table's definition says, and no version. */
  public static JdbcTable standard() {
    return STANDARD;
  }

  /**
   * These options, and these columns identify a row: needed only where neither the primary key nor
   * a unique index over columns that are never null is the right one.
   */
  public JdbcTable key(String... columns) {
    return new JdbcTable(List.of(columns), mark, inTransaction, leftOut, types);
  }

  /**
   * These options, and this column grows with each change of a row: a whole number, a time of at
   * most six digits, or up to eight bytes, of one length. Nothing is known of when its values are
   * drawn, so that a transaction that commits late is waited for by time alone, and nothing is
   * certified.
   */
  public JdbcTable mark(String column) {
    return new JdbcTable(key, Optional.of(column), false, leftOut, types);
  }

  /**
   * These options, and this column grows with each change of a row, and <b>each transaction draws
   * its values itself, while it runs</b>, from a counter or from the clock of the database: an
   * identity or auto-increment column, a sequence, a default or trigger. The statement that writes
   * the row has to draw them on MariaDB and H2; on PostgreSQL any statement of the transaction.
   *
   * <p>Not so: values that the application makes up, the clock of an application, sequences of
   * PostgreSQL with {@code CACHE}, which give a session numbers for its later transactions, and the
   * time of day in a zone whose clocks are put back, without that zone. Rows that are not written
   * here are not drawn here: of a standby, a subscription, a replica or a node of a cluster of
   * MariaDB nothing is proven, nor to a user who does not see all transactions: on MariaDB one
   * without {@code PROCESS}, on H2 one who is no administrator. A warning in the log says why.
   */
  public JdbcTable markDrawnInTransaction(String column) {
    return new JdbcTable(key, Optional.of(column), true, leftOut, types);
  }

  /** These options, and these columns are no part of the table for the other side. */
  public JdbcTable leaveOut(String... columns) {
    Set<String> all = new HashSet<>(leftOut);
    all.addAll(List.of(columns));
    return new JdbcTable(key, mark, inTransaction, all, types);
  }

  /**
   * These options, and a column is read as being of a type, for instance a number whose digits the
   * database does not bound as one of two digits, to which values are rounded.
   */
  public JdbcTable type(String column, ColumnType type) {
    Map<String, ColumnType> more = new HashMap<>(types);
    more.put(column, type);
    return new JdbcTable(key, mark, inTransaction, leftOut, more);
  }

  List<String> key() {
    return key;
  }

  Optional<String> mark() {
    return mark;
  }

  boolean inTransaction() {
    return inTransaction;
  }

  Set<String> leftOut() {
    return leftOut;
  }

  Map<String, ColumnType> types() {
    return types;
  }

  /**
   * Everything that is named is there.
   *
   * @throws SyncException of kind INVALID_ARGUMENT when a column is not
   */
  void check(String table, Set<String> columns) {
    List<String> named = new ArrayList<>(key);
    mark.ifPresent(named::add);
    named.addAll(leftOut);
    named.addAll(types.keySet());
    for (String one : named) {
      if (!columns.contains(one)) {
        throw SyncException.invalid(
            "the options name '" + one + "', and the table " + table + " has no such column");
      }
    }
  }
}
