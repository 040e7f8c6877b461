package dev.chirograph.jdbc;

class PostgresStateIT extends JdbcStateConformance {
  PostgresStateIT() {
    super(TestDatabase.POSTGRESQL);
  }
}
