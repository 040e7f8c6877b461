package dev.chirograph.benchmarks;

import dev.chirograph.servers.MariaDbServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;

/** The MariaDB that everybody is measured on: every commit is on disk before it is answered. */
final class MariaDb {

  static final Map<String, String> SETTINGS =
      new TreeMap<>(
          Map.of(
              "innodb-flush-log-at-trx-commit", "1",
              "innodb-buffer-pool-size", "3G",
              "innodb-log-file-size", "1G"));

  private MariaDb() {}

  static MariaDbServer start() {
    return MariaDbServer.start(SETTINGS);
  }

  /** Milliseconds that the server has computed since it began; 0 where the system does not tell. */
  static double cpuMillis(DataSource dataSource) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT @@datadir, @@pid_file")) {
      row.next();
      Path file = Path.of(row.getString(1)).resolve(row.getString(2));
      String pid = Files.readString(file).strip();
      return ProcessHandle.of(Long.parseLong(pid))
          .flatMap(process -> process.info().totalCpuDuration())
          .map(time -> time.toNanos() / 1e6)
          .orElse(0.0);
    } catch (IOException e) {
      return 0;
    }
  }
}
