package dev.chirograph.jdbc;

import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A column that rows are written to.
 *
 * @param name its name
 * @param type how its values travel
 */
record Column(String name, Type type) {

  /** How values travel. */
  enum Type {
    LONG("bigint", Types.BIGINT),
    INT("int", Types.INTEGER),
    FLAG("boolean", Types.BOOLEAN),
    TEXT("text", Types.VARCHAR),
    /** Text that is compared byte by byte: a binary column where collations would interfere. */
    NAME("text", Types.VARCHAR),
    UUID("uuid", Types.VARCHAR),
    BYTES("bytea", Types.VARBINARY);

    private final String array;
    private final int jdbc;

    Type(String array, int jdbc) {
      this.array = array;
      this.jdbc = jdbc;
    }

    /** An array for values of the type, which knows it. */
    private @Nullable Object[] values(int length) {
      return switch (this) {
        case LONG -> new Long[length];
        case INT -> new Integer[length];
        case FLAG -> new Boolean[length];
        case BYTES -> new byte[length][];
        default -> new String[length];
      };
    }

    /** The PostgreSQL type of one element. */
    String element() {
      return array;
    }
  }

  static Column number(String name) {
    return new Column(name, Type.LONG);
  }

  static Column integer(String name) {
    return new Column(name, Type.INT);
  }

  static Column flag(String name) {
    return new Column(name, Type.FLAG);
  }

  static Column text(String name) {
    return new Column(name, Type.TEXT);
  }

  static Column name(String name) {
    return new Column(name, Type.NAME);
  }

  static Column uuid(String name) {
    return new Column(name, Type.UUID);
  }

  static Column bytes(String name) {
    return new Column(name, Type.BYTES);
  }

  /**
   * The values of this column in rows, as an array of their own type: PostgreSQL's driver sends no
   * other in binary.
   *
   * @param place which value of a row is meant
   */
  @Nullable Object[] values(List<@Nullable Object[]> rows, int place) {
    @Nullable Object[] values = type.values(rows.size());
    for (int i = 0; i < values.length; i++) {
      values[i] = rows.get(i)[place];
    }
    return values;
  }

  /** Sets a parameter to a value of this column. */
  void bind(PreparedStatement statement, int index, @Nullable Object value, Dialect dialect)
      throws SQLException {
    if (value == null) {
      statement.setNull(index, type.jdbc);
    } else if (type == Type.NAME) {
      bindName(statement, index, (String) value, dialect);
    } else if (type == Type.BYTES) {
      statement.setBytes(index, (byte[]) value);
    } else if (type == Type.UUID && dialect == Dialect.H2) {
      statement.setObject(index, java.util.UUID.fromString((String) value));
    } else {
      statement.setObject(index, value, type.jdbc);
    }
  }

  /** Sets a parameter that is compared with a column of type {@link Type#NAME}. */
  static void bindName(PreparedStatement statement, int index, String value, Dialect dialect)
      throws SQLException {
    if (dialect == Dialect.MARIADB) {
      statement.setBytes(index, value.getBytes(StandardCharsets.UTF_8));
    } else {
      statement.setString(index, value);
    }
  }

  /** Reads a column of type {@link Type#NAME}. */
  static String readName(ResultSet rows, int index, Dialect dialect) throws SQLException {
    return dialect == Dialect.MARIADB
        ? new String(rows.getBytes(index), StandardCharsets.UTF_8)
        : rows.getString(index);
  }
}
