package dev.chirograph.jdbc;

class PostgresTablesIT extends TableAcceptance {
  PostgresTablesIT() {
    super(TestDatabase.POSTGRESQL);
  }
}
