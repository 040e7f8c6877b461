package dev.chirograph.jdbc;

class PostgresTableColumnsIT extends TableColumnsAcceptance {
  PostgresTableColumnsIT() {
    super(TestDatabase.POSTGRESQL);
  }
}
