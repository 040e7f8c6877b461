package dev.chirograph.jdbc;

class SqliteViewHandlesIT extends ViewHandlesConformance {
  SqliteViewHandlesIT() throws Exception {
    super(TestDatabase.SQLITE);
  }
}
