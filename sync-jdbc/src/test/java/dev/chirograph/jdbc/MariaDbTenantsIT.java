package dev.chirograph.jdbc;

class MariaDbTenantsIT extends JdbcTenantsConformance {

  MariaDbTenantsIT() {
    super(TestDatabase.MARIADB);
  }
}
