package dev.chirograph.jdbc;

class MariaDbSourceDatabaseIT extends JdbcSourceDatabaseConformance {

  MariaDbSourceDatabaseIT() {
    super(TestDatabase.MARIADB);
  }
}
