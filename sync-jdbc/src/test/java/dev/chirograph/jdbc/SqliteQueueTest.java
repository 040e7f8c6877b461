package dev.chirograph.jdbc;

import javax.sql.DataSource;

class SqliteQueueTest extends JdbcQueueConformance {

  private static final DataSource DATA_SOURCE = TestDatabases.sqlite();

  @Override
  DataSource dataSource() {
    return DATA_SOURCE;
  }
}
