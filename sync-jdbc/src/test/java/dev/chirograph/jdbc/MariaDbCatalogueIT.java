package dev.chirograph.jdbc;

class MariaDbCatalogueIT extends JdbcCatalogueConformance {
  MariaDbCatalogueIT() {
    super(TestDatabase.MARIADB);
  }
}
