package dev.chirograph.jdbc;

class PostgresSharedReplicaIT extends JdbcReplicaConformance {

  PostgresSharedReplicaIT() {
    super(TestDatabase.POSTGRESQL, true);
  }
}
