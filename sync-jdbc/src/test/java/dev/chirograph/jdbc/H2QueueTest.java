package dev.chirograph.jdbc;

import javax.sql.DataSource;

class H2QueueTest extends JdbcQueueConformance {

  private static final DataSource DATA_SOURCE = TestDatabases.h2();

  @Override
  DataSource dataSource() {
    return DATA_SOURCE;
  }
}
