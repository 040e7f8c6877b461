package dev.chirograph.jdbc;

class PostgresSourceDatabaseIT extends JdbcSourceDatabaseConformance {

  PostgresSourceDatabaseIT() {
    super(TestDatabase.POSTGRESQL);
  }
}
