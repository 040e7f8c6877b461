package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.jdbc.SpyDataSource.When;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.QueueStatistics;
import dev.chirograph.spi.Settlement;
import dev.chirograph.spi.SupportsDeadLetters.DeadLetter;
import dev.chirograph.spi.SupportsDeadLetters.Selection;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Connections that break at the worst moment, and rows that somebody broke. */
class QueueTroubleIT {

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final long RUN = 7;

  private SpyDataSource spy;
  private JdbcQueue queue;

  private void open(TestDatabase database) {
    spy = database.empty();
    JdbcSchema.of(spy.dataSource()).only(JdbcSchema.Component.QUEUE).install();
    queue = JdbcQueue.of(spy.dataSource(), "trouble");
    spy.statements();
  }

  @AfterEach
  void close() throws SQLException {
    spy.close();
  }

  // ---- connections

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void L4_whatWasLeasedIsTheWorkersEvenIfNothingElseCanBeGivenBack(TestDatabase database)
      throws SQLException {
    open(database);
    queue.enqueue(List.of(job("old")));
    queue.lease("k", 1, MINUTE).orElseThrow();
    change("update chirograph_lease set expires = 0");
    queue.enqueue(List.of(job("new 1"), job("new 2"), job("new 3")));
    breakBefore("order by expires");
    for (int i = 1; i <= 3; i++) {
      assertThat(keys(queue.lease("k", 1, MINUTE).orElseThrow())).containsExactly("new " + i);
    }
    assertThatThrownBy(() -> queue.lease("k", 1, MINUTE))
        .as("without a lease the error is told")
        .isInstanceOf(SyncException.class);
    spy.repair();
    Lease old = queue.lease("k", 10, MINUTE).orElseThrow();
    assertThat(keys(old)).containsExactly("old");
    assertThat(old.jobs().get(0).attempts()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void L4_whatCannotBeHandedOverWaitsAgainAtOnce(TestDatabase database) {
    open(database);
    queue.enqueue(List.of(job("a"), job("b")));
    JdbcQueue other = JdbcQueue.of(spy.dataSource(), "trouble"); // which knows no scopes yet
    breakBefore("select name from");
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> other.lease("k", 1, MINUTE)).isInstanceOf(SyncException.class);
    }
    spy.repair();
    assertThat(queue.statistics().total().running()).isZero();
    Lease lease = other.lease("k", 10, MINUTE).orElseThrow();
    assertThat(keys(lease)).containsExactly("a", "b");
    assertThat(lease.jobs()).allSatisfy(job -> assertThat(job.attempts()).isZero());
  }

  // ---- rows

  static Stream<Arguments> brokenLeases() {
    return Stream.of(TestDatabase.values())
        .flatMap(
            database ->
                Stream.of(
                        "jobs = " + hex(database, "0001"),
                        "jobs = " + hex(database, ""),
                        "jobs = " + hex(database, "ff".repeat(40)),
                        "notes = " + hex(database, "00000000ffff"))
                    .map(change -> Arguments.of(database, change)));
  }

  private static String hex(TestDatabase database, String digits) {
    return database == TestDatabase.POSTGRESQL ? "'\\x" + digits + "'" : "X'" + digits + "'";
  }

  @ParameterizedTest
  @MethodSource("brokenLeases")
  void L11_L12_aLeaseThatCannotBeReadStopsNothingAndIsTold(TestDatabase database, String change)
      throws SQLException {
    open(database);
    queue.enqueue(List.of(ofRun("broken")));
    long fence = queue.lease("k", 1, MINUTE).orElseThrow().fence();
    queue.enqueue(List.of(job("expired")));
    queue.lease("k", 1, MINUTE).orElseThrow();
    change("update chirograph_lease set expires = fence");
    change("update chirograph_lease set " + change + " where fence = " + fence);
    queue.enqueue(List.of(job("new")));
    List<String> leased = new ArrayList<>();
    try (CapturedLog log = new CapturedLog()) {
      for (int i = 0; i < 3; i++) {
        queue.lease("k", 1, MINUTE).ifPresent(lease -> leased.addAll(keys(lease)));
      }
      assertThat(leased).containsExactlyInAnyOrder("expired", "new");
      assertThat(log.text())
          .containsOnlyOnce("the lease with fence " + fence + " in chirograph_lease");
    }
    assertThat(count("chirograph_lease where expires > 0 and fence = " + fence))
        .as("nothing is lost")
        .isEqualTo(1);
    checkCounts(fence);
  }

  /** Whoever counts passes over it, and says so. */
  private void checkCounts(long fence) {
    try (CapturedLog log = new CapturedLog()) {
      for (int i = 0; i < 3; i++) {
        QueueStatistics statistics = queue.statistics();
        assertThat(statistics.exact()).isFalse();
        assertThat(statistics.total().running()).isEqualTo(2);
        assertThat(queue.remaining(RUN, 10)).as("the run has not ended").isEqualTo(1);
      }
      assertThat(log.text()).containsOnlyOnce("the lease with fence " + fence);
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void RUN_4_aLeaseOfSeveralRunsThatCannotBeReadMayHoldJobsOfEach(TestDatabase database)
      throws SQLException {
    open(database);
    queue.enqueue(List.of(ofRun("a"), job("b"), job("c")));
    queue.lease("k", 3, MINUTE).orElseThrow();
    assertThat(queue.remaining(RUN, 10)).isEqualTo(1);
    change("update chirograph_lease set jobs = " + hex(database, "0001"));
    assertThat(queue.remaining(RUN, 10)).isEqualTo(3);
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void L11_L12_aJobThatNoWorkerCanBeGivenIsSetAsideAlone(TestDatabase database)
      throws SQLException {
    open(database);
    queue.enqueue(List.of(job("a"), job("b"), job("c"), job("d")));
    change("update chirograph_job set scope = 999999 where item = " + bytes(database, "b"));
    change("update chirograph_job set run = -5 where item = " + bytes(database, "c"));
    try (CapturedLog log = new CapturedLog()) {
      Lease lease = queue.lease("k", 10, MINUTE).orElseThrow();
      assertThat(keys(lease)).containsExactly("a", "d");
      assertThat(lease.jobs()).allSatisfy(job -> assertThat(job.attempts()).isZero());
      assertThat(log.text()).contains("2 jobs of kind k", "chirograph_dead", "999999");
    }
    assertThat(count("chirograph_dead")).isEqualTo(2);
    QueueStatistics statistics = queue.statistics();
    assertThat(statistics.exact()).isFalse();
    assertThat(statistics.total()).isEqualTo(new QueueStatistics.Counts(0, 0, 0, 2, 1));
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void L11_L12_aDeadLetterThatCannotBeReadHidesNoOther(TestDatabase database) throws SQLException {
    open(database);
    queue.enqueue(List.of(job("a"), job("b"), job("c")));
    Lease lease = queue.lease("k", 3, MINUTE).orElseThrow();
    queue.settle(
        lease,
        lease.jobs().stream()
            .<Settlement>map(job -> new Settlement.Bury(job.slot(), "broken"))
            .toList());
    change("update chirograph_dead set run = -5 where item = " + bytes(database, "b"));
    try (CapturedLog log = new CapturedLog()) {
      List<String> found = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        found.clear();
        try (var letters = queue.deadLetters(Selection.all())) {
          while (letters.hasNext()) {
            DeadLetter letter = letters.next();
            found.add(letter.job().key().text());
          }
        }
      }
      assertThat(found).containsExactly("a", "c");
      assertThat(log.text()).containsOnlyOnce("chirograph_dead cannot be read");
    }
    assertThat(queue.replay(Selection.all())).isEqualTo(2);
    assertThat(count("chirograph_dead")).isEqualTo(1);
  }

  // ---- helpers

  private void breakBefore(String text) {
    spy.statements();
    spy.breakAt(
        (step, commit) ->
            spy.statements().stream().anyMatch(ran -> ran.sql().contains(text))
                ? When.BEFORE
                : When.NEVER);
  }

  private void change(String sql) throws SQLException {
    try (Connection connection = spy.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      assertThat(statement.executeUpdate(sql)).isPositive();
    }
  }

  private int count(String rows) throws SQLException {
    try (Connection connection = spy.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select count(*) from " + rows)) {
      row.next();
      return row.getInt(1);
    }
  }

  private static String bytes(TestDatabase database, String key) {
    return hex(database, HexFormat.of().formatHex(Key.utf8(key).toBytes()));
  }

  private static Job job(String key) {
    return Job.builder("k", "s", Key.utf8(key)).build();
  }

  private static Job ofRun(String key) {
    return Job.builder("k", "s", Key.utf8(key)).run(RUN).build();
  }

  private static List<String> keys(Lease lease) {
    return lease.jobs().stream().map(leased -> leased.job().key().text()).toList();
  }
}
