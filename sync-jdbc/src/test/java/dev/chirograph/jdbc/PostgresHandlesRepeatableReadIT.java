package dev.chirograph.jdbc;

import java.sql.Connection;

/** With a pool whose connections are not at READ COMMITTED. */
class PostgresHandlesRepeatableReadIT extends JdbcHandlesConformance {
  PostgresHandlesRepeatableReadIT() {
    super(HandleHost.ofOurs(TestDatabase.POSTGRESQL).at(Connection.TRANSACTION_REPEATABLE_READ));
  }
}
