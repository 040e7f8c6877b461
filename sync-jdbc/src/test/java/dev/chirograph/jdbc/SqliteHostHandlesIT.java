package dev.chirograph.jdbc;

class SqliteHostHandlesIT extends HostHandlesConformance {
  SqliteHostHandlesIT() throws Exception {
    super(TestDatabase.SQLITE);
  }
}
