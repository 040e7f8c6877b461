package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.jdbc.SpyDataSource.When;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.LogItem;
import dev.chirograph.testkit.Seed;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Eight who write with transactions of random length, each as if it were a process of its own, and
 * a reader that polls all the time. {@code -Dchirograph.logEntries=1000000} says how many entries.
 */
class LogWritersIT {

  private static final int WRITERS = 8;
  private static final int ENTRIES = Integer.getInteger("chirograph.logEntries", 100_000);
  private static final int CHANGES = Math.min(ENTRIES, 10_000);

  /** Every entry adds something of its own, so each of them has a position for good. */
  @ParameterizedTest
  @EnumSource(names = {"POSTGRESQL", "MARIADB"})
  void L6_LOG_1_whoPollsSkipsNothingAndReadsNothingTwice(TestDatabase database) throws Exception {
    try (Race race = new Race(database)) {
      List<LogAdding> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        writers.add(new LogAdding(race.spy.dataSource(), i, race.seed.random(i)));
      }
      LogFollower reader = new LogFollower(race.spy.dataSource());
      race.run(
          writers.stream().<Race.Racer>map(writer -> () -> writer.run(ENTRIES / WRITERS)).toList(),
          reader::poll);
      long committed = 0;
      for (LogAdding writer : writers) {
        committed += writer.committed();
        assertThat(reader.missed(writer)).as("what was committed and never read").isEmpty();
        assertThat(reader.unasked(writer)).as("what was read and never committed").isEmpty();
        assertThat(reader.elsewhere(writer)).as("what was not where append said").isEmpty();
      }
      assertThat(reader.read()).isEqualTo(committed);
      assertThat(reader.log().bounds().head().number())
          .as("no position is empty")
          .isEqualTo(committed);
      race.tell(database, committed, reader.pages());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"POSTGRESQL", "MARIADB", "H2"})
  void L6_connectionsOfThePoolMayHaveAnyIsolation(TestDatabase database) throws Exception {
    for (int isolation :
        List.of(Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE)) {
      try (Race race = new Race(database)) {
        DataSource dataSource = at(isolation, race.spy.dataSource());
        List<LogAdding> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
          writers.add(new LogAdding(dataSource, i, race.seed.random(i)));
        }
        LogFollower reader = new LogFollower(dataSource);
        race.run(
            writers.stream().<Race.Racer>map(writer -> () -> writer.run(250)).toList(),
            reader::poll);
        for (LogAdding writer : writers) {
          assertThat(reader.missed(writer)).as("what was committed and never read").isEmpty();
          assertThat(reader.unasked(writer)).as("what was read and never committed").isEmpty();
        }
      }
    }
  }

  private static DataSource at(int isolation, DataSource dataSource) {
    return (DataSource)
        Proxy.newProxyInstance(
            DataSource.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) -> {
              Connection connection = dataSource.getConnection();
              connection.setTransactionIsolation(isolation);
              return connection;
            });
  }

  /** Entries change what others added, and so move its item behind the last. */
  @ParameterizedTest
  @EnumSource(names = {"POSTGRESQL", "MARIADB"})
  void L6_LOG_1_LOG_2_whoPollsLearnsOfEveryChange(TestDatabase database) throws Exception {
    try (Race race = new Race(database)) {
      LogFollower reader = new LogFollower(race.spy.dataSource());
      List<Map<Key, Operation>> expected = new ArrayList<>();
      List<Race.Racer> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        Map<Key, Operation> written = new HashMap<>();
        expected.add(written);
        RandomGenerator random = race.seed.random(i);
        writers.add(() -> change(JdbcLog.of(race.spy.dataSource(), "here"), random, written));
      }
      Map<Key, LogItem> latest = new HashMap<>();
      List<LogItem> outOfOrder = new ArrayList<>();
      race.run(
          writers,
          writing ->
              reader.follow(
                  writing,
                  item -> {
                    LogItem before = latest.put(item.key(), item);
                    if (before != null
                        && (before.equals(item) || !before.join(item).equals(item))) {
                      outOfOrder.add(item);
                    }
                  }));
      assertThat(outOfOrder).as("what came twice or too late").isEmpty();
      Map<Key, Operation> all = new HashMap<>();
      expected.forEach(
          written ->
              written.forEach((key, operation) -> all.merge(key, operation, LogWritersIT::larger)));
      Map<Key, Operation> known = new HashMap<>();
      latest.forEach((key, item) -> known.put(key, item.last().body().operation()));
      assertThat(known).isEqualTo(all);
    }
  }

  private static Operation larger(Operation a, Operation b) {
    return a.compareTo(b) < 0 ? b : a;
  }

  private static void change(JdbcLog log, RandomGenerator random, Map<Key, Operation> written) {
    for (int left = CHANGES / WRITERS; left > 0; ) {
      List<Body> bodies = new ArrayList<>();
      for (int i = random.nextInt(100); i >= 0; i--) {
        Operation operation = Operation.values()[random.nextInt(Operation.values().length)];
        Key key = Key.utf8("key " + random.nextInt(CHANGES / 4));
        bodies.add(new Body(UUID.randomUUID(), operation, key, "1", Content.NONE, "{}"));
      }
      log.append(bodies);
      bodies.forEach(body -> written.merge(body.key(), body.operation(), LogWritersIT::larger));
      left -= bodies.size();
    }
  }

  /** Those who write, the one who reads, and the database between them. */
  private static final class Race implements AutoCloseable {
    final Seed seed = Seed.draw();
    final SpyDataSource spy;
    private final ExecutorService threads = Executors.newFixedThreadPool(WRITERS + 1);
    private double seconds;

    /** One of those who write. */
    @FunctionalInterface
    interface Racer {
      void run() throws Exception;
    }

    /** Who reads, until nobody writes any more and nothing is left. */
    @FunctionalInterface
    interface Polling {
      void poll(AtomicBoolean writing);
    }

    Race(TestDatabase database) {
      spy = database.empty();
      TestDatabases.withLog(spy.dataSource());
      JdbcLog.of(spy.dataSource(), "here");
      spy.remembersNothing();
      spy.breakAt((step, commit) -> dawdle());
    }

    void run(List<Racer> writers, Polling reader) throws Exception {
      long begun = System.nanoTime();
      AtomicBoolean writing = new AtomicBoolean(true);
      Future<?> polling = threads.submit(() -> reader.poll(writing));
      List<Future<?>> running = new ArrayList<>();
      for (Racer writer : writers) {
        running.add(
            threads.submit(
                () -> {
                  writer.run();
                  return true;
                }));
      }
      try {
        for (Future<?> writer : running) {
          writer.get();
        }
      } finally {
        writing.set(false);
      }
      polling.get();
      seconds = (System.nanoTime() - begun) / 1e9;
    }

    void tell(TestDatabase database, long entries, int pages) {
      System.out.printf(
          "%s: %,d entries by %d writers in %.0f s, read in %,d pages%n",
          database, entries, WRITERS, seconds, pages);
    }

    @Override
    public void close() throws SQLException {
      threads.shutdownNow();
      spy.close();
    }
  }

  /** Makes transactions last, some of them long. */
  private static When dawdle() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    if (random.nextInt(30) == 0) {
      LockSupport.parkNanos(random.nextLong(2_000_000));
    }
    return When.NEVER;
  }
}
