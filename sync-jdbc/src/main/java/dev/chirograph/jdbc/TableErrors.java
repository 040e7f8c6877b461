package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.TableShape;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Why a database did not take rows, told without a piece of them: its own text may quote them.
 *
 * <p>States are those of the SQL standard and of PostgreSQL; numbers are the vendors' own.
 */
final class TableErrors {

  /** MySQL and MariaDB, and its driver: a packet or a result that is too large. */
  private static final Set<Integer> MARIADB_TOO_LARGE = Set.of(1153, 1301, 1118, 139);

  /** No default value, wrong value, and values that were cut off, where the mode is strict. */
  private static final Set<Integer> MARIADB_VALUE =
      Set.of(1364, 1366, 1265, 1292, 1406, 1264, 1411);

  private static final int MARIADB_SIGNAL = 1644;
  private static final Set<Integer> H2_TRIGGER = Set.of(0, 90044);
  private static final int SQLITE_TOO_BIG = 18;
  private static final int SQLITE_MISMATCH = 20;

  private TableErrors() {}

  /** Whether a row of the write is to blame, or its size; not the database or the way to it. */
  static boolean blamesRows(SQLException error) {
    return switch (kind(error)) {
      case INVALID_ARGUMENT, ALREADY_EXISTS, TOO_LARGE -> true;
      default -> false;
    };
  }

  /** Whether another row has a value that is unique. */
  static boolean takesUniqueValue(SQLException error) {
    return kind(error) == Kind.ALREADY_EXISTS;
  }

  /** An error of a statement that wrote rows. */
  static SyncException of(TableShape shape, SQLException error) {
    Kind kind = kind(error);
    String text =
        "writing rows of "
            + shape.name()
            + " failed in the database: "
            + reason(kind, error)
            + columns(shape, error)
            + " (SQL state "
            + state(error)
            + ", code "
            + error.getErrorCode()
            + ")";
    return new SyncException(kind, text, error);
  }

  private static Kind kind(SQLException error) {
    if (isTooLarge(error)) {
      return Kind.TOO_LARGE;
    }
    if (isOfTrigger(error)) {
      return Kind.INVALID_ARGUMENT;
    }
    Kind kind = SqlErrors.of("", error).kind();
    return kind == Kind.UNEXPECTED && isOfValue(error) ? Kind.INVALID_ARGUMENT : kind;
  }

  private static boolean isTooLarge(SQLException error) {
    if (isSqlite(error)) {
      return (error.getErrorCode() & 0xff) == SQLITE_TOO_BIG;
    }
    return state(error).startsWith("54")
        || (isMariaDb(error)
            && (MARIADB_TOO_LARGE.contains(error.getErrorCode())
                || text(error).contains("max_allowed_packet")));
  }

  private static boolean isOfValue(SQLException error) {
    return (isSqlite(error) && (error.getErrorCode() & 0xff) == SQLITE_MISMATCH)
        || (isMariaDb(error) && MARIADB_VALUE.contains(error.getErrorCode()));
  }

  /**
   * What the host's own code raises about a row, whatever a driver makes of it. H2 passes on an
   * SQLException of a trigger, which has no number of H2's.
   */
  private static boolean isOfTrigger(SQLException error) {
    return state(error).equals("P0001")
        || (isMariaDb(error) && error.getErrorCode() == MARIADB_SIGNAL)
        || (isH2(error) && H2_TRIGGER.contains(error.getErrorCode()));
  }

  private static String reason(Kind kind, SQLException error) {
    return switch (kind) {
      case ALREADY_EXISTS -> "another row has the same unique value";
      case TOO_LARGE -> "it is more than the database takes at once";
      case INVALID_ARGUMENT -> reasonOfRow(error).orElse("a row does not fit the table");
      default -> "see the cause";
    };
  }

  private static Optional<String> reasonOfRow(SQLException error) {
    if (isOfTrigger(error)) {
      return Optional.of("a trigger does not take it");
    }
    String text = text(error);
    if (isSqlite(error)) {
      return text.contains("foreign key")
          ? Optional.of("a row refers to one that is not there, or is referred to")
          : text.contains("not null")
              ? Optional.of("a value is missing")
              : text.contains("check") ? Optional.of("a check does not hold") : Optional.empty();
    }
    if (isMariaDb(error)) {
      return reasonOfMariaDb(error.getErrorCode());
    }
    return Optional.ofNullable(
        switch (state(error)) {
          case "22001" -> "a value is too long";
          case "22003" -> "a number is out of range";
          case "22007", "22008", "22018", "22P02", "22P03", "22021" ->
              "a value is none of its column's type";
          case "23502" -> "a value is missing";
          case "23503", "23506" -> "a row refers to one that is not there, or is referred to";
          case "23513", "23514" -> "a check does not hold";
          default -> null;
        });
  }

  private static Optional<String> reasonOfMariaDb(int code) {
    return Optional.ofNullable(
        switch (code) {
          case 1406 -> "a value is too long";
          case 1264 -> "a number is out of range";
          case 1366, 1265, 1292, 1411 -> "a value is none of its column's type";
          case 1048, 1364 -> "a value is missing";
          case 1452, 1216, 1451, 1217 -> "a row refers to one that is not there, or is referred to";
          case 4025, 3819 -> "a check does not hold";
          default -> null;
        });
  }

  /** The columns that the database names; the names of others are no secret either. */
  private static String columns(TableShape shape, SQLException error) {
    String text = text(error);
    int statement = text.indexOf("sql statement:"); // H2 repeats it, and it names all columns
    text = statement < 0 ? text : text.substring(0, statement);
    StringBuilder named = new StringBuilder();
    for (Column column : shape.columns()) {
      String name = column.name().toLowerCase(Locale.ROOT);
      if (text.contains("'" + name + "'")
          || text.contains("\"" + name + "\"")
          || text.contains("\"" + name + " ") // H2, with its type
          || text.contains("." + name)) {
        named.append(named.isEmpty() ? ", as it seems of '" : "', '").append(column.name());
      }
    }
    return named.isEmpty() ? "" : named + "'";
  }

  private static boolean isSqlite(SQLException error) {
    return error.getClass().getName().startsWith("org.sqlite.");
  }

  private static boolean isMariaDb(SQLException error) {
    return !isSqlite(error)
        && !error.getClass().getName().startsWith("org.postgresql.")
        && !isH2(error);
  }

  private static boolean isH2(SQLException error) {
    return error.getClass().getName().startsWith("org.h2.");
  }

  private static String text(SQLException error) {
    return String.valueOf(error.getMessage()).toLowerCase(Locale.ROOT);
  }

  private static String state(SQLException error) {
    @Nullable String state = error.getSQLState();
    return state == null ? "" : state;
  }
}
