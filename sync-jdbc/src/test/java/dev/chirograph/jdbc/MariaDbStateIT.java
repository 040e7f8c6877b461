package dev.chirograph.jdbc;

class MariaDbStateIT extends JdbcStateConformance {
  MariaDbStateIT() {
    super(TestDatabase.MARIADB);
  }
}
