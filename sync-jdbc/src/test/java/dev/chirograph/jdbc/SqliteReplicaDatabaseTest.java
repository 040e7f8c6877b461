package dev.chirograph.jdbc;

class SqliteReplicaDatabaseTest extends JdbcReplicaDatabaseConformance {

  SqliteReplicaDatabaseTest() {
    super(TestDatabase.SQLITE);
  }
}
