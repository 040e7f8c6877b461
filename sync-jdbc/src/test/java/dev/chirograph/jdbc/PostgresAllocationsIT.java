package dev.chirograph.jdbc;

class PostgresAllocationsIT extends JdbcAllocationsConformance {
  PostgresAllocationsIT() {
    super(TestDatabase.POSTGRESQL);
  }
}
