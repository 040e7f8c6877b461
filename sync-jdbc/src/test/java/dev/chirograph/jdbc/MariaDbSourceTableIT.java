package dev.chirograph.jdbc;

class MariaDbSourceTableIT extends JdbcSourceTableConformance {

  MariaDbSourceTableIT() {
    super(TestDatabase.MARIADB);
  }
}
