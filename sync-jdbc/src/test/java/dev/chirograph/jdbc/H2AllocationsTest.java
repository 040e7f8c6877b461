package dev.chirograph.jdbc;

class H2AllocationsTest extends JdbcAllocationsConformance {
  H2AllocationsTest() {
    super(TestDatabase.H2);
  }
}
