package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.servers.Database;
import dev.chirograph.servers.Shared;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Operation;
import java.sql.Connection;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Another JVM, whose heap is much smaller than a log, reads the log. */
class LogMemoryIT {

  private static final int CALLS = 12;
  private static final int IN_A_CALL = 10;
  private static final int WAITING = 60;

  @ParameterizedTest
  @ValueSource(strings = {"postgres", "mariadb"})
  void L9_readingHoldsAPageAndMovingAFewMegabytes(String name) throws Exception {
    Database database =
        name.equals("postgres") ? Shared.postgres().newDatabase() : Shared.mariaDb().newDatabase();
    JdbcLog log = JdbcLog.of(TestDatabases.withLog(database.dataSource()), "here");
    for (int call = 0; call < CALLS; call++) {
      log.append(bodies("written " + call, IN_A_CALL));
    }
    try (Connection host = database.dataSource().getConnection()) {
      host.setAutoCommit(false);
      for (int i = 0; i < WAITING; i++) {
        log.append(host, bodies("waiting " + i, 1));
      }
      host.commit();
    }
    assertThat(SmallJvm.run(96, LogReadingProcess.class, database))
        .isEqualTo(CALLS * IN_A_CALL + WAITING + " items");
  }

  private static List<Body> bodies(String key, int many) {
    String payload = "x".repeat(LogChecks.MAX_PAYLOAD_BYTES);
    return IntStream.range(0, many)
        .mapToObj(
            i -> {
              Key of = Key.utf8(key + " " + i);
              return new Body(UUID.randomUUID(), Operation.ADD, of, "1", Content.NONE, payload);
            })
        .toList();
  }
}
