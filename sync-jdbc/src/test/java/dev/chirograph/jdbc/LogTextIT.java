package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.LogContext;
import dev.chirograph.spi.LogContext.Life;
import dev.chirograph.spi.LogEntry;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Dot;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Bounds;
import dev.chirograph.spi.ReplicaLog.Merge;
import dev.chirograph.spi.ReplicaLog.Page;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.ReplicaLog.Validity;
import dev.chirograph.spi.SupportsPeers.Member;
import dev.chirograph.testkit.HostileKeys;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Texts come back byte for byte, or are refused before anything is written. */
class LogTextIT {

  private static final String LONE = "a\uD800b";
  private static final String SMILE = "\uD83D\uDE00";
  private static final int MIB = 1 << 20;

  /** Texts that databases tend to fold, cut, pad or refuse; all are different. */
  private static final List<String> TEXTS =
      Stream.concat(
              Stream.of("", "\u0000", "a\u0000", "\u0000\u0000", "x".repeat(LogChecks.MAX_TEXT)),
              HostileKeys.text().stream().map(Key::text))
          .distinct()
          .toList();

  private SpyDataSource spy;

  private JdbcLog open(TestDatabase database) {
    spy = database.empty();
    TestDatabases.withLog(spy.dataSource());
    spy.remembersNothing();
    return JdbcLog.of(spy.dataSource(), "here");
  }

  private JdbcLog reopened() {
    return JdbcLog.of(spy.dataSource(), "here");
  }

  /** One of the ways into a log. */
  enum Way {
    APPEND {
      @Override
      void write(JdbcLog log, DataSource dataSource, List<Body> bodies) {
        log.append(bodies);
      }
    },
    TRANSACTION {
      @Override
      void write(JdbcLog log, DataSource dataSource, List<Body> bodies) throws SQLException {
        try (Connection host = dataSource.getConnection()) {
          host.setAutoCommit(false);
          try {
            log.append(host, bodies);
          } finally {
            host.commit();
            host.setAutoCommit(true);
          }
        }
      }
    },
    MERGE {
      @Override
      void write(JdbcLog log, DataSource dataSource, List<Body> bodies) {
        List<LogItem> items = new ArrayList<>();
        for (Body body : bodies) {
          items.add(TestLogs.foreign("berlin", items.size() + 1, body));
        }
        log.merge(Merge.of("berlin", items));
      }
    };

    abstract void write(JdbcLog log, DataSource dataSource, List<Body> bodies) throws SQLException;
  }

  // ---- what comes back

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void LOG_3_everyTextComesBackAsItWas(TestDatabase database) throws SQLException {
    JdbcLog log = open(database);
    for (Way way : Way.values()) {
      List<Body> bodies = new ArrayList<>();
      int text = way.ordinal();
      for (Key key : HostileKeys.all()) {
        bodies.add(body(key, way + text(text), text(text + 1), text(text + 2)));
        text++;
      }
      Key key = Key.utf8("versions by " + way);
      TEXTS.forEach(version -> bodies.add(body(key, version, version, version)));
      way.write(log, spy.dataSource(), bodies);
      assertThere(bodies);
      List<String> versions = TEXTS.stream().sorted().toList();
      assertThat(reopened().find(List.of(key)))
          .extracting(LogItem::version)
          .containsExactlyElementsOf(versions);
    }
    spy.close();
  }

  private static String text(int number) {
    String text = TEXTS.get(number % TEXTS.size());
    return text.substring(0, Math.min(text.length(), LogChecks.MAX_TEXT / 2));
  }

  /** The additions of versions that were deprecated stand in a column of their own. */
  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void LOG_3_soDoAdditionsOfWhatIsDeprecated(TestDatabase database) throws SQLException {
    JdbcLog log = open(database);
    Map<Key, Body> added =
        HostileKeys.all().stream()
            .collect(
                Collectors.toMap(
                    Function.identity(),
                    key -> {
                      String text = text(Math.floorMod(key.hashCode(), TEXTS.size()));
                      return body(key, "1", text, text);
                    }));
    log.append(List.copyOf(added.values()));
    log.append(
        added.keySet().stream()
            .map(
                key -> new Body(UUID.randomUUID(), Operation.DEPRECATE, key, "1", Content.NONE, ""))
            .toList());
    for (LogItem item : TestLogs.all(reopened())) {
      assertThat(item.added().orElseThrow().body()).isEqualTo(added.get(item.key()));
    }
    assertThat(TestLogs.all(log)).hasSameSizeAs(added.keySet());
    spy.close();
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void LOG_3_theLargestTextsComeBack(TestDatabase database) throws SQLException {
    JdbcLog log = open(database);
    for (Way way : Way.values()) {
      List<Body> bodies = new ArrayList<>();
      for (String unit : List.of("x", "\u00e9", "\u20ac", SMILE, "\u0000")) {
        String text = unit.repeat(LogChecks.MAX_TEXT / unit.length());
        Key key = Key.utf8(way + unit);
        bodies.add(body(key, text, text, unit.repeat(MIB / LogBytes.of(unit).length)));
      }
      way.write(log, spy.dataSource(), bodies);
      assertThere(bodies);
    }
    spy.close();
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void LOG_3_manyLargeEntriesInOneCallComeBack(TestDatabase database) throws SQLException {
    JdbcLog log = open(database);
    for (Way way : Way.values()) {
      List<Body> bodies =
          IntStream.range(0, 20)
              .mapToObj(i -> body(Key.utf8(way + " " + i), "1", "", ("" + i % 10).repeat(MIB)))
              .toList();
      way.write(log, spy.dataSource(), bodies);
      for (Body body : bodies) {
        assertThere(List.of(body));
      }
    }
    spy.close();
  }

  /** Compares what is found by key and what is read, on another handle. */
  private void assertThere(List<Body> bodies) {
    JdbcLog log = reopened();
    Map<UUID, Body> found =
        log.find(bodies.stream().map(Body::key).distinct().toList()).stream()
            .collect(Collectors.toMap(item -> item.last().body().id(), item -> item.last().body()));
    bodies.forEach(body -> assertThat(found.get(body.id())).isEqualTo(body));
    assertThat(log.read(Position.START, 1, 1).items()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void LOG_6_namesThatLookAlikeAreOfDifferentNodesAndPeers(TestDatabase database)
      throws SQLException {
    JdbcLog log = open(database);
    List<String> names =
        HostileKeys.text().stream().map(Key::text).filter(name -> name.length() <= 200).toList();
    List<LogItem> items = new ArrayList<>();
    for (String name : names) {
      Dot dot = new Dot(name, TestLogs.EPOCH, items.size() + 1);
      Body body = body(Key.utf8("by " + name), "1", "", "");
      LogItem item = LogItem.of(new LogEntry(dot, Instant.EPOCH, body));
      log.merge(Merge.of(name, page(item)));
      items.add(item);
    }
    assertThat(TestLogs.all(reopened())).containsExactlyElementsOf(items);
    assertThat(reopened().members()).extracting(Member::name).hasSameElementsAs(names);
    for (LogItem item : items) {
      Dot dot = item.last().dot();
      Position pointer = TestLogs.elsewhere(dot.number());
      assertThat(log.pointer(dot.node())).contains(pointer);
      assertThat(log.bounds().context().seen())
          .containsEntry(new Life(dot.node(), dot.epoch()), dot.number());
      assertThat(log.members()).hasSameSizeAs(names);
    }
    spy.close();
  }

  private static Page page(LogItem item) {
    Dot dot = item.last().dot();
    Position next = TestLogs.elsewhere(dot.number());
    Map<Life, Long> seen = Map.of(new Life(dot.node(), dot.epoch()), dot.number());
    return new Page(
        List.of(item), next, new Bounds(Position.START, next, LogContext.of(seen)), Validity.OK);
  }

  /** The first keys of the list are those that collations fold. */
  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void LOG_7_logsAndTenantsThatLookAlikeShareNothing(TestDatabase database) throws SQLException {
    open(database);
    List<String> names = HostileKeys.text().stream().map(Key::text).limit(20).toList();
    for (String name : names) {
      JdbcLog named = JdbcLog.builder(spy.dataSource(), name).name(name).build();
      named.append(List.of(TestLogs.add(name)));
    }
    for (String name : names) {
      JdbcLog named = JdbcLog.builder(spy.dataSource(), name).name(name).build();
      assertThat(TestLogs.keys(named)).containsExactly(name);
    }
    spy.close();
  }

  // ---- what is refused

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void LOG_7_whatCannotBeStoredIsRefusedAndNothingIsWritten(TestDatabase database)
      throws SQLException {
    JdbcLog log = open(database);
    Key key = Key.utf8("key");
    String tooLong = "x".repeat(LogChecks.MAX_TEXT + 1);
    Map<String, List<Body>> refused =
        Map.of(
            "its version",
            List.of(body(key, LONE, "", ""), body(key, tooLong, "", "")),
            "the location of its content",
            List.of(body(key, "1", LONE, ""), body(key, "1", tooLong, "")),
            "its payload",
            List.of(
                body(key, "1", "", LONE),
                body(key, "1", "", "\uDC00"),
                body(key, "1", "", "x".repeat(MIB + 1)),
                body(key, "1", "", SMILE.repeat(MIB / 4) + "x")),
            "its content",
            List.of(
                with(key, new Content("abc", 1, "")),
                with(key, new Content("A".repeat(64), 1, "")),
                with(key, new Content(TestLogs.sha256(1), -1, ""))));
    for (Way way : Way.values()) {
      refused.forEach(
          (what, bodies) -> {
            for (Body body : bodies) {
              List<Body> among = List.of(body(key, "good", "", ""), body);
              assertThatThrownBy(() -> way.write(log, spy.dataSource(), among))
                  .isInstanceOfSatisfying(
                      SyncException.class,
                      e -> assertThat(e.kind()).isEqualTo(Kind.INVALID_ARGUMENT))
                  .hasMessageContaining(body.id().toString())
                  .hasMessageContaining(what)
                  .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(2_000));
            }
          });
    }
    assertThat(log.bounds().head().number()).isZero();
    assertThat(TestLogs.all(log)).isEmpty();
    spy.close();
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void LOG_7_namesThatCannotBeStoredAreRefused(TestDatabase database) throws SQLException {
    JdbcLog log = open(database);
    for (String name : List.of("", "a\u0000b", LONE, "x".repeat(201))) {
      assertRefused(() -> log.passed(name, Position.START));
      assertRefused(() -> log.merge(Merge.of(name, List.of())));
      assertRefused(() -> JdbcLog.of(spy.dataSource(), name));
      assertRefused(() -> JdbcLog.builder(spy.dataSource(), "here").name(name));
      assertRefused(() -> JdbcLog.builder(spy.dataSource(), "here").tenant(name));
      assertRefused(() -> log.pointer(name));
      assertRefused(() -> log.retire(name));
    }
    assertThat(log.members()).isEmpty();
    spy.close();
  }

  private static void assertRefused(Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID_ARGUMENT));
  }

  private static Body body(Key key, String version, String location, String payload) {
    Content content = new Content(TestLogs.sha256(1), 10, location);
    return new Body(UUID.randomUUID(), Operation.ADD, key, version, content, payload);
  }

  private static Body with(Key key, Content content) {
    return new Body(UUID.randomUUID(), Operation.ADD, key, "1", content, "");
  }
}
