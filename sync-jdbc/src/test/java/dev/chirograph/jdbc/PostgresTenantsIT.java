package dev.chirograph.jdbc;

class PostgresTenantsIT extends JdbcTenantsConformance {

  PostgresTenantsIT() {
    super(TestDatabase.POSTGRESQL);
  }
}
