package dev.chirograph.jdbc;

class MariaDbTableColumnsIT extends TableColumnsAcceptance {
  MariaDbTableColumnsIT() {
    super(TestDatabase.MARIADB);
  }
}
