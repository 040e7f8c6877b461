package dev.chirograph.jdbc;

import dev.chirograph.testkit.ExpectedSkips;

@ExpectedSkips(1) // columns have no bounds
class SqliteSharedReplicaTest extends JdbcReplicaConformance {

  SqliteSharedReplicaTest() {
    super(TestDatabase.SQLITE, true);
  }
}
