package dev.chirograph.jdbc;

import javax.sql.DataSource;

class MariaDbQueueIT extends JdbcQueueConformance {

  private static final DataSource DATA_SOURCE =
      TestDatabases.installed(TestDatabases.emptyMariaDb());

  @Override
  DataSource dataSource() {
    return DATA_SOURCE;
  }
}
