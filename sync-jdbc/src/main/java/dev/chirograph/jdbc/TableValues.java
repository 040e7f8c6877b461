package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnType;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Cells as drivers take them: the reverse of what a select of their texts gives. */
final class TableValues {

  /** No words like "now" and "today", which PostgreSQL would take for a time. */
  private static final Pattern TIME = Pattern.compile("-?infinity|[-+0-9: .]+( BC)?");

  private TableValues() {}

  /** How a value of a type stands in a statement. */
  static String parameter(ColumnType type, Dialect dialect) {
    return dialect == Dialect.H2 && type.kind() == ColumnType.Kind.JSON ? "? format json" : "?";
  }

  /**
   * A cell as the text that this column would give back.
   *
   * @param table for messages
   * @param column that of the replica, which may have another type than the format's
   * @throws SyncException of kind INVALID_ARGUMENT when the column cannot hold it as it is, as far
   *     as can be told without the database; the message has nothing of the cell
   */
  static String checked(String table, Column column, String cell, Dialect dialect) {
    ColumnType type = column.type();
    Optional<String> fault =
        Names.fault(dialect == Dialect.POSTGRESQL ? cell : cell.replace("\0", ""));
    if (fault.isPresent()) {
      throw refused(table, column, fault.get() + ", which the database does not store", null);
    }
    if (isTooLong(type, cell) && dialect != Dialect.SQLITE) { // which cares for no length
      throw refused(table, column, "has more than " + type.size() + " characters", null);
    }
    switch (type.kind()) {
      case DATE, TIME, TIMESTAMP, INSTANT -> {
        if (!TIME.matcher(cell).matches()) {
          throw refused(table, column, "is no " + type, null);
        }
      }
      case UUID, BYTES -> {
        String digits = cell.replace("-", "");
        if (!digits.chars().allMatch(HexFormat::isHexDigit) || digits.length() % 2 != 0) {
          throw refused(table, column, "is no " + type, null);
        }
      }
      default -> {}
    }
    try {
      return type.text(cell);
    } catch (SyncException e) {
      throw refused(table, column, "is no " + type, e);
    }
  }

  /** Databases cut off spaces that are too many, and say nothing. */
  private static boolean isTooLong(ColumnType type, String cell) {
    return type.kind() == ColumnType.Kind.TEXT
        && type.size() > 0
        && cell.length() > type.size()
        && cell.codePointCount(0, cell.length()) > type.size();
  }

  private static SyncException refused(
      String table, Column column, String why, @Nullable Exception cause) {
    String text = "a row cannot be stored in " + table + ": its '" + column.name() + "' " + why;
    return cause == null
        ? SyncException.invalid(text)
        : new SyncException(SyncException.Kind.INVALID_ARGUMENT, text, cause);
  }

  /**
   * Sets a parameter.
   *
   * @param table for messages
   * @param cell as {@link #checked} gives it; null for no value
   * @throws SyncException of kind INVALID_ARGUMENT when the database has no such value
   */
  static void bind(
      PreparedStatement statement,
      int index,
      String table,
      Column column,
      @Nullable String cell,
      Dialect dialect)
      throws SQLException {
    if (cell == null) {
      statement.setNull(index, nullType(column.type(), dialect));
      return;
    }
    try {
      switch (dialect) {
        case POSTGRESQL -> bindPostgres(statement, index, column.type(), cell);
        case MARIADB -> bindMariaDb(statement, index, column.type(), cell);
        case H2 -> bindH2(statement, index, column.type(), cell);
        default -> bindSqlite(statement, index, column.type(), cell);
      }
    } catch (DateTimeException | IllegalArgumentException e) {
      throw refused(table, column, "is no " + column.type() + " of " + dialect, e);
    }
  }

  private static int nullType(ColumnType type, Dialect dialect) {
    if (dialect == Dialect.POSTGRESQL) {
      return type.kind() == ColumnType.Kind.BYTES ? Types.BINARY : Types.NULL;
    }
    return Types.NULL;
  }

  /** The server knows the column and reads the text. */
  private static void bindPostgres(
      PreparedStatement statement, int index, ColumnType type, String cell) throws SQLException {
    if (type.kind() == ColumnType.Kind.BYTES) {
      statement.setBytes(index, bytes(cell));
    } else {
      statement.setObject(index, textOfPostgres(type, cell), Types.OTHER);
    }
  }

  /** A text that PostgreSQL reads as a value of the type, whatever the zone of the session. */
  static @Nullable String textOfPostgres(ColumnType type, @Nullable String cell) {
    return cell != null && type.kind() == ColumnType.Kind.INSTANT && !cell.endsWith("infinity")
        ? cell.replaceFirst("( BC)?$", "+00$1")
        : cell;
  }

  private static void bindMariaDb(
      PreparedStatement statement, int index, ColumnType type, String cell) throws SQLException {
    switch (type.kind()) {
      case INTEGER, DECIMAL -> statement.setBigDecimal(index, new BigDecimal(cell));
      case BOOLEAN -> statement.setInt(index, Integer.parseInt(cell));
      case FLOAT, DOUBLE -> statement.setDouble(index, finite(cell));
      case BYTES -> statement.setBytes(index, bytes(cell));
      default -> statement.setString(index, cell);
    }
  }

  private static void bindH2(PreparedStatement statement, int index, ColumnType type, String cell)
      throws SQLException {
    switch (type.kind()) {
      case INTEGER, DECIMAL -> statement.setBigDecimal(index, new BigDecimal(cell));
      case BOOLEAN -> statement.setBoolean(index, cell.equals("1"));
      case FLOAT -> statement.setFloat(index, Float.parseFloat(cell));
      case DOUBLE -> statement.setDouble(index, Double.parseDouble(cell));
      case BYTES -> statement.setBytes(index, bytes(cell));
      case UUID -> statement.setObject(index, UUID.fromString(cell));
      case DATE -> statement.setObject(index, LocalDate.parse(cell));
      case TIME -> statement.setObject(index, LocalTime.parse(cell));
      case TIMESTAMP -> statement.setObject(index, time(cell));
      case INSTANT -> statement.setObject(index, time(cell).atOffset(ZoneOffset.UTC));
      default -> statement.setString(index, cell);
    }
  }

  private static LocalDateTime time(String cell) {
    return LocalDateTime.parse(cell.replace(' ', 'T'));
  }

  /** Columns take what they are given, so it is given in the way in which they are read. */
  private static void bindSqlite(
      PreparedStatement statement, int index, ColumnType type, String cell) throws SQLException {
    switch (type.kind()) {
      case INTEGER -> statement.setLong(index, Long.parseLong(cell));
      case BOOLEAN -> statement.setInt(index, Integer.parseInt(cell));
      case FLOAT, DOUBLE -> statement.setDouble(index, finite(cell));
      case BYTES -> statement.setBytes(index, bytes(cell));
      default -> statement.setString(index, cell);
    }
  }

  private static byte[] bytes(String cell) {
    return HexFormat.of().parseHex(cell);
  }

  /** SQLite would store null in place of what is no number, MariaDB has none but finite ones. */
  private static double finite(String cell) {
    double value = Double.parseDouble(cell);
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("a number that is not finite");
    }
    return value;
  }
}
