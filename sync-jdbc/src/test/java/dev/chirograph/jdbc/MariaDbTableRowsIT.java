package dev.chirograph.jdbc;

class MariaDbTableRowsIT extends TableRowsAcceptance {
  MariaDbTableRowsIT() {
    super(TestDatabase.MARIADB);
  }
}
