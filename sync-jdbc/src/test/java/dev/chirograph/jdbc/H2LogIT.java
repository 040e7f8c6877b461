package dev.chirograph.jdbc;

import javax.sql.DataSource;

class H2LogIT extends JdbcLogConformance {

  private static final DataSource DATA_SOURCE = TestDatabases.withLog(TestDatabases.emptyH2());

  @Override
  DataSource dataSource() {
    return DATA_SOURCE;
  }
}
