package dev.chirograph.jdbc;

class PostgresHandlesIT extends JdbcHandlesConformance {
  PostgresHandlesIT() {
    super(TestDatabase.POSTGRESQL);
  }
}
