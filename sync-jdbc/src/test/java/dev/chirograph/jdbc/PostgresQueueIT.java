package dev.chirograph.jdbc;

import dev.chirograph.spi.WorkQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;

/** Every handle is another one, as in different JVMs, and they wake each other. */
class PostgresQueueIT extends JdbcQueueConformance {

  private static final DataSource DATA_SOURCE =
      TestDatabases.installed(TestDatabases.emptyPostgres());
  private static final ExecutorService LISTENERS = Executors.newCachedThreadPool();

  @AfterAll
  static void stopListening() {
    LISTENERS.shutdownNow();
  }

  @Override
  DataSource dataSource() {
    return DATA_SOURCE;
  }

  @Override
  protected WorkQueue open(String tenant, String name) {
    return builder(tenant, name).notifications(DATA_SOURCE, LISTENERS).build();
  }
}
