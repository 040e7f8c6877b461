package dev.chirograph.jdbc;

class H2HandlesTest extends JdbcHandlesConformance {
  H2HandlesTest() {
    super(TestDatabase.H2);
  }
}
