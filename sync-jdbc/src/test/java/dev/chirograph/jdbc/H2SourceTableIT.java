package dev.chirograph.jdbc;

class H2SourceTableIT extends JdbcSourceTableConformance {

  H2SourceTableIT() {
    super(TestDatabase.H2);
  }
}
