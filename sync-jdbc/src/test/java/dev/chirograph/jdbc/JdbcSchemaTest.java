package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.jdbc.JdbcSchema.Component;
import dev.chirograph.spi.Job;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JdbcSchemaTest {

  static Stream<DataSource> databases() {
    return Stream.of(TestDatabases.emptyH2(), TestDatabases.emptySqlite());
  }

  static JdbcSchema queueTables(DataSource dataSource) {
    return JdbcSchema.of(dataSource).only(Component.QUEUE);
  }

  @ParameterizedTest
  @MethodSource("databases")
  void installingTwiceChangesNothing(DataSource dataSource) {
    queueTables(dataSource).install();
    JdbcQueue.of(dataSource, "q").enqueue(List.of(job("a")));
    queueTables(dataSource).install();
    assertThat(queueTables(dataSource).script()).isEmpty();
    assertThat(JdbcQueue.of(dataSource, "q").statistics().total().waiting()).isEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("databases")
  void severalMayInstallAtOnce(DataSource dataSource) throws Exception {
    installAtOnce(dataSource);
    assertThat(queueTables(dataSource).script()).isEmpty();
  }

  static void installAtOnce(DataSource dataSource) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(6);
    try {
      List<Callable<Boolean>> tasks = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        tasks.add(
            () -> {
              queueTables(dataSource).install();
              return true;
            });
      }
      for (Future<Boolean> task : threads.invokeAll(tasks)) {
        assertThat(task.get()).isTrue();
      }
    } finally {
      threads.shutdown();
    }
  }

  @ParameterizedTest
  @MethodSource("databases")
  void theScriptIsWhatInstallWouldRun(DataSource dataSource) throws SQLException {
    String script = queueTables(dataSource).script();
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : script.split(";\n", -1)) {
        if (!sql.isBlank()) {
          statement.execute(sql);
        }
      }
    }
    assertThat(queueTables(dataSource).script()).isEmpty();
    assertThat(JdbcQueue.of(dataSource, "q").enqueue(List.of(job("a"))).added()).isEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("databases")
  void missingTablesAreRefusedWithTheScriptToRun(DataSource dataSource) {
    assertThatThrownBy(() -> JdbcQueue.of(dataSource, "q"))
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(SyncException.Kind.NOT_FOUND))
        .hasMessageContaining("queue-1.sql")
        .hasMessageContaining("install()");
  }

  @ParameterizedTest
  @MethodSource("databases")
  void tablesOfALaterVersionAreRefused(DataSource dataSource) throws SQLException {
    queueTables(dataSource).install();
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("update chirograph_schema_version set version = 9");
    }
    assertThatThrownBy(() -> JdbcQueue.of(dataSource, "q"))
        .isInstanceOfSatisfying(
            SyncException.class,
            e -> assertThat(e.kind()).isEqualTo(SyncException.Kind.UNSUPPORTED))
        .hasMessageContaining("version 9");
    assertThatThrownBy(() -> queueTables(dataSource).install()).hasMessageContaining("version 9");
  }

  @ParameterizedTest
  @MethodSource("databases")
  void twoPrefixesStandSideBySide(DataSource dataSource) {
    queueTables(dataSource).prefix("one_").install();
    queueTables(dataSource).prefix("two_").install();
    JdbcQueue one = JdbcQueue.builder(dataSource, "q").prefix("one_").build();
    JdbcQueue two = JdbcQueue.builder(dataSource, "q").prefix("two_").build();
    one.enqueue(List.of(job("a")));
    assertThat(two.lease("k", 10, Duration.ofMinutes(1))).isEmpty();
    assertThat(one.lease("k", 10, Duration.ofMinutes(1))).isPresent();
  }

  @ParameterizedTest
  @MethodSource("databases")
  void namesThatAreNoIdentifiersAreRefused(DataSource dataSource) {
    for (String name : List.of("a b", "A", "x;drop table y", "1a", "\"")) {
      assertThatThrownBy(() -> JdbcSchema.of(dataSource).prefix(name))
          .isInstanceOf(SyncException.class);
      assertThatThrownBy(() -> JdbcSchema.of(dataSource).schema(name))
          .isInstanceOf(SyncException.class);
    }
  }

  static Job job(String key) {
    return Job.builder("k", "s", Key.utf8(key)).build();
  }
}
