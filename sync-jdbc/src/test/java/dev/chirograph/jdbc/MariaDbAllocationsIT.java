package dev.chirograph.jdbc;

class MariaDbAllocationsIT extends JdbcAllocationsConformance {
  MariaDbAllocationsIT() {
    super(TestDatabase.MARIADB);
  }
}
