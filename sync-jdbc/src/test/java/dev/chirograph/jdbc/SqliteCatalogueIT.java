package dev.chirograph.jdbc;

import dev.chirograph.testkit.ExpectedSkips;

@ExpectedSkips(1) // a catalogue takes no known values
class SqliteCatalogueIT extends JdbcCatalogueConformance {
  SqliteCatalogueIT() {
    super(TestDatabase.SQLITE);
  }
}
