package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.spi.LogContext;
import dev.chirograph.spi.LogContext.Life;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Merge;
import dev.chirograph.spi.ReplicaLog.Position;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How many statements a log takes, however much is written or read at once. */
class LogStatementsIT {

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void theNumberOfStatementsDoesNotGrowWithTheNumberOfItems(TestDatabase database)
      throws Exception {
    try (SpyDataSource spy = database.empty()) {
      TestDatabases.withLog(spy.dataSource());
      JdbcLog log = JdbcLog.of(spy.dataSource(), "here");
      log.append(List.of(TestLogs.add("first")));
      boolean postgres = database == TestDatabase.POSTGRESQL;
      for (int many : List.of(1, 10, 1_000)) {
        String name = database + " " + many;
        List<Body> bodies = some(many, i -> TestLogs.add(many + " " + i));
        spy.statements();
        log.append(bodies);
        assertThat(spy.statements()).as("append " + name).hasSize(postgres ? 2 : 7);

        log.append(some(many, i -> deprecated(bodies.get(i))));
        assertThat(spy.statements()).as("change " + name).hasSize(postgres ? 3 : 10);

        Merge page = page(many);
        log.merge(page);
        assertThat(spy.statements()).as("merge " + name).hasSize(postgres ? 2 : 13);

        log.read(Position.START, many, Long.MAX_VALUE);
        assertThat(spy.statements()).as("read " + name).hasSizeLessThanOrEqualTo(postgres ? 5 : 6);
      }
    }
  }

  private static <T> List<T> some(int many, IntFunction<T> what) {
    return IntStream.range(0, many).mapToObj(what).toList();
  }

  private static Body deprecated(Body body) {
    UUID id = UUID.randomUUID();
    return new Body(id, Operation.DEPRECATE, body.key(), body.version(), Content.NONE, "");
  }

  private static Merge page(int many) {
    List<LogItem> items =
        some(many, i -> TestLogs.foreign("berlin", i + 1, TestLogs.add("of berlin " + many + i)));
    LogContext seen = LogContext.of(Map.of(new Life("berlin", TestLogs.EPOCH), (long) many));
    return new Merge(
        "berlin", items, Optional.of(TestLogs.elsewhere(many)), seen, Optional.empty());
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void whatWaitsForAPositionIsMovedAFewMegabytesAtATime(TestDatabase database) throws Exception {
    try (SpyDataSource spy = database.empty()) {
      TestDatabases.withLog(spy.dataSource());
      JdbcLog log = JdbcLog.of(spy.dataSource(), "here");
      String payload = "x".repeat(LogChecks.MAX_PAYLOAD_BYTES);
      try (Connection host = spy.dataSource().getConnection()) {
        host.setAutoCommit(false);
        log.append(host, some(20, i -> with(payload, "large " + i)));
        log.append(host, some(20, i -> with("", "small " + i)));
        host.commit();
        host.setAutoCommit(true);
      }
      spy.statements();
      assertThat(log.bounds().head().number()).isEqualTo(40);
      assertThat(spy.statements())
          .filteredOn(statement -> statement.sql().contains("delete from chirograph_log_inbox"))
          .hasSize(3);
      assertThat(TestLogs.keys(log)).hasSize(40).first().isEqualTo("large 0");
    }
  }

  private static Body with(String payload, String key) {
    return new Body(UUID.randomUUID(), Operation.ADD, Key.utf8(key), "1", Content.NONE, payload);
  }
}
