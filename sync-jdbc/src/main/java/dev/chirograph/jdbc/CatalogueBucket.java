package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.OptionalInt;

/**
 * The number under which the rows of a tenant's bucket stand: looked up once, and given when the
 * first object is written.
 *
 * <p>Safe for use by several threads.
 */
final class CatalogueBucket {

  private static final int ATTEMPTS = 3;

  private final Database database;
  private final String tenant;
  private final String name;
  private final String find;
  private final String add;
  private volatile int number;

  CatalogueBucket(Database database, String tenant, String name) {
    this.database = database;
    this.tenant = tenant;
    this.name = name;
    this.find =
        database.sql("select bucket from ${catalogue_bucket} where tenant = ? and name = ?");
    this.add = database.sql("insert into ${catalogue_bucket} (tenant, name) values (?, ?)");
  }

  String name() {
    return name;
  }

  /** The number; empty when nothing was ever written. */
  OptionalInt number() {
    if (number == 0) {
      number = database.read("looking for the bucket '" + name + "'", this::find);
    }
    return number == 0 ? OptionalInt.empty() : OptionalInt.of(number);
  }

  /** The number, given now when there is none. */
  int numberOrNew() {
    for (int tries = 1; ; tries++) {
      OptionalInt known = number();
      if (known.isPresent()) {
        return known.getAsInt();
      }
      try {
        database.transaction("adding the bucket '" + name + "'", this::add);
      } catch (SyncException e) {
        if (e.kind() != SyncException.Kind.ALREADY_EXISTS || tries == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private Integer find(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(find)) {
      bind(statement);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? rows.getInt(1) : 0;
      }
    }
  }

  private Integer add(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(add)) {
      bind(statement);
      return statement.executeUpdate();
    }
  }

  private void bind(PreparedStatement statement) throws SQLException {
    Column.bindName(statement, 1, tenant, database.dialect());
    Column.bindName(statement, 2, name, database.dialect());
  }
}
