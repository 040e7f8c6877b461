package dev.chirograph.jdbc;

class H2StateTest extends JdbcStateConformance {
  H2StateTest() {
    super(TestDatabase.H2);
  }
}
