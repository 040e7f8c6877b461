package dev.chirograph.examples.tools;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.chirograph.servers.Database;

/** What an example stands on: its process and its connections. */
public final class Stage {

  private static final int CONNECTIONS = 12;

  private Stage() {}

  /**
   * Ends this JVM, and with it the servers, when the build that started it is ended; asked for by
   * the system property {@code endWithParent}.
   */
  public static void endWithBuild() {
    if (Boolean.getBoolean("endWithParent")) {
      ProcessHandle.current().parent().ifPresent(Stage::endWith);
    }
  }

  private static void endWith(ProcessHandle parent) {
    Thread watch =
        new Thread(
            () -> {
              parent.onExit().join();
              System.exit(1);
            },
            "parent");
    watch.setDaemon(true);
    watch.start();
  }

  /** A pool of connections. The caller closes it. */
  public static HikariDataSource pool(Database database) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(database.jdbcUrl());
    config.setUsername(database.user());
    config.setPassword(database.password());
    config.setMaximumPoolSize(CONNECTIONS);
    return new HikariDataSource(config);
  }
}
