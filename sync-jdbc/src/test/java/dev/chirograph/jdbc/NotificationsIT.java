package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.Pacing;
import dev.chirograph.servers.Shared;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.Settlement;
import dev.chirograph.spi.SupportsDeadLetters.Selection;
import dev.chirograph.spi.SupportsRuns.Release;
import dev.chirograph.spi.SupportsWakeup.Subscription;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Listening for the work of other processes, and what ends it. */
class NotificationsIT {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  private static DataSource dataSource;
  private static ExecutorService threads;

  private final Semaphore woken = new Semaphore(0);
  private final VirtualPacing pacing = new VirtualPacing();

  @BeforeAll
  static void start() {
    dataSource = TestDatabases.installed(TestDatabases.emptyPostgres());
    threads = Executors.newCachedThreadPool();
  }

  @AfterAll
  static void stop() {
    threads.shutdownNow();
  }

  @Test
  void listeningGoesOnAfterErrorsOfAnyKind() throws Exception {
    AtomicInteger tries = new AtomicInteger();
    DataSource unsteady =
        failing(
            () ->
                switch (tries.getAndIncrement()) {
                  case 0, 1 -> new IllegalStateException("the pool is not ready");
                  case 2 -> new SQLException("no connection", "08001");
                  default -> null;
                });
    JdbcQueue queue = queue("unsteady").notifications(unsteady, threads).build();
    try (Subscription subscription = queue.onWork(woken::release)) {
      assertThat(subscription).isNotNull();
      assertListens("unsteady");
    }
    assertThat(pacing.pauses).hasSize(3).isSorted();
    assertThat(pacing.pauses.get(2)).isLessThanOrEqualTo(Duration.ofSeconds(4));
  }

  @Test
  void anExecutorWithoutAThreadIsAskedAgainWhenSomebodyPolls() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    JdbcQueue queue =
        queue("rejected")
            .notifications(
                dataSource,
                task -> {
                  if (asked.getAndIncrement() < 2) {
                    throw new RejectedExecutionException("no thread is free");
                  }
                  threads.execute(task);
                })
            .build();
    try (Subscription subscription = queue.onWork(woken::release)) {
      assertThat(subscription).isNotNull();
      queue.lease("k", 1, MINUTE);
      assertThat(asked).as("before the pause is over").hasValue(1);
      pacing.advance(Duration.ofSeconds(1));
      queue.lease("k", 1, MINUTE);
      pacing.advance(Duration.ofSeconds(2));
      queue.lease("k", 1, MINUTE);
      assertThat(asked).hasValue(3);
      queue.lease("k", 1, MINUTE);
      assertThat(asked).as("while it listens").hasValue(3);
      assertListens("rejected");
    }
    queue.lease("k", 1, MINUTE);
    assertThat(asked).as("without subscribers").hasValue(3);
  }

  @Test
  void theConnectionGoesBackAsItCame() throws Exception {
    for (boolean autoCommit : new boolean[] {true, false}) {
      try (Connection connection = dataSource.getConnection()) {
        connection.setAutoCommit(autoCommit);
        Semaphore ended = new Semaphore(0);
        String name = "returned-" + autoCommit;
        JdbcQueue queue =
            queue(name)
                .notifications(
                    OneConnection.of(connection),
                    task ->
                        threads.execute(
                            () -> {
                              task.run();
                              ended.release();
                            }))
                .build();
        try (Subscription subscription = queue.onWork(woken::release)) {
          assertThat(subscription).isNotNull();
          assertListens(name);
        }
        assertThat(ended.tryAcquire(30, TimeUnit.SECONDS)).as("listening has ended").isTrue();
        assertThat(connection.getAutoCommit()).isEqualTo(autoCommit);
        connection.setAutoCommit(true);
      }
    }
  }

  @Test
  void whatWasDoneStandsWhenOtherProcessesCannotBeTold() throws SQLException {
    try (SpyDataSource spy = new SpyDataSource(dataSource);
        CapturedLog log = new CapturedLog()) {
      JdbcQueue queue =
          JdbcQueue.builder(spy.dataSource(), "untold")
              .notifications(dataSource, task -> {}) // nobody listens, so only we wake ourselves
              .build();
      spy.statements();
      spy.breakAt(
          (step, commit) ->
              spy.statements().stream().anyMatch(ran -> ran.sql().contains("pg_notify"))
                  ? SpyDataSource.When.BEFORE
                  : SpyDataSource.When.NEVER);
      try (Subscription subscription = queue.onWork(woken::release)) {
        assertThat(subscription).isNotNull();
        Job held = Job.builder("k", "s", Key.utf8("held")).run(1).held().build();
        assertThat(queue.enqueue(List.of(JdbcSchemaTest.job("a"), held)).added()).isEqualTo(2);
        assertThat(woken.tryAcquire()).as("woken by enqueueing").isTrue();
        assertThat(queue.release(1, "s", 1)).isEqualTo(new Release(1, true));
        assertThat(woken.tryAcquire()).as("woken by a release").isTrue();
        Lease lease = queue.lease("k", 1, MINUTE).orElseThrow();
        queue.settle(lease, List.of(new Settlement.Bury(0, "broken")));
        assertThat(queue.replay(Selection.all())).isEqualTo(1);
        assertThat(woken.tryAcquire()).as("woken by a replay").isTrue();
      }
      assertThat(log.text().split("could not be told of work")).hasSize(4);
    }
  }

  @Test
  void whyListeningEndedIsToldThoughTheConnectionCannotBeGivenBack() throws Exception {
    DataSource direct = TestDatabases.installed(Shared.postgres().newDatabase().dataSource());
    try (CapturedLog log = new CapturedLog()) {
      JdbcQueue queue =
          JdbcQueue.builder(direct, "ended").pacing(pacing).notifications(direct, threads).build();
      try (Subscription subscription = queue.onWork(woken::release)) {
        assertThat(subscription).isNotNull();
        assertThat(woken.tryAcquire(30, TimeUnit.SECONDS)).as("it listens").isTrue();
        try (Connection connection = direct.getConnection();
            Statement statement = connection.createStatement()) {
          statement.execute(
              "select pg_terminate_backend(pid) from pg_stat_activity"
                  + " where datname = current_database() and query like 'listen %'");
        }
        assertThat(woken.tryAcquire(30, TimeUnit.SECONDS)).as("it listens again").isTrue();
      }
      assertThat(log.text())
          .containsPattern("Listening for work was interrupted[^\n]*\n[^\n]*terminating")
          .contains("Suppressed: ");
    }
  }

  private JdbcQueue.Builder queue(String name) {
    return JdbcQueue.builder(dataSource, name).pacing(pacing);
  }

  private void assertListens(String name) throws InterruptedException {
    assertThat(woken.tryAcquire(30, TimeUnit.SECONDS)).as("woken when listening began").isTrue();
    queue(name)
        .notifications(dataSource, threads)
        .build()
        .enqueue(List.of(JdbcSchemaTest.job("a")));
    assertThat(woken.tryAcquire(30, TimeUnit.SECONDS)).as("woken by work").isTrue();
  }

  /** Gives connections where the supplier has no error to throw. */
  private static DataSource failing(Supplier<Exception> errors) {
    return (DataSource)
        Proxy.newProxyInstance(
            NotificationsIT.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) -> {
              Exception error = errors.get();
              if (error != null) {
                throw error;
              }
              try {
                return method.invoke(dataSource, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** Remembers the pauses, and makes none. */
  private static final class VirtualPacing implements Pacing {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000);
    private final List<Duration> pauses = new CopyOnWriteArrayList<>();

    @Override
    public long nanoTime() {
      return nanos.get();
    }

    @Override
    public void pause(Duration duration) {
      pauses.add(duration);
      advance(duration);
    }

    void advance(Duration duration) {
      nanos.addAndGet(duration.toNanos());
    }
  }
}
