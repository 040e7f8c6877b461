package dev.chirograph.jdbc;

class SqliteTenantsTest extends JdbcTenantsConformance {

  SqliteTenantsTest() {
    super(TestDatabase.SQLITE);
  }
}
