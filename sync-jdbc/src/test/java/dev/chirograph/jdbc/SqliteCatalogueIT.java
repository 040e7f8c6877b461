package dev.chirograph.jdbc;

class SqliteCatalogueIT extends JdbcCatalogueConformance {
  SqliteCatalogueIT() {
    super(TestDatabase.SQLITE);
  }
}
