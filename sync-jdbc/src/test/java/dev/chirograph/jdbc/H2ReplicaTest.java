package dev.chirograph.jdbc;

import dev.chirograph.testkit.ExpectedSkips;

@ExpectedSkips(1) // a column has twice the room, as some characters count twice
class H2ReplicaTest extends JdbcReplicaConformance {

  H2ReplicaTest() {
    super(TestDatabase.H2, false);
  }
}
