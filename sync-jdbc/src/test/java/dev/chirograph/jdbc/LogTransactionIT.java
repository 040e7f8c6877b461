package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.SupportsContents.Reserved;
import dev.chirograph.spi.SupportsContents.State;
import dev.chirograph.testkit.ManualClock;
import dev.chirograph.testkit.Seed;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.mariadb.jdbc.MariaDbPoolDataSource;

/** Appending in transactions of the caller, at every isolation. */
class LogTransactionIT {

  private static MariaDbPoolDataSource mariaDb;
  private static DataSource postgres;
  private static DataSource h2;
  private static DataSource sqlite;
  private static ExecutorService threads;

  @BeforeAll
  static void start() {
    mariaDb = TestDatabases.withLog(TestDatabases.emptyMariaDb());
    postgres = TestDatabases.withLog(TestDatabases.emptyPostgres());
    h2 = TestDatabases.withLog(TestDatabases.emptyH2());
    sqlite = TestDatabases.withLog(TestDatabases.emptySqlite());
    threads = Executors.newCachedThreadPool();
  }

  @AfterAll
  static void stop() {
    threads.shutdownNow();
    mariaDb.close();
  }

  /** A database at an isolation. */
  enum Setting {
    MARIADB_COMMITTED(Connection.TRANSACTION_READ_COMMITTED),
    MARIADB_REPEATABLE(Connection.TRANSACTION_REPEATABLE_READ),
    MARIADB_REPEATABLE_STRICT(Connection.TRANSACTION_REPEATABLE_READ),
    MARIADB_SERIALIZABLE(Connection.TRANSACTION_SERIALIZABLE),
    POSTGRES_COMMITTED(Connection.TRANSACTION_READ_COMMITTED),
    POSTGRES_REPEATABLE(Connection.TRANSACTION_REPEATABLE_READ),
    POSTGRES_SERIALIZABLE(Connection.TRANSACTION_SERIALIZABLE),
    H2_COMMITTED(Connection.TRANSACTION_READ_COMMITTED),
    H2_REPEATABLE(Connection.TRANSACTION_REPEATABLE_READ),
    H2_SERIALIZABLE(Connection.TRANSACTION_SERIALIZABLE),
    SQLITE(Connection.TRANSACTION_SERIALIZABLE);

    private final int isolation;

    Setting(int isolation) {
      this.isolation = isolation;
    }

    DataSource dataSource() {
      return switch (name().substring(0, 2)) {
        case "MA" -> mariaDb;
        case "PO" -> postgres;
        case "H2" -> h2;
        default -> sqlite;
      };
    }

    JdbcLog log(String name) {
      return JdbcLog.builder(dataSource(), "here").name(name + " " + this).build();
    }

    /** A transaction that has read something, and so has its snapshot. */
    Connection begin() throws SQLException {
      Connection connection = dataSource().getConnection();
      connection.setTransactionIsolation(isolation);
      if (name().startsWith("MARIADB")) {
        run(
            connection,
            "set innodb_snapshot_isolation = " + (this == MARIADB_REPEATABLE_STRICT ? 1 : 0));
      }
      connection.setAutoCommit(false);
      if (this != SQLITE) { // where a reader cannot become a writer once another has written
        run(connection, "select count(*) from chirograph_log_member");
      }
      return connection;
    }

    void end(Connection connection) throws SQLException {
      connection.setAutoCommit(true);
      connection.setTransactionIsolation(
          this == SQLITE ? isolation : Connection.TRANSACTION_READ_COMMITTED);
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
  void LOG_7_whatIsAppendedInATransactionAppearsWhenItCommits(Setting setting) throws SQLException {
    JdbcLog log = setting.log("commit");
    log.append(List.of(TestLogs.add("before")));
    Connection host = setting.begin();
    try {
      log.append(host, List.of(TestLogs.add("a"), TestLogs.add("b")));
      assertThat(TestLogs.keys(log)).containsExactly("before");
      host.commit();
      assertThat(TestLogs.keys(log)).containsExactly("before", "a", "b");
      assertThat(log.bounds().head().number()).isEqualTo(3);
      log.append(host, List.of(TestLogs.add("c")));
      host.rollback();
      assertThat(TestLogs.keys(log)).containsExactly("before", "a", "b");
    } finally {
      setting.end(host);
    }
  }

  @ParameterizedTest
  @EnumSource(value = Setting.class, mode = EnumSource.Mode.EXCLUDE, names = "SQLITE")
  void LOG_7_nobodyWaitsForATransactionThatIsOpen(Setting setting) throws Exception {
    JdbcLog log = setting.log("open");
    log.reserve(TestLogs.sha256(1), 10, 100);
    Connection host = setting.begin();
    try {
      Body withContent = TestLogs.body(Operation.ADD, "mine", TestLogs.content(1));
      log.append(host, List.of(withContent, TestLogs.add("also mine")));
      Future<List<String>> others =
          threads.submit(
              () -> {
                log.append(List.of(TestLogs.add("theirs")));
                log.reserve(TestLogs.sha256(1), 10, 100);
                return TestLogs.keys(log);
              });
      assertThat(others.get(1, TimeUnit.MINUTES)).containsExactly("theirs");
      host.commit();
    } finally {
      setting.end(host);
    }
    assertThat(TestLogs.keys(log)).containsExactly("theirs", "mine", "also mine");
    assertThat(log.content(TestLogs.sha256(1)).orElseThrow().state()).isEqualTo(State.HELD);
  }

  @ParameterizedTest
  @EnumSource(Setting.class)
  void LOG_1_LOG_7_transactionsRaceWithAppends(Setting setting) throws Exception {
    Seed seed = Seed.draw();
    List<Callable<Set<Key>>> racers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      RandomGenerator random = seed.random(i);
      racers.add(() -> inTransactions(setting, random));
      racers.add(() -> byThemselves(setting, random));
    }
    Set<Key> expected = new HashSet<>();
    for (Future<Set<Key>> racer : threads.invokeAll(racers)) {
      expected.addAll(racer.get());
    }
    JdbcLog log = setting.log("race");
    assertThat(TestLogs.all(log)).extracting(item -> item.key()).hasSameElementsAs(expected);
    assertThat(TestLogs.all(log)).hasSameSizeAs(expected);
  }

  private static Set<Key> inTransactions(Setting setting, RandomGenerator random)
      throws SQLException {
    JdbcLog log = setting.log("race");
    Set<Key> committed = new HashSet<>();
    for (int i = 0; i < 15; i++) {
      List<Body> bodies = bodies(random);
      Connection host = setting.begin();
      try {
        if (setting == Setting.SQLITE) { // whose writers exclude each other
          host.setAutoCommit(true);
          Setting.run(host, "begin immediate");
        }
        log.append(host, bodies);
        boolean commits = random.nextInt(3) > 0;
        if (setting == Setting.SQLITE) {
          Setting.run(host, commits ? "commit" : "rollback");
        } else if (commits) {
          host.commit();
        } else {
          host.rollback();
        }
        if (commits) {
          bodies.forEach(body -> committed.add(body.key()));
        }
      } finally {
        setting.end(host);
      }
    }
    return committed;
  }

  private static Set<Key> byThemselves(Setting setting, RandomGenerator random) {
    JdbcLog log = setting.log("race");
    Set<Key> appended = new HashSet<>();
    for (int i = 0; i < 15; i++) {
      List<Body> bodies = bodies(random);
      log.append(bodies);
      bodies.forEach(body -> appended.add(body.key()));
    }
    return appended;
  }

  private static List<Body> bodies(RandomGenerator random) {
    return IntStream.rangeClosed(0, random.nextInt(20))
        .mapToObj(i -> TestLogs.add("key " + random.nextLong()))
        .toList();
  }

  @ParameterizedTest
  @EnumSource(Setting.class)
  void LOG_7_moreThanOneTransactionMovesAreMovedAll(Setting setting) throws SQLException {
    JdbcLog log = setting.log("many");
    int many = 2 * LogInbox.MOST + 1;
    Connection host = setting.begin();
    try {
      log.append(host, IntStream.range(0, many).mapToObj(i -> TestLogs.add("key " + i)).toList());
      host.commit();
    } finally {
      setting.end(host);
    }
    assertThat(TestLogs.all(log)).hasSize(many);
  }

  @ParameterizedTest
  @EnumSource(Setting.class)
  void CNT_2_whatWaitsForAPositionIsNotDoomed(Setting setting) throws SQLException {
    ManualClock clock = ManualClock.create();
    JdbcLog log =
        JdbcLog.builder(setting.dataSource(), "here").name("doom " + setting).clock(clock).build();
    assertThat(log.reserve(TestLogs.sha256(1), 10, 100)).isEqualTo(Reserved.GRANTED);
    Connection host = setting.begin();
    try {
      log.append(host, List.of(TestLogs.body(Operation.ADD, "a", TestLogs.content(1))));
      host.commit();
      clock.advance(Duration.ofDays(1));
      assertThat(log.doom(TestLogs.sha256(1), clock.instant())).isFalse();

      log.reserve(TestLogs.sha256(2), 10, 100);
      clock.advance(Duration.ofDays(1));
      assertThat(log.doom(TestLogs.sha256(2), clock.instant())).isTrue();
      if (setting == Setting.MARIADB_SERIALIZABLE) { // where nobody looks
        return;
      }
      assertThatThrownBy(
              () ->
                  log.append(host, List.of(TestLogs.body(Operation.ADD, "b", TestLogs.content(2)))))
          .isInstanceOfSatisfying(
              SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT));
      host.rollback();
    } finally {
      setting.end(host);
    }
    assertThat(TestLogs.keys(log)).containsExactly("a");
  }

  /** A transaction that takes longer than its reservation. */
  @ParameterizedTest
  @EnumSource(value = Setting.class, mode = EnumSource.Mode.EXCLUDE, names = "SQLITE")
  void CNT_3_whatWasRemovedBeforeItsEntryCameIsWanted(Setting setting) throws SQLException {
    ManualClock clock = ManualClock.create();
    JdbcLog log =
        JdbcLog.builder(setting.dataSource(), "here").name("late " + setting).clock(clock).build();
    for (int i : List.of(1, 2)) {
      log.reserve(TestLogs.sha256(i), 10, 100);
    }
    Connection host = setting.begin();
    try {
      for (int i : List.of(1, 2)) {
        log.append(host, List.of(TestLogs.body(Operation.ADD, "a" + i, TestLogs.content(i))));
      }
      clock.advance(Duration.ofDays(1));
      for (int i : List.of(1, 2)) {
        assertThat(log.doom(TestLogs.sha256(i), clock.instant())).isTrue();
      }
      log.stored(TestLogs.sha256(1), false);
      host.commit();
    } finally {
      setting.end(host);
    }
    assertThat(TestLogs.keys(log)).containsExactly("a1", "a2");
    assertThat(log.content(TestLogs.sha256(1)).orElseThrow().state()).isEqualTo(State.WANTED);
    assertThat(log.content(TestLogs.sha256(2)).orElseThrow().state()).isEqualTo(State.DOOMED);
    log.stored(TestLogs.sha256(2), false);
    assertThat(log.content(TestLogs.sha256(2)).orElseThrow().state()).isEqualTo(State.WANTED);
  }
}
