package dev.chirograph.jdbc;

import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.mariadb.jdbc.MariaDbPoolDataSource;

class MariaDbLogIT extends JdbcLogConformance {

  private static final MariaDbPoolDataSource DATA_SOURCE =
      TestDatabases.withLog(TestDatabases.emptyMariaDb());

  @AfterAll
  static void closePool() {
    DATA_SOURCE.close();
  }

  @Override
  DataSource dataSource() {
    return DATA_SOURCE;
  }
}
