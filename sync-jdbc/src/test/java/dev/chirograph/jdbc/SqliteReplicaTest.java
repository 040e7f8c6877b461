package dev.chirograph.jdbc;

import dev.chirograph.testkit.ExpectedSkips;

@ExpectedSkips(1) // columns have no bounds
class SqliteReplicaTest extends JdbcReplicaConformance {

  SqliteReplicaTest() {
    super(TestDatabase.SQLITE, false);
  }
}
