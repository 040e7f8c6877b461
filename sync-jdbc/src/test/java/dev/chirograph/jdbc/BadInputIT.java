package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.chirograph.Change;
import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is refused, and whether the message says what to do. */
class BadInputIT {

  private SpyDataSource spy;

  @AfterEach
  void close() throws SQLException {
    if (spy != null) {
      spy.close();
    }
  }

  // ---- databases

  @Test
  void aDatabaseThatIsNotKnownIsRefusedByName() {
    for (DataSource unknown :
        List.of(database("Oracle", 23), database("PostgreSQL", 9), database("SQLite", 2))) {
      for (ThrowingCallable use :
          List.<ThrowingCallable>of(
              () -> JdbcState.of(unknown),
              () -> JdbcCatalogue.of(unknown, "photos"),
              () -> JdbcSchema.of(unknown).install(),
              () -> JdbcSchema.of(unknown).script())) {
        refused(use, Kind.UNSUPPORTED, "supported are PostgreSQL 15", "MariaDB", "H2", "SQLite");
      }
    }
    refused(() -> JdbcState.of(database("Oracle", 23)), Kind.UNSUPPORTED, "Oracle 23.7");
  }

  private static DataSource database(String product, int major) {
    Map<String, Object> answers =
        Map.of(
            "getDatabaseProductName",
            product,
            "getDatabaseProductVersion",
            major + ".7",
            "getDatabaseMajorVersion",
            major,
            "getDatabaseMinorVersion",
            7);
    DatabaseMetaData data = answering(DatabaseMetaData.class, answers);
    Connection connection = answering(Connection.class, Map.of("getMetaData", data));
    return answering(DataSource.class, Map.of("getConnection", connection));
  }

  private static <T> T answering(Class<T> type, Map<String, Object> answers) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> answers.get(method.getName())));
  }

  @Test
  void aDatabaseThatCannotBeReachedMayBeTriedAgain() {
    DataSource away =
        (DataSource)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) -> {
                  throw new SQLException("jdbc:secret refused the password hunter2", "08001");
                });
    SyncException why = refused(() -> JdbcState.of(away), Kind.UNAVAILABLE, "connecting", "08001");
    assertThat(why.mayRetry()).isTrue();
    assertThat(why.getMessage()).doesNotContain("hunter2");
  }

  // ---- tables

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void missingTablesAreRefusedWithTheScriptThatCreatesThem(TestDatabase database) {
    spy = database.empty();
    refused(
        () -> JdbcState.of(spy.dataSource()),
        Kind.NOT_FOUND,
        "the tables of the state in the default schema with prefix 'chirograph_' are missing",
        "version 1 is needed",
        "JdbcSchema.install()",
        "/state-1.sql");
    refused(
        () -> JdbcCatalogue.builder(spy.dataSource(), "photos").prefix("other_").build(),
        Kind.NOT_FOUND,
        "the tables of the catalogue in the default schema with prefix 'other_' are missing",
        "/catalogue-1.sql");
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void oneComponentDoesNotStandForAnother(TestDatabase database) {
    spy = database.empty();
    JdbcSchema.of(spy.dataSource()).only(JdbcSchema.Component.STATE).install();
    assertThat(JdbcState.of(spy.dataSource())).isNotNull();
    refused(() -> JdbcCatalogue.of(spy.dataSource(), "photos"), Kind.NOT_FOUND, "/catalogue-1.sql");
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void olderTablesAreRefusedWithTheScriptThatUpgradesThem(TestDatabase database)
      throws SQLException {
    spy = database.open();
    execute("update chirograph_schema_version set version = -1");
    refused(
        () -> JdbcState.of(spy.dataSource()),
        Kind.NOT_FOUND,
        "have version -1, version 1 is needed",
        "/state-0.sql to /",
        "/state-1.sql");
    refused(
        () -> JdbcCatalogue.of(spy.dataSource(), "photos"),
        Kind.NOT_FOUND,
        "have version -1, version 1 is needed",
        "/catalogue-1.sql");
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void newerTablesAreRefusedByOldCode(TestDatabase database) throws SQLException {
    spy = database.open();
    execute("update chirograph_schema_version set version = 2");
    for (ThrowingCallable use :
        List.<ThrowingCallable>of(
            () -> JdbcState.of(spy.dataSource()),
            () -> JdbcCatalogue.of(spy.dataSource(), "photos"),
            () -> JdbcSchema.of(spy.dataSource()).install())) {
      refused(
          use,
          Kind.UNSUPPORTED,
          "have version 2, this library knows version 1: use a later library");
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void tablesThatVanishLaterAreNamedAsMissing(TestDatabase database) throws SQLException {
    spy = database.open();
    JdbcState state = JdbcState.of(spy.dataSource());
    execute("drop table chirograph_state");
    refused(
        () -> state.read("runs", List.of(Key.utf8("a"))),
        Kind.NOT_FOUND,
        "reading records of 'runs'",
        "JdbcSchema.install()");
  }

  // ---- names and keys

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void namesThatWouldNotBeStoredAsTheyAreAreRefused(TestDatabase database) {
    spy = database.open();
    DataSource source = spy.dataSource();
    JdbcState state = JdbcState.of(source);
    for (String bad : List.of("", "x".repeat(256), "a\u0000b", "\uD83D")) {
      for (ThrowingCallable use :
          List.<ThrowingCallable>of(
              () -> JdbcState.builder(source).tenant(bad),
              () -> JdbcCatalogue.builder(source, "photos").tenant(bad),
              () -> JdbcCatalogue.of(source, bad),
              () -> state.read(bad, List.of()),
              () -> state.write(bad, List.of()),
              () -> state.scan(bad, KeyRange.all()))) {
        refused(use, Kind.INVALID_ARGUMENT, " has 1 to ");
      }
    }
    for (String bad : List.of("a b", "A", "1a", "a;drop table b", "x".repeat(41))) {
      refused(() -> JdbcState.builder(source).prefix(bad), Kind.INVALID_ARGUMENT, "prefix", bad);
      refused(
          () -> JdbcCatalogue.builder(source, "photos").schema(bad),
          Kind.INVALID_ARGUMENT,
          "schema",
          bad);
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void keysThatAreEmptyOrTooLongAreRefused(TestDatabase database) {
    spy = database.open();
    JdbcState state = JdbcState.of(spy.dataSource());
    JdbcCatalogue catalogue = JdbcCatalogue.of(spy.dataSource(), "photos");
    refused(
        () -> Key.ofBytes(new byte[Key.MAX_LENGTH + 1]),
        Kind.INVALID_ARGUMENT,
        "at most 1024",
        "1025");
    refused(() -> catalogue.find("é".repeat(513)), Kind.INVALID_ARGUMENT, "at most 1024", "1026");

    Key fine = Key.utf8("fine");
    List<Outcome> outcomes =
        state.write(
            "runs",
            List.of(
                Change.put(Key.EMPTY, new byte[1], Expect.anything()),
                Change.put(fine, new byte[1], Expect.anything())));
    rejected(outcomes.get(0), "empty key");
    assertThat(outcomes.get(1)).isInstanceOf(Outcome.Applied.class);
    assertThat(state.read("runs", List.of(Key.EMPTY, fine)).get(0)).isEmpty();

    outcomes =
        catalogue.apply(
            List.of(
                Change.put(Key.EMPTY, States.simple(1), Expect.anything()),
                Change.put(fine, States.simple(1), Expect.anything())));
    rejected(outcomes.get(0), "empty key");
    assertThat(outcomes.get(1)).isInstanceOf(Outcome.Applied.class);
  }

  private static void rejected(Outcome outcome, String message) {
    assertThat(outcome).isInstanceOf(Outcome.Rejected.class);
    SyncException why = ((Outcome.Rejected) outcome).why();
    assertThat(why.kind()).isEqualTo(Kind.INVALID_ARGUMENT);
    assertThat(why).hasMessageContaining(message);
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void batchesThatAreTooLargeOrNameAKeyTwiceAreRefusedWhole(TestDatabase database) {
    spy = database.open();
    JdbcCatalogue catalogue = JdbcCatalogue.of(spy.dataSource(), "photos");
    List<Key> many = IntStream.range(0, 1_001).mapToObj(i -> Key.utf8("k" + i)).toList();
    refused(() -> catalogue.observe(many), Kind.INVALID_ARGUMENT, "at most 1000", "1001");
    refused(
        () ->
            catalogue.apply(
                many.stream()
                    .map(key -> Change.put(key, States.simple(1), Expect.anything()))
                    .toList()),
        Kind.INVALID_ARGUMENT,
        "at most 1000",
        "1001");
    Key twice = Key.utf8("twice");
    refused(() -> catalogue.observe(List.of(twice, twice)), Kind.INVALID_ARGUMENT, "twice");
    assertThat(catalogue.split(KeyRange.all())).isEmpty();
    assertThat(catalogue.observe(List.of())).isEmpty();
    assertThat(catalogue.apply(List.of())).isEmpty();
    assertThat(catalogue.owners(List.of("", "no id"))).hasSize(2).allMatch(o -> o.isEmpty());
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void limitsThatAreNotPositiveAreRefused(TestDatabase database) {
    spy = database.empty();
    JdbcSchema.of(spy.dataSource()).only(JdbcSchema.Component.QUEUE).install();
    JdbcQueue queue = JdbcQueue.of(spy.dataSource(), "photos");
    Duration minute = Duration.ofMinutes(1);
    for (int limit : List.of(-1, 0, 1_001, Integer.MIN_VALUE)) {
      refused(
          () -> queue.lease("sync", limit, minute),
          Kind.INVALID_ARGUMENT,
          "the limit must be from 1 to 1000, not " + limit);
    }
    for (Duration duration : List.of(Duration.ZERO, minute.negated())) {
      refused(
          () -> queue.lease("sync", 1, duration), Kind.INVALID_ARGUMENT, "at least PT1S", "not");
    }
    for (long run : List.of(-1L, 0L, Long.MIN_VALUE)) {
      refused(() -> queue.release(run, "s", 10), Kind.INVALID_ARGUMENT, "not " + run);
    }
  }

  // ---- help

  private static SyncException refused(ThrowingCallable use, Kind kind, String... message) {
    SyncException why = catchThrowableOfType(SyncException.class, use);
    assertThat(why).as("refusal").isNotNull().hasMessageContainingAll(message);
    assertThat(why.kind()).as(why.getMessage()).isEqualTo(kind);
    return why;
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = spy.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }
}
