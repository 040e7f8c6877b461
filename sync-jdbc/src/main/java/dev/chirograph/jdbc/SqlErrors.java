package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns the errors of drivers into ours.
 *
 * <p>States are those of the SQL standard and of PostgreSQL; numbers are the vendors' own. A
 * message names the operation, state and number, and never the driver's text, which may quote a
 * row.
 */
final class SqlErrors {

  /**
   * MySQL and MariaDB: deadlock, lock wait timeout, row or table changed since the snapshot,
   * counter locked.
   */
  private static final Set<Integer> MARIADB_LOCKS = Set.of(1213, 1205, 1020, 1412, 1467);

  /** MySQL and MariaDB: no disk or table space left, too many connections, read-only for now. */
  private static final Set<Integer> MARIADB_UNAVAILABLE = Set.of(1021, 1114, 1203, 1226, 1290);

  /** H2: deadlock, lock timeout, concurrent update. */
  private static final Set<Integer> H2_LOCKS = Set.of(40001, 50200, 90131);

  private static final int H2_INTERNAL = 50000;

  /** Serialisation failure, deadlock (PostgreSQL), lock not available, lock timeout. */
  private static final Set<String> LOCK_STATES = Set.of("40001", "40P01", "55P03", "HYT00");

  /** Read-only for now; PostgreSQL: a transaction that was idle or open for too long. */
  private static final Set<String> UNAVAILABLE_STATES = Set.of("25006", "25P03", "25P04");

  private static final Set<Integer> MARIADB_DENIED = Set.of(1044, 1045, 1142, 1143, 1227);

  private static final Set<String> MISSING_TABLE_STATES =
      Set.of("42P01", "3F000", "42S02", "42S03", "42S04");

  private static final int SQLITE_BUSY = 5;
  private static final int SQLITE_LOCKED = 6;
  private static final int SQLITE_READONLY = 8;
  private static final int SQLITE_CORRUPT = 11;
  private static final Set<Integer> SQLITE_UNAVAILABLE = Set.of(10, 13, 14); // disk, full, no file
  private static final int SQLITE_CONSTRAINT = 19;
  private static final int SQLITE_NOT_A_DATABASE = 26;

  private SqlErrors() {}

  /**
   * Whether the transaction lost against another one and was not done: running it again may help.
   */
  static boolean lostLock(SQLException error) {
    for (SQLException e = error; e != null; e = e.getNextException()) {
      if (LOCK_STATES.contains(state(e))
          || (isSqlite(e) && (code(e) == SQLITE_BUSY || code(e) == SQLITE_LOCKED))
          || (isH2(e) && H2_LOCKS.contains(e.getErrorCode()))
          || (!isSqlite(e) && !isH2(e) && MARIADB_LOCKS.contains(e.getErrorCode()))) {
        return true;
      }
    }
    return false;
  }

  /** Whether the table or the schema that a statement names does not exist. */
  static boolean missingTable(SQLException error) {
    return kind(error) == Kind.NOT_FOUND;
  }

  /** Whether something of this name or key is there already. */
  static boolean alreadyExists(SQLException error) {
    return kind(error) == Kind.ALREADY_EXISTS;
  }

  /**
   * Whether something of this key is there already, and the index of the key is this one. Vendors
   * put the name of the index into the text, in any language.
   */
  static boolean alreadyExistsIn(SQLException error, String index) {
    return alreadyExists(error) && String.valueOf(error.getMessage()).contains(index);
  }

  /**
   * Whether H2 failed inside: when two connections create the same index, it may notice no earlier.
   */
  static boolean failedInsideH2(SQLException error) {
    return isH2(error) && error.getErrorCode() == H2_INTERNAL;
  }

  /** Whether a failed commit certainly left nothing behind. */
  static boolean refusedCommit(SQLException error) {
    String state = state(error);
    return lostLock(error)
        || state.startsWith("23")
        || (state.startsWith("40") && !"40003".equals(state))
        || (isSqlite(error) && code(error) == SQLITE_CONSTRAINT);
  }

  /** Whether the connection is gone, so that nobody knows what became of the statement. */
  static boolean lostConnection(SQLException error) {
    String state = state(error);
    return error instanceof SQLNonTransientConnectionException
        || error instanceof SQLRecoverableException
        || state.startsWith("08")
        || state.equals("57P01");
  }

  /** This error as one of ours. */
  static SyncException of(String operation, SQLException error) {
    Kind kind = kind(error);
    return new SyncException(kind, failed(operation, error) + advice(kind), error);
  }

  /** The same for work in a transaction that is not ours to run again. */
  static SyncException ofCaller(String operation, SQLException error) {
    return lostLock(error)
        ? new SyncException(
            Kind.UNAVAILABLE,
            failed(operation, error)
                + ": the transaction lost against another one; roll it back and run it again",
            error)
        : of(operation, error);
  }

  /** An error for the log: without its cause, whose text may quote a row. */
  static String told(RuntimeException error) {
    return error instanceof SyncException ours
        ? ours.kind() + ": " + ours.getMessage()
        : error.toString();
  }

  private static String failed(String operation, SQLException error) {
    return operation
        + " failed in the database (SQL state "
        + (state(error).isEmpty() ? "none" : state(error))
        + ", code "
        + error.getErrorCode()
        + ")";
  }

  private static String advice(Kind kind) {
    return switch (kind) {
      case NOT_FOUND -> "; a table is missing: JdbcSchema.install() creates it";
      case PERMISSION_DENIED -> "; the database user lacks a right";
      case UNAVAILABLE -> "; trying again may help";
      default -> "; see the cause";
    };
  }

  private static Kind kind(SQLException error) {
    if (lostLock(error) || isConnectionError(error)) {
      return Kind.UNAVAILABLE;
    }
    if (isSqlite(error)) {
      return sqliteKind(error);
    }
    return vendorKind(error);
  }

  private static Kind vendorKind(SQLException error) {
    String state = state(error);
    int code = error.getErrorCode();
    if (state.startsWith("28") || "42501".equals(state) || (isH2(error) && code == 90096)) {
      return Kind.PERMISSION_DENIED;
    }
    if (!isH2(error) && MARIADB_DENIED.contains(code)) {
      return Kind.PERMISSION_DENIED;
    }
    if (MISSING_TABLE_STATES.contains(state) || code == 1049 || (isH2(error) && code == 90079)) {
      return Kind.NOT_FOUND;
    }
    if ("23505".equals(state)
        || code == 1062
        || Set.of("42P07", "42P06", "42S01", "42S11").contains(state)) {
      return Kind.ALREADY_EXISTS;
    }
    if (state.startsWith("22") || state.startsWith("23")) {
      return Kind.INVALID_ARGUMENT;
    }
    if (state.startsWith("0A")) {
      return Kind.UNSUPPORTED;
    }
    if (state.equals("XX001") || state.equals("XX002")) {
      return Kind.CORRUPT;
    }
    return Kind.UNEXPECTED;
  }

  private static Kind sqliteKind(SQLException error) {
    String text = String.valueOf(error.getMessage()).toLowerCase(Locale.ROOT);
    return switch (code(error)) {
      case SQLITE_READONLY -> Kind.PERMISSION_DENIED;
      case SQLITE_CORRUPT, SQLITE_NOT_A_DATABASE -> Kind.CORRUPT;
      case SQLITE_CONSTRAINT ->
          text.contains("unique") || text.contains("primary key")
              ? Kind.ALREADY_EXISTS
              : Kind.INVALID_ARGUMENT;
      default -> text.contains("no such table") ? Kind.NOT_FOUND : Kind.UNEXPECTED;
    };
  }

  private static boolean isConnectionError(SQLException error) {
    String state = state(error);
    return error instanceof SQLTransientConnectionException
        || error instanceof SQLNonTransientConnectionException
        || error instanceof SQLRecoverableException
        || error instanceof SQLTimeoutException
        || state.startsWith("08")
        || state.startsWith("53")
        || state.startsWith("57")
        || UNAVAILABLE_STATES.contains(state)
        || (isSqlite(error) && SQLITE_UNAVAILABLE.contains(code(error)))
        || (!isSqlite(error) && !isH2(error) && MARIADB_UNAVAILABLE.contains(error.getErrorCode()));
  }

  private static boolean isSqlite(SQLException error) {
    return error.getClass().getName().startsWith("org.sqlite.");
  }

  private static boolean isH2(SQLException error) {
    return error.getClass().getName().startsWith("org.h2.");
  }

  private static int code(SQLException error) {
    return error.getErrorCode() & 0xff;
  }

  private static String state(SQLException error) {
    @Nullable String state = error.getSQLState();
    return state == null ? "" : state;
  }
}
