package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.Settlement;
import dev.chirograph.spi.WorkQueue.Enqueued;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.mariadb.jdbc.MariaDbPoolDataSource;

/**
 * Enqueueing in transactions of the caller, whose snapshots are older than what others committed.
 */
class QueueIsolationIT {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  private static MariaDbPoolDataSource mariaDb;
  private static DataSource postgres;
  private static DataSource h2;
  private static ExecutorService threads;

  @BeforeAll
  static void start() {
    mariaDb = TestDatabases.installed(TestDatabases.emptyMariaDb());
    postgres = TestDatabases.installed(TestDatabases.emptyPostgres());
    h2 = TestDatabases.h2();
    threads = Executors.newSingleThreadExecutor();
  }

  @AfterAll
  static void stop() {
    threads.shutdownNow();
    mariaDb.close();
  }

  /** A database at an isolation, and whether it refuses what its snapshot does not show. */
  enum Setting {
    MARIADB_COMMITTED(Connection.TRANSACTION_READ_COMMITTED, false),
    MARIADB_REPEATABLE(Connection.TRANSACTION_REPEATABLE_READ, false),
    MARIADB_REPEATABLE_STRICT(Connection.TRANSACTION_REPEATABLE_READ, true),
    MARIADB_SERIALIZABLE(Connection.TRANSACTION_SERIALIZABLE, false),
    POSTGRES_COMMITTED(Connection.TRANSACTION_READ_COMMITTED, false),
    POSTGRES_REPEATABLE(Connection.TRANSACTION_REPEATABLE_READ, true),
    POSTGRES_SERIALIZABLE(Connection.TRANSACTION_SERIALIZABLE, true),
    H2_COMMITTED(Connection.TRANSACTION_READ_COMMITTED, false),
    H2_REPEATABLE(Connection.TRANSACTION_REPEATABLE_READ, false);

    private final int isolation;
    private final boolean refuses;

    Setting(int isolation, boolean refuses) {
      this.isolation = isolation;
      this.refuses = refuses;
    }

    DataSource dataSource() {
      return name().startsWith("MARIADB") ? mariaDb : name().startsWith("H2") ? h2 : postgres;
    }

    /** A transaction that has read something, and so has its snapshot. */
    Connection begin() throws SQLException {
      Connection connection = dataSource().getConnection();
      connection.setTransactionIsolation(isolation);
      if (name().startsWith("MARIADB")) {
        run(connection, "set innodb_snapshot_isolation = " + (refuses ? 1 : 0));
      }
      connection.setAutoCommit(false);
      run(connection, "select count(*) from chirograph_dead");
      return connection;
    }

    void end(Connection connection) throws SQLException {
      connection.setAutoCommit(true);
      connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
      connection.close();
    }

    private static void run(Connection connection, String sql) throws SQLException {
      try (Statement statement = connection.createStatement()) {
        if (statement.execute(sql)) {
          try (ResultSet rows = statement.getResultSet()) {
            rows.next();
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Setting.class)
  void QUE_1_whatOthersCommittedSinceTheSnapshotIsUpgraded(Setting setting) throws SQLException {
    JdbcQueue queue = JdbcQueue.of(setting.dataSource(), "snapshot " + setting);
    JdbcQueue others = JdbcQueue.of(setting.dataSource(), "snapshot " + setting);
    List<Job> mine = List.of(job("a", 5), job("b", 0), job("d", 0));
    Connection host = setting.begin();
    try {
      others.enqueue(List.of(job("d", 0), job("a", 0), job("c", 0))); // of a new kind and scope
      if (setting.refuses) {
        assertRefused(queue, host, mine);
        host.rollback();
      }
      assertThat(queue.enqueue(host, mine)).isEqualTo(new Enqueued(1, 1, 1));
      host.commit();
    } finally {
      setting.end(host);
    }
    assertThat(leased(queue)).containsExactly("a", "d", "c", "b");
  }

  @ParameterizedTest
  @EnumSource(Setting.class)
  void QUE_1_whatOthersLeasedSinceTheSnapshotGetsAFollowUp(Setting setting) throws SQLException {
    JdbcQueue queue = JdbcQueue.of(setting.dataSource(), "leased " + setting);
    queue.enqueue(List.of(job("a", 0)));
    Connection host = setting.begin();
    try {
      Lease lease = queue.lease("k", 10, MINUTE).orElseThrow();
      Enqueued enqueued;
      try {
        enqueued = queue.enqueue(host, List.of(job("a", 0)));
      } catch (SyncException e) {
        assertThat(setting.refuses).as("refuses: " + e).isTrue();
        host.rollback();
        enqueued = queue.enqueue(host, List.of(job("a", 0)));
      }
      assertThat(enqueued).isEqualTo(new Enqueued(1, 0, 0));
      host.commit();
      assertThat(queue.lease("k", 10, MINUTE)).as("while the first one runs").isEmpty();
      queue.settle(lease, List.of(new Settlement.Done(0)));
    } finally {
      setting.end(host);
    }
    assertThat(leased(queue)).containsExactly("a");
  }

  @ParameterizedTest
  @EnumSource(Setting.class)
  void QUE_1_ofTwoOpenTransactionsTheSecondWaitsAndNothingIsLost(Setting setting) throws Exception {
    JdbcQueue queue = JdbcQueue.of(setting.dataSource(), "two " + setting);
    queue.enqueue(List.of(job("z", 0)));
    List<Job> others = List.of(job("c", 0), job("b", 0), job("z", 5));
    Connection first = setting.begin();
    Connection second = setting.begin();
    try {
      assertThat(queue.enqueue(first, List.of(job("a", 0), job("b", 0), job("z", 0))))
          .isEqualTo(new Enqueued(2, 0, 1));
      Future<Enqueued> waiting = threads.submit(() -> queue.enqueue(second, others));
      assertThatThrownBy(() -> waiting.get(300, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      first.commit();
      if (setting.refuses) {
        assertThatThrownBy(() -> waiting.get(1, TimeUnit.MINUTES))
            .hasCauseInstanceOf(SyncException.class);
        second.rollback();
        assertThat(queue.enqueue(second, others)).isEqualTo(new Enqueued(1, 1, 1));
      } else {
        assertThat(waiting.get(1, TimeUnit.MINUTES)).isEqualTo(new Enqueued(1, 1, 1));
      }
      second.commit();
    } finally {
      setting.end(first);
      setting.end(second);
    }
    assertThat(leased(queue)).containsExactly("z", "a", "b", "c");
  }

  private static void assertRefused(JdbcQueue queue, Connection host, List<Job> jobs) {
    assertThatThrownBy(() -> queue.enqueue(host, jobs))
        .isInstanceOfSatisfying(
            SyncException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(SyncException.Kind.UNAVAILABLE);
              assertThat(e.mayRetry()).isTrue();
            })
        .hasMessageContaining("roll it back and run it again");
  }

  private static Job job(String key, int priority) {
    return Job.builder("k", "s", Key.utf8(key)).priority(priority).build();
  }

  private static List<String> leased(JdbcQueue queue) {
    return queue.lease("k", 10, MINUTE).orElseThrow().jobs().stream()
        .map(leased -> leased.job().key().text())
        .toList();
  }
}
