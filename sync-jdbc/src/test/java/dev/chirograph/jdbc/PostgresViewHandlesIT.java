package dev.chirograph.jdbc;

class PostgresViewHandlesIT extends ViewHandlesConformance {
  PostgresViewHandlesIT() throws Exception {
    super(TestDatabase.POSTGRESQL);
  }
}
