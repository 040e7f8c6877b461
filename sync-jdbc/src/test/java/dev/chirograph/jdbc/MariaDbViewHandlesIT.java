package dev.chirograph.jdbc;

class MariaDbViewHandlesIT extends ViewHandlesConformance {
  MariaDbViewHandlesIT() throws Exception {
    super(TestDatabase.MARIADB);
  }
}
