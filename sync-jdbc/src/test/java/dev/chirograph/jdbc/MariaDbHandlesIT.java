package dev.chirograph.jdbc;

class MariaDbHandlesIT extends JdbcHandlesConformance {
  MariaDbHandlesIT() {
    super(TestDatabase.MARIADB);
  }
}
