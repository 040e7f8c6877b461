package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.jdbc.SpyDataSource.When;
import dev.chirograph.servers.Database;
import dev.chirograph.servers.Shared;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Somebody has locked the head of a log and does not go on. */
class LogStoppedIT {

  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private static ExecutorService threads;

  @BeforeAll
  static void start() {
    threads = Executors.newCachedThreadPool();
  }

  @AfterAll
  static void stop() {
    threads.shutdownNow();
  }

  private static JdbcLog log(DataSource dataSource) {
    return JdbcLog.builder(dataSource, "here").patience(PATIENCE).build();
  }

  @Test
  void L4_onPostgresAProcessThatStopsWhileItWritesStopsNobodyForLong() throws Exception {
    Database database = Shared.postgres().newDatabase();
    try (SpyDataSource stopped = new SpyDataSource(database.dataSource())) {
      TestDatabases.withLog(stopped.dataSource());
      JdbcLog stops = log(stopped.dataSource());
      CountDownLatch hasTheLock = new CountDownLatch(1);
      CountDownLatch goesOn = new CountDownLatch(1);
      stopped.breakAt((step, commit) -> commit ? pause(hasTheLock, goesOn) : When.NEVER);
      Future<?> stopping = threads.submit(() -> stops.append(List.of(TestLogs.add("stopped"))));
      assertThat(hasTheLock.await(1, TimeUnit.MINUTES)).isTrue();

      JdbcLog other = log(database.dataSource());
      Callable<Object> append = () -> other.append(List.of(TestLogs.add("other")));
      threads.submit(append).get(1, TimeUnit.MINUTES);
      assertThat(TestLogs.keys(other)).containsExactly("other");

      stopped.repair();
      goesOn.countDown();
      assertThatThrownBy(stopping::get)
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOfSatisfying(
              SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE));
      assertThat(TestLogs.keys(other)).containsExactly("other");
    }
  }

  private static When pause(CountDownLatch reached, CountDownLatch goesOn) {
    reached.countDown();
    try {
      goesOn.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return When.NEVER;
  }

  /** The lock is held by somebody whom the database does not know to be ours. */
  @ParameterizedTest
  @EnumSource(names = {"POSTGRESQL", "MARIADB", "H2"})
  void nobodyWaitsForTheLockWithoutEnd(TestDatabase database) throws Exception {
    try (SpyDataSource spy = open(database)) {
      TestDatabases.withLog(spy.dataSource());
      JdbcLog log = log(spy.dataSource());
      try (Connection holder = spy.dataSource().getConnection()) {
        holder.setAutoCommit(false);
        query(holder, "select log_id from chirograph_log_head for update");
        spy.statements();
        Callable<Object> append = () -> log.append(List.of(TestLogs.add("late")));
        assertThatThrownBy(() -> threads.submit(append).get(1, TimeUnit.MINUTES))
            .isInstanceOf(ExecutionException.class)
            .cause()
            .isInstanceOfSatisfying(
                SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE));
        assertThat(spy.statements()).as("attempts").hasSizeLessThan(6);
        // Who opens a log or reads it waits for nobody.
        Callable<Object> read = () -> TestLogs.keys(JdbcLog.of(spy.dataSource(), "here"));
        assertThat(threads.submit(read).get(1, TimeUnit.MINUTES)).isEqualTo(List.of());
        holder.rollback();
        holder.setAutoCommit(true);
      }
      log.append(List.of(TestLogs.add("in time")));
      assertThat(TestLogs.keys(log)).containsExactly("in time");
    }
  }

  /** MariaDB waits 50 seconds for a lock unless told otherwise. */
  private static SpyDataSource open(TestDatabase database) {
    if (database != TestDatabase.MARIADB) {
      return database.empty();
    }
    Database mariaDb = Shared.mariaDb().newDatabase();
    String url = mariaDb.jdbcUrl() + "?sessionVariables=innodb_lock_wait_timeout=1";
    return new SpyDataSource(new Database(url, mariaDb.user(), mariaDb.password()).dataSource());
  }

  private static void query(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).isTrue();
    }
  }
}
