package dev.chirograph.jdbc;

class PostgresCatalogueIT extends JdbcCatalogueConformance {
  PostgresCatalogueIT() {
    super(TestDatabase.POSTGRESQL);
  }
}
