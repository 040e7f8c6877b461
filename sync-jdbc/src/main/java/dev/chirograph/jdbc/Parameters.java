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
}
