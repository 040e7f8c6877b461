package dev.chirograph.jdbc;

class SqliteTableRowsIT extends TableRowsAcceptance {
  SqliteTableRowsIT() {
    super(TestDatabase.SQLITE);
  }
}
