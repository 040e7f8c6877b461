package dev.chirograph.jdbc;

class PostgresReplicaIT extends JdbcReplicaConformance {

  PostgresReplicaIT() {
    super(TestDatabase.POSTGRESQL, false);
  }
}
