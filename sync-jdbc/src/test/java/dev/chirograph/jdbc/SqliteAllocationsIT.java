package dev.chirograph.jdbc;

class SqliteAllocationsIT extends JdbcAllocationsConformance {
  SqliteAllocationsIT() {
    super(TestDatabase.SQLITE);
  }
}
