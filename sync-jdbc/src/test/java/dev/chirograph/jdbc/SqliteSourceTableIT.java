package dev.chirograph.jdbc;

import dev.chirograph.testkit.ExpectedSkips;

@ExpectedSkips(1) // there is one writer at a time
class SqliteSourceTableIT extends JdbcSourceTableConformance {

  SqliteSourceTableIT() {
    super(TestDatabase.SQLITE);
  }
}
