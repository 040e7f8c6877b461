package dev.chirograph.jdbc;

class PostgresSourceTableIT extends JdbcSourceTableConformance {

  PostgresSourceTableIT() {
    super(TestDatabase.POSTGRESQL);
  }
}
