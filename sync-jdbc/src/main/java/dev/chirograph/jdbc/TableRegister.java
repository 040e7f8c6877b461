package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.table.Tenant;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The databases of customers that may replicate here. Immutable and safe for several threads. */
final class TableRegister {

  private final Database database;
  private final String insert;
  private final String find;
  private final String all;

  TableRegister(Database database) {
    this.database = database;
    this.insert =
        database.sql(
            "insert into ${table_database} (customer, database_name, registered)"
                + " values (?, ?, ${now})");
    this.find =
        database.sql(
            "select count(*) from ${table_database} where customer = ? and database_name = ?");
    this.all = database.sql("select database_name from ${table_database} where customer = ?");
  }

  /** Adds a database, unless it is there. */
  void add(Tenant tenant) {
    if (has(tenant)) {
      return;
    }
    try {
      database.transaction(
          "registering the database " + tenant,
          connection -> {
            try (PreparedStatement statement =
                connection.prepareStatement(database.timed(insert))) {
              bind(statement, tenant);
              return statement.executeUpdate();
            }
          });
    } catch (SyncException e) {
      if (e.kind() != Kind.ALREADY_EXISTS) {
        throw e;
      }
      // Somebody has registered it at the same time.
    }
  }

  boolean has(Tenant tenant) {
    return database.read(
        "looking for the database " + tenant,
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(find)) {
            bind(statement, tenant);
            try (ResultSet row = statement.executeQuery()) {
              return row.next() && row.getLong(1) > 0;
            }
          }
        });
  }

  /** The names of a customer's databases, in the order of their characters. */
  List<String> databases(String customer) {
    return database.read(
        "listing the databases of " + customer, connection -> databases(connection, customer));
  }

  private List<String> databases(Connection connection, String customer) throws SQLException {
    List<String> names = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(all)) {
      new Parameters(statement).addName(customer, database.dialect());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          names.add(Column.readName(rows, 1, database.dialect()));
        }
      }
    }
    Collections.sort(names);
    return names;
  }

  private void bind(PreparedStatement statement, Tenant tenant) throws SQLException {
    new Parameters(statement)
        .addName(tenant.customer(), database.dialect())
        .addName(tenant.database(), database.dialect());
  }
}
