package dev.chirograph.jdbc;

class SqliteTablesIT extends TableAcceptance {
  SqliteTablesIT() {
    super(TestDatabase.SQLITE);
  }
}
