package dev.chirograph.jdbc;

class H2SourceDatabaseIT extends JdbcSourceDatabaseConformance {

  H2SourceDatabaseIT() {
    super(TestDatabase.H2);
  }
}
