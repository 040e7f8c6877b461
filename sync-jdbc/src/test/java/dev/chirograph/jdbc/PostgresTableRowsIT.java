package dev.chirograph.jdbc;

class PostgresTableRowsIT extends TableRowsAcceptance {
  PostgresTableRowsIT() {
    super(TestDatabase.POSTGRESQL);
  }
}
