package dev.chirograph.jdbc;

class SqliteSourceDatabaseIT extends JdbcSourceDatabaseConformance {

  SqliteSourceDatabaseIT() {
    super(TestDatabase.SQLITE);
  }
}
