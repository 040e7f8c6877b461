package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Key;
import dev.chirograph.servers.PostgresServer;
import dev.chirograph.servers.Shared;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.Settlement;
import dev.chirograph.spi.SupportsRuns.Release;
import dev.chirograph.spi.SupportsWakeup.Subscription;
import dev.chirograph.spi.WorkQueue.Settled;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What only PostgreSQL has, and what must hold on each of its versions. */
class PostgresSpecificsIT {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  @ParameterizedTest
  @ValueSource(ints = {15, 16, 17, 18})
  void theQueueWorksOnEveryVersion(int version) throws Exception {
    try (PostgresServer server = PostgresServer.start(version)) {
      DataSource dataSource = TestDatabases.pooled(server.newDatabase());
      JdbcSchemaTest.installAtOnce(dataSource);
      JdbcQueue queue = JdbcQueue.of(dataSource, "q");
      queue.enqueue(
          List.of(
              JdbcSchemaTest.job("a"),
              JdbcSchemaTest.job("b"),
              Job.builder("k", "s", Key.utf8("c")).run(1).held().build()));
      Lease lease = queue.lease("k", 10, MINUTE).orElseThrow();
      assertThat(lease.jobs()).hasSize(2);
      queue.settle(lease, List.of(new Settlement.Retry(0, Duration.ZERO, "again")));
      assertThat(queue.settle(lease, List.of(new Settlement.Done(1)))).isEqualTo(Settled.DONE);
      assertThat(queue.settle(lease, List.of())).isEqualTo(Settled.STALE);
      assertThat(queue.release(1, "s", 10)).isEqualTo(new Release(1, true));
      assertThat(queue.lease("k", 10, MINUTE).orElseThrow().jobs()).hasSize(2);
      QueueTransactionTest.check(dataSource);
    }
  }

  @Test
  void twoSchemasStandSideBySide() {
    DataSource dataSource = TestDatabases.emptyPostgres();
    for (String schema : List.of("one", "two")) {
      JdbcSchemaTest.queueTables(dataSource).schema(schema).prefix("").install();
      JdbcQueue queue = JdbcQueue.builder(dataSource, "q").schema(schema).prefix("").build();
      assertThat(queue.enqueue(List.of(JdbcSchemaTest.job("a"))).added()).isEqualTo(1);
    }
  }

  @Test
  void aNotificationComesWithTheCommitOfTheCallersTransaction() throws Exception {
    DataSource dataSource = TestDatabases.installed(TestDatabases.emptyPostgres());
    ExecutorService listeners = Executors.newCachedThreadPool();
    JdbcQueue here =
        JdbcQueue.builder(dataSource, "q").notifications(dataSource, listeners).build();
    JdbcQueue there =
        JdbcQueue.builder(dataSource, "q").notifications(dataSource, listeners).build();
    Semaphore woken = new Semaphore(0);
    try (Subscription subscription = there.onWork(woken::release);
        Connection connection = dataSource.getConnection()) {
      assertThat(subscription).isNotNull();
      assertThat(woken.tryAcquire(30, TimeUnit.SECONDS)).as("woken when listening began").isTrue();
      connection.setAutoCommit(false);
      here.enqueue(connection, List.of(JdbcSchemaTest.job("a")));
      assertThat(woken.tryAcquire(300, TimeUnit.MILLISECONDS)).as("woken too early").isFalse();
      connection.commit();
      connection.setAutoCommit(true);
      assertThat(woken.tryAcquire(30, TimeUnit.SECONDS)).as("woken by the commit").isTrue();
    } finally {
      listeners.shutdownNow();
    }
  }

  /**
   * Whoever gives connections without auto-commit gets them back so, which fails when one broke.
   */
  @Test
  void L4_aLostReplyIsUnsureThoughTheConnectionCannotBeGivenBack() throws SQLException {
    DataSource origin = TestDatabases.installed(Shared.postgres().newDatabase().dataSource());
    try (SpyDataSource spy = new SpyDataSource(withoutAutoCommit(origin))) {
      JdbcQueue queue = JdbcQueue.of(spy.dataSource(), "q");
      queue.enqueue(List.of(JdbcSchemaTest.job("a")));
      spy.breakAt((step, commit) -> SpyDataSource.When.AFTER);
      assertThatThrownBy(() -> queue.enqueue(List.of(JdbcSchemaTest.job("b"))))
          .isInstanceOf(UnsureException.class)
          .satisfies(e -> assertThat(e.getSuppressed()).isNotEmpty());
      spy.repair();
      assertThat(queue.lease("k", 10, MINUTE).orElseThrow().jobs()).hasSize(2);
    }
  }

  private static DataSource withoutAutoCommit(DataSource origin) {
    return (DataSource)
        Proxy.newProxyInstance(
            PostgresSpecificsIT.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) -> {
              Connection connection = origin.getConnection();
              connection.setAutoCommit(false);
              return connection;
            });
  }

  @Test
  void aLeaseDoesNotReadTheRowsThatAreDelayedOrHeld() throws SQLException {
    DataSource dataSource = TestDatabases.installed(TestDatabases.emptyPostgres());
    JdbcQueue queue = JdbcQueue.of(dataSource, "q");
    queue.enqueue(List.of(JdbcSchemaTest.job("ready")));
    fill(dataSource, 500_000);

    long before = rowsRead(dataSource);
    Lease lease = queue.lease("k", 100, MINUTE).orElseThrow();
    assertThat(lease.jobs()).hasSize(1);
    assertThat(queue.lease("k", 100, MINUTE)).isEmpty();
    assertThat(rowsRead(dataSource) - before).as("rows read by two leases").isLessThan(100);

    before = rowsRead(dataSource);
    assertThat(queue.remaining(7, 10)).isEqualTo(10);
    assertThat(queue.remaining(3, 10)).isZero();
    assertThat(queue.discard(3, "s")).isZero();
    assertThat(queue.cancel(3)).isZero();
    assertThat(rowsRead(dataSource) - before).as("rows read by questions of runs").isLessThan(200);
  }

  /** So many delayed rows of run 7, and as many that are held under it. */
  private static void fill(DataSource dataSource, int rows) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          insert into chirograph_job
          select -n, case when n %% 2 = 0 then 9000000000000000 else 0 end, 7, j.lane, j.scope, n, 0,
                 1 + n %% 2, 0, 0, int8send(n), '', ''
          from chirograph_job j, generate_series(1, %d) n
          """
              .formatted(2 * rows));
      statement.execute("analyze chirograph_job");
    }
  }

  private static long rowsRead(DataSource dataSource) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("select pg_stat_force_next_flush()");
      try (ResultSet row =
          statement.executeQuery(
              """
              select t.seq_tup_read + coalesce(sum(i.idx_tup_read), 0)
              from pg_stat_user_tables t join pg_stat_user_indexes i using (relid)
              where t.relname = 'chirograph_job' group by t.seq_tup_read
              """)) {
        row.next();
        return row.getLong(1);
      }
    }
  }
}
