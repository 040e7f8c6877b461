package dev.chirograph.jdbc;

class PostgresReplicaDatabaseIT extends JdbcReplicaDatabaseConformance {

  PostgresReplicaDatabaseIT() {
    super(TestDatabase.POSTGRESQL);
  }
}
