package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.WorkQueue.Enqueued;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mariadb.jdbc.MariaDbPoolDataSource;

/** The counter of numbers began anew, as after a restore that left out those of empty tables. */
class MariaDbNumbersIT {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  private MariaDbPoolDataSource dataSource;
  private JdbcQueue queue;

  @BeforeEach
  void open() {
    dataSource = TestDatabases.installed(TestDatabases.emptyMariaDb());
    queue = JdbcQueue.of(dataSource, "q");
  }

  @AfterEach
  void close() {
    dataSource.close();
  }

  @Test
  void numbersBeginBehindTheLastWhenTheirCounterWasLost() throws SQLException {
    queue.enqueue(List.of(job("a"), job("b")));
    queue.enqueue(List.of(job("c")));
    beginAnew();
    assertThat(queue.enqueue(List.of(job("d"), job("b"), job("e"))))
        .isEqualTo(new Enqueued(2, 0, 1));
    assertThat(queue.enqueue(List.of(job("f")))).isEqualTo(new Enqueued(1, 0, 0));
    assertThat(keys(queue.lease("k", 10, MINUTE).orElseThrow()))
        .containsExactly("a", "b", "c", "d", "e", "f");
  }

  @Test
  void theSameInATransactionOfTheCallerWhoseSnapshotIsOlder() throws SQLException {
    queue.enqueue(List.of(job("a")));
    try (Connection host = dataSource.getConnection()) {
      host.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      host.setAutoCommit(false);
      run(host, "set innodb_snapshot_isolation = 0");
      run(host, "select count(*) from chirograph_dead");
      queue.enqueue(List.of(job("b")));
      beginAnew();
      assertThat(queue.enqueue(host, List.of(job("c"), job("b")))).isEqualTo(new Enqueued(1, 0, 1));
      host.commit();
      host.setAutoCommit(true);
      host.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
    }
    assertThat(keys(queue.lease("k", 10, MINUTE).orElseThrow())).containsExactly("a", "b", "c");
  }

  @Test
  void severalFindThatOutAtOnce() throws Exception {
    List<Job> first = IntStream.range(0, 50).mapToObj(i -> job("before " + i)).toList();
    for (Job job : first) {
      queue.enqueue(List.of(job));
    }
    beginAnew();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Callable<Enqueued>> calls =
          IntStream.range(0, 40)
              .<Callable<Enqueued>>mapToObj(i -> () -> queue.enqueue(List.of(job("after " + i))))
              .toList();
      for (Future<Enqueued> result : threads.invokeAll(calls)) {
        assertThat(result.get()).isEqualTo(new Enqueued(1, 0, 0));
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(queue.lease("k", 1000, MINUTE).orElseThrow().jobs()).hasSize(90);
  }

  @Test
  void QUE_6_jobsWhoseNumbersWereGivenAgainComeBack() throws SQLException {
    queue.enqueue(List.of(job("a"), job("b")));
    queue.lease("k", 10, MINUTE).orElseThrow();
    beginAnew();
    queue.enqueue(List.of(later("c"), later("d"))); // with the numbers of the jobs that run
    expire();
    assertThat(keys(queue.lease("k", 10, MINUTE).orElseThrow()))
        .containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void QUE_8_soDoThoseThatAFollowUpAbsorbs() throws SQLException {
    queue.enqueue(List.of(job("a"), job("b")));
    queue.lease("k", 10, MINUTE).orElseThrow();
    queue.enqueue(List.of(job("b"), job("a"))); // follow-ups, with higher numbers
    beginAnew();
    queue.enqueue(List.of(later("c"), later("d")));
    expire();
    Lease back = queue.lease("k", 10, MINUTE).orElseThrow();
    assertThat(keys(back)).containsExactlyInAnyOrder("a", "b");
    assertThat(back.jobs()).allSatisfy(job -> assertThat(job.attempts()).isEqualTo(1));
  }

  private void beginAnew() throws SQLException {
    run("alter table chirograph_job_ticket auto_increment = 1");
  }

  private void expire() throws SQLException {
    run("update chirograph_lease set expires = 0");
  }

  private void run(String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      run(connection, sql);
    }
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static Job job(String key) {
    return Job.builder("k", "s", Key.utf8(key)).build();
  }

  private static Job later(String key) {
    return Job.builder("k", "s", Key.utf8(key)).delay(MINUTE).build();
  }

  private static List<String> keys(Lease lease) {
    return lease.jobs().stream().map(leased -> leased.job().key().text()).toList();
  }
}
