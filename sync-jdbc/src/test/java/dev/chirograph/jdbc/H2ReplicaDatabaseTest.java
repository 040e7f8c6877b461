package dev.chirograph.jdbc;

class H2ReplicaDatabaseTest extends JdbcReplicaDatabaseConformance {

  H2ReplicaDatabaseTest() {
    super(TestDatabase.H2);
  }
}
