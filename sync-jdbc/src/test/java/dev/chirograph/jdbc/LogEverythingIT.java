package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Digest;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.LogContext;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Merge;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.SupportsContents.Stored;
import dev.chirograph.testkit.Seed;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Everything is done to one log at once, each thread as if it were a process of its own: nobody
 * loses a deadlock for good, and the log is whole after it.
 */
class LogEverythingIT {

  private static final int THREADS = 6;
  private static final int DEEDS = 30;
  private static final int KEYS = 20;
  private static final int CONTENTS = 4;

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void LOG_all_whateverIsDoneAtOnceTheLogStaysWhole(TestDatabase database) throws Exception {
    Seed seed = Seed.draw();
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try (SpyDataSource spy = database.empty()) {
      TestDatabases.withLog(spy.dataSource());
      spy.remembersNothing();
      List<Callable<Boolean>> racers = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        JdbcLog log = JdbcLog.of(spy.dataSource(), "here");
        RandomGenerator random = seed.random(i);
        racers.add(
            () -> {
              for (int deed = 0; deed < DEEDS; deed++) {
                something(log, spy.dataSource(), random);
              }
              return true;
            });
      }
      for (Future<Boolean> racer : threads.invokeAll(racers)) {
        assertThat(racer.get()).isTrue();
      }
      assertWhole(JdbcLog.of(spy.dataSource(), "here"));
    } finally {
      threads.shutdownNow();
    }
  }

  private static void something(JdbcLog log, DataSource dataSource, RandomGenerator random)
      throws SQLException {
    String peer = random.nextBoolean() ? "berlin" : "oslo";
    switch (random.nextInt(11)) {
      case 0, 1 -> log.append(bodies(random));
      case 2, 3 -> log.merge(page(peer, random));
      case 4 -> inTransaction(log, dataSource, random);
      case 5 -> log.compact(Instant.now(), Instant.now());
      case 6 -> log.retire(peer);
      case 7 -> log.passed(peer, log.bounds().head());
      case 8 -> log.forget(TestLogs.all(log).stream().limit(2).toList());
      case 9 -> log.newEpoch(log.bounds().head().epoch());
      default -> log.stored(TestLogs.sha256(1 + random.nextInt(CONTENTS)), true);
    }
  }

  private static void inTransaction(JdbcLog log, DataSource dataSource, RandomGenerator random)
      throws SQLException {
    try (Connection host = dataSource.getConnection()) {
      host.setAutoCommit(false);
      try {
        log.append(host, bodies(random));
        host.commit();
      } catch (SyncException e) { // on SQLite, somebody else has written since
        assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE);
        host.rollback();
      }
      host.setAutoCommit(true);
    }
  }

  private static Merge page(String peer, RandomGenerator random) {
    List<LogItem> items =
        bodies(random).stream()
            .map(body -> TestLogs.foreign(peer, 1 + random.nextInt(100), body))
            .toList();
    Optional<Position> pointer = Optional.of(TestLogs.elsewhere(random.nextInt(100)));
    return new Merge(peer, items, pointer, LogContext.EMPTY, Optional.of(random.nextBoolean()));
  }

  private static List<Body> bodies(RandomGenerator random) {
    Operation[] operations = Operation.values();
    return IntStream.rangeClosed(0, random.nextInt(8))
        .mapToObj(
            i ->
                TestLogs.body(
                    operations[random.nextInt(operations.length)],
                    "key " + random.nextInt(KEYS),
                    random.nextBoolean()
                        ? Content.NONE
                        : TestLogs.content(1 + random.nextInt(CONTENTS))))
        .toList();
  }

  private static void assertWhole(JdbcLog log) {
    List<LogItem> items = TestLogs.all(log);
    assertThat(log.digests(List.of(Slice.Bucket.ALL)))
        .containsExactly(
            items.stream().map(item -> Digest.of(item.hash())).reduce(Digest.EMPTY, Digest::plus));
    for (int i = 1; i <= CONTENTS; i++) {
      String sha256 = TestLogs.sha256(i);
      assertThat(log.content(sha256).map(Stored::references).orElse(0L))
          .isEqualTo(items.stream().filter(item -> item.content().sha256().equals(sha256)).count());
    }
  }
}
