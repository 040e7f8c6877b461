package dev.chirograph.jdbc;

import java.sql.Connection;

/** With a pool whose connections are not at READ COMMITTED. */
class MariaDbHandlesSerializableIT extends JdbcHandlesConformance {
  MariaDbHandlesSerializableIT() {
    super(HandleHost.ofOurs(TestDatabase.MARIADB).at(Connection.TRANSACTION_SERIALIZABLE));
  }
}
