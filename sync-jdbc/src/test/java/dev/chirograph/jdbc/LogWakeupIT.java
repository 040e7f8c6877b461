package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.log.LogAnswer;
import dev.chirograph.log.LogAnswer.Pulled;
import dev.chirograph.log.LogReplicator;
import dev.chirograph.log.LogRequest.Pull;
import dev.chirograph.spi.ReplicaLog.Merge;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.SupportsWakeup.Subscription;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who waits for a log learns of what others write; each handle is as a process of its own. */
class LogWakeupIT {

  private static DataSource postgres;
  private static ExecutorService threads;

  private final Semaphore woken = new Semaphore(0);

  @BeforeAll
  static void start() {
    postgres = TestDatabases.withLog(TestDatabases.emptyPostgres());
    threads = Executors.newCachedThreadPool();
  }

  @AfterAll
  static void stop() {
    threads.shutdownNow();
  }

  private static JdbcLog log(String name) {
    return JdbcLog.builder(postgres, "here").name(name).notifications(postgres, threads).build();
  }

  @Test
  void whoWaitsLearnsOfWhatOtherProcessesWrite() throws Exception {
    JdbcLog waits = log("others");
    JdbcLog writes = log("others");
    try (Subscription subscription = waits.onWork(woken::release)) {
      assertThat(subscription).isNotNull();
      assertWoken(); // it listens now
      assertThat(TestLogs.keys(waits)).isEmpty();
      writes.append(List.of(TestLogs.add("appended")));
      assertWoken();
      assertThat(TestLogs.keys(waits)).containsExactly("appended");
      writes.merge(
          Merge.of("berlin", List.of(TestLogs.foreign("berlin", 1, TestLogs.add("merged")))));
      assertWoken();
      assertThat(TestLogs.keys(waits)).containsExactly("appended", "merged");
      inTransaction(writes, "sent");
      assertWoken();
      assertThat(TestLogs.keys(waits)).containsExactly("appended", "merged", "sent");
    }
  }

  @Test
  void whatTellsNothingNewAndOtherLogsWakeNobody() throws Exception {
    JdbcLog waits = log("quiet");
    JdbcLog writes = log("quiet");
    JdbcLog other = log("loud");
    writes.append(List.of(TestLogs.add("known")));
    try (Subscription subscription = waits.onWork(woken::release)) {
      assertThat(subscription).isNotNull();
      assertWoken();
      writes.merge(Merge.of("berlin", List.copyOf(TestLogs.all(writes))));
      writes.passed("reader", writes.bounds().head());
      other.append(List.of(TestLogs.add("elsewhere")));
      writes.append(List.of(TestLogs.add("new")));
      assertWoken(); // by the last one: notifications come in the order of their commits
      assertThat(woken.availablePermits()).isZero();
    }
  }

  @Test
  void aPeerThatWaitsIsToldOfWhatAnotherProcessWrites() throws Exception {
    JdbcLog writes = log("answered");
    try (LogReplicator node =
        LogReplicator.builder("here", log("answered"))
            .reader("there")
            .poll(Duration.ofHours(1))
            .patience(Duration.ofMinutes(2))
            .build()
            .start()) {
      Future<LogAnswer> first = waiting(node, Position.START);
      writes.append(List.of(TestLogs.add("appended")));
      Pulled pulled = (Pulled) first.get(1, TimeUnit.MINUTES);
      assertThat(pulled.page().items()).hasSize(1);
      Future<LogAnswer> second = waiting(node, pulled.page().next());
      inTransaction(writes, "sent");
      assertThat(((Pulled) second.get(1, TimeUnit.MINUTES)).page().items()).hasSize(1);
    }
  }

  /** A pull that has found nothing, as far as can be told. */
  private static Future<LogAnswer> waiting(LogReplicator node, Position after) throws Exception {
    Pull pull = new Pull(after, 10, 1 << 20, Duration.ofMinutes(2));
    Future<LogAnswer> answer = threads.submit(() -> node.answer("there", pull));
    assertThatThrownBy(() -> answer.get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
    return answer;
  }

  private static void inTransaction(JdbcLog log, String key) throws SQLException {
    try (Connection host = postgres.getConnection()) {
      host.setAutoCommit(false);
      log.append(host, List.of(TestLogs.add(key)));
      host.commit();
      host.setAutoCommit(true);
    }
  }

  /** At least once; it may be more often. */
  private void assertWoken() throws InterruptedException {
    assertThat(woken.tryAcquire(1, TimeUnit.MINUTES)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void whatIsWrittenThroughTheSameHandleWakesAtOnce(TestDatabase database) throws Exception {
    try (SpyDataSource spy = database.empty()) {
      TestDatabases.withLog(spy.dataSource());
      JdbcLog log = JdbcLog.of(spy.dataSource(), "here");
      Subscription subscription = log.onWork(woken::release);
      log.append(List.of(TestLogs.add("a")));
      assertThat(woken.tryAcquire()).isTrue();
      subscription.close();
      log.append(List.of(TestLogs.add("b")));
      assertThat(woken.tryAcquire()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(value = TestDatabase.class, mode = EnumSource.Mode.EXCLUDE, names = "POSTGRESQL")
  void elsewhereNotificationsAreRefused(TestDatabase database) throws Exception {
    try (SpyDataSource spy = database.empty()) {
      DataSource source = TestDatabases.withLog(spy.dataSource());
      assertThatThrownBy(
              () -> JdbcLog.builder(source, "here").notifications(source, threads).build())
          .isInstanceOfSatisfying(
              SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNSUPPORTED));
    }
  }
}
