package dev.chirograph.jdbc;

import java.sql.Connection;

/** With a pool whose connections are not at READ COMMITTED. */
class PostgresHandlesSerializableIT extends JdbcHandlesConformance {
  PostgresHandlesSerializableIT() {
    super(HandleHost.ofOurs(TestDatabase.POSTGRESQL).at(Connection.TRANSACTION_SERIALIZABLE));
  }
}
