package dev.chirograph.jdbc;

class SqliteTableColumnsIT extends TableColumnsAcceptance {
  SqliteTableColumnsIT() {
    super(TestDatabase.SQLITE);
  }
}
