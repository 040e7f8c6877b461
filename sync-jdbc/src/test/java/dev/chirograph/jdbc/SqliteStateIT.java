package dev.chirograph.jdbc;

class SqliteStateIT extends JdbcStateConformance {
  SqliteStateIT() {
    super(TestDatabase.SQLITE);
  }
}
