package dev.chirograph.jdbc;

class PostgresHostHandlesIT extends HostHandlesConformance {
  PostgresHostHandlesIT() throws Exception {
    super(TestDatabase.POSTGRESQL);
  }
}
