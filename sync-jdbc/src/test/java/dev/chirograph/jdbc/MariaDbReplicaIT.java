package dev.chirograph.jdbc;

class MariaDbReplicaIT extends JdbcReplicaConformance {

  MariaDbReplicaIT() {
    super(TestDatabase.MARIADB, false);
  }
}
