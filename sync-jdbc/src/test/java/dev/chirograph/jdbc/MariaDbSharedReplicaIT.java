package dev.chirograph.jdbc;

class MariaDbSharedReplicaIT extends JdbcReplicaConformance {

  MariaDbSharedReplicaIT() {
    super(TestDatabase.MARIADB, true);
  }
}
