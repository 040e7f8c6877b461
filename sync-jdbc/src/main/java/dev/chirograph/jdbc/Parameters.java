package dev.chirograph.jdbc;

import java.sql.PreparedStatement;
import java.sql.SQLException;

/** Sets the parameters of a statement one after another. */
final class Parameters {

  private final PreparedStatement statement;
  private int last;

  Parameters(PreparedStatement statement) {
    this.statement = statement;
  }

  Parameters add(long value) throws SQLException {
    statement.setLong(++last, value);
    return this;
  }

  Parameters add(int value) throws SQLException {
    statement.setInt(++last, value);
    return this;
  }

  Parameters add(short value) throws SQLException {
    statement.setShort(++last, value);
    return this;
  }

  Parameters add(String value) throws SQLException {
    statement.setString(++last, value);
    return this;
  }

  Parameters add(byte[] value) throws SQLException {
    statement.setBytes(++last, value);
    return this;
  }

  /** A UUID, as text; MariaDB's driver knows no other. */
  Parameters addUuid(String value, Dialect dialect) throws SQLException {
    if (dialect == Dialect.MARIADB) {
      return add(value);
    }
    statement.setObject(++last, java.util.UUID.fromString(value));
    return this;
  }

  /** A value that is compared with a column of type {@link Column.Type#NAME}. */
  Parameters addName(String value, Dialect dialect) throws SQLException {
    Column.bindName(statement, ++last, value, dialect);
    return this;
  }

  /** The values of an {@link InList}; at least one. */
  Parameters addList(Column column, Object[] values, Dialect dialect) throws SQLException {
    last = InList.bind(statement.getConnection(), statement, last + 1, column, values, dialect) - 1;
    return this;
  }
}
