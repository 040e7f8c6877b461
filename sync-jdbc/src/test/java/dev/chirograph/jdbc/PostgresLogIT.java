package dev.chirograph.jdbc;

import javax.sql.DataSource;

class PostgresLogIT extends JdbcLogConformance {

  private static final DataSource DATA_SOURCE =
      TestDatabases.withLog(TestDatabases.emptyPostgres());

  @Override
  DataSource dataSource() {
    return DATA_SOURCE;
  }
}
