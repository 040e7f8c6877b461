package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Pacing;
import dev.chirograph.spi.table.ColumnRules;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Horizon;
import dev.chirograph.spi.table.Horizon.Proof;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.SourceTable;
import dev.chirograph.testkit.ManualClock;
import dev.chirograph.testkit.Seed;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** A reader that stays below the horizon misses no row, however late it is committed. */
class TableHorizonIT {

  private static final int STEPS = 60;
  private static final int WRITERS = 4;

  private final List<Connection> connections = new ArrayList<>();
  private @Nullable SpyDataSource spy;

  private void open(TestDatabase database) throws SQLException {
    spy = database.empty();
    spy.remembersNothing();
    String id =
        database == TestDatabase.MARIADB
            ? "bigint auto_increment primary key"
            : "bigint generated always as identity primary key";
    execute("create table \"event\" (\"id\" " + id + ", \"said\" varchar(20))", database);
  }

  private void execute(String sql, TestDatabase database) throws SQLException {
    HostTable.execute(
        spy.dataSource(), database == TestDatabase.MARIADB ? sql.replace('"', '`') : sql);
  }

  private SourceTable source(JdbcTable options, Pacing pacing) {
    return JdbcSource.builder(spy.dataSource())
        .table("event", options)
        .lag(Duration.ofSeconds(10))
        .pacing(pacing)
        .build()
        .table("event");
  }

  private Connection connection() throws SQLException {
    Connection connection = spy.dataSource().getConnection();
    connections.add(connection);
    connection.setAutoCommit(false);
    return connection;
  }

  @AfterEach
  void close() throws SQLException {
    for (Connection connection : connections) {
      connection.rollback();
      connection.close();
    }
    if (spy != null) {
      spy.close();
    }
  }

  private static JdbcTable drawn() {
    return JdbcTable.standard().markDrawnInTransaction("id");
  }

  private static void say(Connection connection, TestDatabase database) throws SQLException {
    String quote = database == TestDatabase.MARIADB ? "`" : "\"";
    run(connection, "insert into %sevent%s (%ssaid%s) values ('it')".replace("%s", quote));
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  // ---- late commits

  /** Reads on from the last row up to the horizon, as an engine does. */
  private static final class Follower {
    private final SourceTable source;
    private final RowFormat format;
    private final Set<Long> seen = new TreeSet<>();
    private Optional<Cursor> after = Optional.empty();

    Follower(SourceTable source) {
      this.source = source;
      this.format = RowFormat.agreed(source.shape(), source.shape(), ColumnRules.standard());
    }

    Horizon follow() {
      Horizon horizon = source.horizon();
      assertThat(horizon.proof()).isEqualTo(Proof.ENDED_TRANSACTIONS);
      List<Row> page = source.after(format, after, horizon.mark(), 1_000, Long.MAX_VALUE);
      page.forEach(row -> assertThat(seen.add(row.mark().value())).isTrue());
      if (!page.isEmpty()) {
        Row last = page.get(page.size() - 1);
        after = Optional.of(new Cursor(last.mark(), Optional.of(last.key()), "here"));
      }
      return horizon;
    }
  }

  @ParameterizedTest
  @EnumSource(value = TestDatabase.class, mode = Mode.EXCLUDE, names = "SQLITE")
  void L6_aTransactionThatDrewAnEarlierNumberAndCommitsLateIsNeverMissed(TestDatabase database)
      throws SQLException {
    open(database);
    RandomGenerator random = Seed.draw().random();
    Follower follower = new Follower(source(drawn(), Pacing.system()));
    follower.follow();
    List<Connection> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      writers.add(connection());
    }
    for (int step = 0; step < STEPS; step++) {
      Connection writer = writers.get(random.nextInt(WRITERS));
      switch (random.nextInt(6)) {
        case 0, 1, 2 -> say(writer, database);
        case 3, 4 -> writer.commit();
        default -> writer.rollback();
      }
      if (random.nextInt(2) == 0) {
        follower.follow();
      }
    }
    for (Connection writer : writers) {
      writer.commit();
    }
    Set<Long> there = numbers(database);
    assertThat(there).hasSizeGreaterThan(3);
    for (int i = 0; i < 50 && follower.seen.size() < there.size(); i++) {
      follower.follow();
    }
    assertThat(follower.seen).isEqualTo(there);
  }

  private Set<Long> numbers(TestDatabase database) throws SQLException {
    String sql = "select \"id\" from \"event\"";
    Set<Long> numbers = new TreeSet<>();
    try (Connection connection = spy.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                database == TestDatabase.MARIADB ? sql.replace('"', '`') : sql)) {
      while (rows.next()) {
        numbers.add(rows.getLong(1));
      }
    }
    return numbers;
  }

  @ParameterizedTest
  @EnumSource(value = TestDatabase.class, mode = Mode.EXCLUDE, names = "SQLITE")
  void L6_theHorizonStandsBelowWhatIsOpenAndItsAgeIsTold(TestDatabase database)
      throws SQLException {
    open(database);
    ManualClock clock = ManualClock.create();
    Pacing pacing = clock.environment().pacing();
    Connection early = connection();
    Connection late = connection();
    say(early, database);
    early.commit();
    SourceTable source = source(drawn(), pacing(pacing, clock));
    assertThat(source.horizon())
        .isEqualTo(new Horizon(new Mark(1), Proof.ENDED_TRANSACTIONS, Duration.ZERO));
    say(late, database);
    say(early, database);
    early.commit();
    assertThat(source.horizon().mark()).isEqualTo(new Mark(1));
    clock.advance(Duration.ofMinutes(7));
    Horizon waiting = source.horizon();
    assertThat(waiting.mark()).isEqualTo(new Mark(1));
    assertThat(waiting.age()).isBetween(Duration.ofMinutes(7), Duration.ofMinutes(8));
    late.commit();
    assertThat(source.horizon())
        .isEqualTo(new Horizon(new Mark(3), Proof.ENDED_TRANSACTIONS, Duration.ZERO));
  }

  /** Waits in earnest, since the database's clocks are its own, and tells the test's time. */
  private static Pacing pacing(Pacing told, ManualClock clock) {
    return new Pacing() {
      @Override
      public long nanoTime() {
        return told.nanoTime();
      }

      @Override
      public void pause(Duration duration) throws InterruptedException {
        Pacing.system().pause(duration);
        clock.advance(duration);
      }
    };
  }

  @Test
  void L6_aNumberThatWasDrawnBeforeAnythingWasWrittenHoldsTheHorizonBack() throws SQLException {
    open(TestDatabase.POSTGRESQL);
    HostTable.execute(spy.dataSource(), "create sequence numbers");
    HostTable.execute(
        spy.dataSource(),
        "alter table event alter id drop identity, alter id set default nextval('numbers')");
    Follower follower = new Follower(source(drawn(), Pacing.system()));
    follower.follow();
    Connection early = connection();
    run(early, "select nextval('numbers')");
    Connection other = connection();
    say(other, TestDatabase.POSTGRESQL);
    other.commit();
    assertThat(follower.follow().mark()).isLessThan(new Mark(1));
    run(early, "insert into event values (1, 'late')");
    early.commit();
    follower.follow();
    follower.follow();
    assertThat(follower.seen).containsExactly(1L, 2L);
  }

  @Test
  void L6_whatWasPreparedMayStillCommit() {
    TableRunning then = new TableRunning(Set.of("3/14", "4/2"), Set.of());
    TableRunning prepared = then.left(new TableRunning(Set.of("4/2", "5/1"), Set.of("77 now")));
    assertThat(prepared).isEqualTo(new TableRunning(Set.of("4/2"), Set.of("77 now")));
    TableRunning ended = prepared.left(new TableRunning(Set.of("5/1"), Set.of("77 now")));
    assertThat(ended).isEqualTo(new TableRunning(Set.of(), Set.of("77 now")));
    assertThat(ended.left(new TableRunning(Set.of("6/1"), Set.of("78 later"))).isEmpty()).isTrue();
  }

  // ---- versions that are times

  @Test
  void L6_aTimeIsProvenWhenNobodyCanDrawItAnyMore() throws SQLException {
    open(TestDatabase.POSTGRESQL);
    HostTable.execute(
        spy.dataSource(),
        "alter table event add changed timestamptz(0) not null default clock_timestamp()");
    ManualClock clock = ManualClock.create();
    SourceTable source =
        source(
            JdbcTable.standard().markDrawnInTransaction("changed"), clock.environment().pacing());
    Connection writer = connection();
    say(writer, TestDatabase.POSTGRESQL);
    writer.commit();
    Mark first = source.horizon().mark();
    assertThat(first).isEqualTo(source.info().last().orElseThrow());
    run(writer, "insert into event (said, changed) values ('later', now() + interval '1 hour')");
    writer.commit();
    assertThat(source.horizon().mark()).isEqualTo(first);
    clock.advance(Duration.ofSeconds(2));
    assertThat(source.horizon().mark()).isEqualTo(source.info().last().orElseThrow());
  }

  // ---- where nothing is proven

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void L6_whereTheHostDoesNotSayHowNumbersAreDrawnTimeHasToPassAndCertifiesNothing(
      TestDatabase database) throws SQLException {
    ManualClock clock = ManualClock.create();
    if (database == TestDatabase.SQLITE) {
      spy = database.empty();
      execute("create table \"event\" (\"id\" integer primary key, \"said\" text)", database);
    } else {
      open(database);
    }
    SourceTable source = source(JdbcTable.standard().mark("id"), clock.environment().pacing());
    Connection writer = connection();
    say(writer, database);
    writer.commit();
    assertThat(source.horizon()).isEqualTo(new Horizon(Mark.FIRST, Proof.LAG, Duration.ZERO));
    clock.advance(Duration.ofSeconds(6));
    say(writer, database);
    writer.commit();
    assertThat(source.horizon())
        .isEqualTo(new Horizon(Mark.FIRST, Proof.LAG, Duration.ofSeconds(6)));
    clock.advance(Duration.ofSeconds(4));
    assertThat(source.horizon())
        .isEqualTo(new Horizon(new Mark(1), Proof.LAG, Duration.ofSeconds(4)));
    clock.advance(Duration.ofSeconds(6));
    assertThat(source.horizon()).isEqualTo(new Horizon(new Mark(2), Proof.LAG, Duration.ZERO));
  }

  // ---- restores

  @ParameterizedTest
  @EnumSource(value = TestDatabase.class, mode = Mode.EXCLUDE, names = "SQLITE")
  void L6_whereNumbersWentBackTheyAreNotTrusted(TestDatabase database) throws SQLException {
    open(database);
    Connection writer = connection();
    for (int i = 0; i < 5; i++) {
      say(writer, database);
    }
    writer.commit();
    SourceTable source = source(drawn(), Pacing.system());
    assertThat(source.horizon().mark()).isEqualTo(new Mark(5));
    run(
        writer,
        ("delete from \"event\" where \"id\" > 3")
            .replace('"', database == TestDatabase.MARIADB ? '`' : '"'));
    writer.commit();
    assertThat(source.horizon().mark()).isEqualTo(new Mark(3));
  }
}
