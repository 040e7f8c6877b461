package dev.chirograph.jdbc;

class MariaDbTablesIT extends TableAcceptance {
  MariaDbTablesIT() {
    super(TestDatabase.MARIADB);
  }
}
