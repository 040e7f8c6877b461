package dev.chirograph.jdbc;

import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.mariadb.jdbc.MariaDbPoolDataSource;

class MariaDbQueueIT extends JdbcQueueConformance {

  private static final MariaDbPoolDataSource DATA_SOURCE =
      TestDatabases.installed(TestDatabases.emptyMariaDb());

  @AfterAll
  static void close() {
    DATA_SOURCE.close();
  }

  @Override
  DataSource dataSource() {
    return DATA_SOURCE;
  }
}
