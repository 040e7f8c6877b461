package dev.chirograph.jdbc;

import dev.chirograph.testkit.ExpectedSkips;

@ExpectedSkips(1) // a catalogue takes no known values
class H2CatalogueTest extends JdbcCatalogueConformance {
  H2CatalogueTest() {
    super(TestDatabase.H2);
  }
}
