package dev.chirograph.jdbc;

import javax.sql.DataSource;

class SqliteLogIT extends JdbcLogConformance {

  private static final DataSource DATA_SOURCE = TestDatabases.withLog(TestDatabases.emptySqlite());

  @Override
  DataSource dataSource() {
    return DATA_SOURCE;
  }
}
