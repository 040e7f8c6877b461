package dev.chirograph.jdbc;

import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.testkit.ManualClock;
import dev.chirograph.testkit.ReplicaLogConformance;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import javax.sql.DataSource;

/** The guarantees of logs, for one kind of database; each log has a name of its own. */
abstract class JdbcLogConformance extends ReplicaLogConformance {

  private final ManualClock clock = ManualClock.create();

  /** A database in which the log's tables are installed. */
  abstract DataSource dataSource();

  @Override
  protected ReplicaLog open(String node) {
    return JdbcLog.builder(dataSource(), node)
        .name("log " + UUID.randomUUID())
        .clock(clock)
        .build();
  }

  @Override
  protected Instant now() {
    return clock.instant();
  }

  @Override
  protected void advance(Duration time) {
    clock.advance(time);
  }

  @Override
  protected Runnable backup(ReplicaLog log) throws SQLException {
    LogBackup backup = LogBackup.of(dataSource());
    return () -> {
      try {
        backup.restore();
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    };
  }
}
