package dev.chirograph.jdbc;

class SqliteHandlesIT extends JdbcHandlesConformance {
  SqliteHandlesIT() {
    super(TestDatabase.SQLITE);
  }
}
