package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Digest;
import dev.chirograph.Key;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.jdbc.SpyDataSource.When;
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
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.SupportsContents.State;
import dev.chirograph.spi.SupportsContents.Stored;
import dev.chirograph.testkit.ManualClock;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * A log to which one thing is done while its connection breaks: before some statement or commit, or
 * after it, with the reply lost. After that the log is as before or as it was to become, nothing
 * between, and doing the same again makes it what it was to become.
 */
final class LogBreaks {

  private static final int CONTENTS = 9;
  private static final List<String> TABLES = List.of("item", "inbox", "member");

  private final SpyDataSource spy;

  LogBreaks(SpyDataSource spy) {
    this.spy = spy;
  }

  /** What is done. */
  enum Deed {
    APPEND {
      @Override
      void run(Scene scene) {
        scene.log.append(
            List.of(
                scene.body(11, Operation.DEPRECATE, "a", 0),
                scene.body(12, Operation.ADD, "new", 3),
                scene.body(13, Operation.DELETE, "nowhere", 0)));
      }
    },
    MERGE {
      @Override
      void run(Scene scene) {
        List<LogItem> items =
            List.of(
                scene.foreign(2, scene.body(21, Operation.DELETE, "theirs", 0)),
                scene.foreign(3, scene.body(22, Operation.ADD, "also theirs", 2)),
                scene.foreign(4, scene.body(23, Operation.ADD, "b", 4)));
        LogContext seen = LogContext.of(Map.of(new Life("berlin", TestLogs.EPOCH), 4L));
        Optional<Position> pointer = Optional.of(TestLogs.elsewhere(4));
        scene.log.merge(new Merge("berlin", items, pointer, seen, Optional.of(false)));
      }
    },
    MERGE_WHAT_WAS_LOST {
      @Override
      void run(Scene scene) {
        Dot beyond = new Dot("here", scene.epoch, 1_000);
        Body body = scene.body(31, Operation.ADD, "lost", 0);
        scene.log.merge(
            Merge.of("oslo", List.of(LogItem.of(new LogEntry(beyond, Instant.EPOCH, body)))));
      }
    },
    MOVE {
      @Override
      void prepare(Scene scene) throws SQLException {
        scene.send();
      }

      @Override
      void run(Scene scene) {
        scene.log.read(Position.START, 1, 1);
      }
    },
    APPEND_AND_MOVE {
      @Override
      void prepare(Scene scene) throws SQLException {
        scene.send();
      }

      @Override
      void run(Scene scene) {
        scene.log.append(List.of(scene.body(11, Operation.DEPRECATE, "a", 0)));
      }
    },
    COMPACT {
      @Override
      void run(Scene scene) {
        scene.log.compact(Instant.EPOCH, scene.clock.instant());
      }
    },
    FORGET {
      @Override
      void run(Scene scene) {
        scene.log.forget(List.of(scene.a));
      }
    },
    NEW_EPOCH {
      @Override
      void run(Scene scene) {
        scene.log.newEpoch(scene.epoch);
      }
    },
    PASSED {
      @Override
      void run(Scene scene) {
        scene.log.passed("reader", Position.START);
      }
    },
    PASSED_FIRST {
      @Override
      void run(Scene scene) {
        scene.log.passed("new reader", Position.START);
      }
    },
    RETIRE {
      @Override
      void run(Scene scene) {
        scene.log.retire("berlin");
      }
    },
    RESERVE {
      @Override
      void run(Scene scene) {
        scene.log.reserve(TestLogs.sha256(5), 10, 1_000);
      }
    },
    STORED {
      @Override
      void run(Scene scene) {
        scene.log.stored(TestLogs.sha256(3), true);
      }
    },
    DOOM {
      @Override
      void run(Scene scene) {
        scene.log.doom(TestLogs.sha256(6), scene.clock.instant());
      }
    },
    REMOVED {
      @Override
      void run(Scene scene) {
        scene.log.stored(TestLogs.sha256(7), false);
      }
    };

    void prepare(Scene scene) throws SQLException {}

    abstract void run(Scene scene);
  }

  /** Answers how many steps were broken. */
  int run(Deed deed) throws SQLException {
    Scene dry = new Scene(deed);
    Picture before = dry.picture();
    Set<Integer> commits = new HashSet<>();
    spy.breakAt(
        (step, commit) -> {
          if (commit) {
            commits.add(step);
          }
          return When.NEVER;
        });
    deed.run(dry);
    int steps = spy.steps();
    spy.repair();
    commits.add(steps); // a statement may be a transaction of its own
    Picture after = dry.picture();
    assertThat(after).as("what " + deed + " changes").isNotEqualTo(before);
    for (int step = 1; step <= steps; step++) {
      breakAt(deed, step, When.BEFORE, List.of(before, after));
      if (commits.contains(step)) { // else it is the same as before the next step
        breakAt(deed, step, When.AFTER, List.of(before, after));
      }
    }
    return steps;
  }

  private void breakAt(Deed deed, int step, When when, List<Picture> whole) throws SQLException {
    Scene scene = new Scene(deed);
    spy.breakAt(step, when);
    boolean failed = false;
    try {
      deed.run(scene);
    } catch (SyncException e) {
      failed = true;
      assertThat(e.mayRetry()).as(e.summary()).isTrue();
    }
    spy.repair();
    String where = deed + " broken " + when + " step " + step;
    Picture found = scene.picture();
    assertThat(found).as(where).isIn(whole);
    if (!failed) {
      assertThat(found).as(where + " without an error").isEqualTo(whole.get(1));
    }
    scene.assertWhole(where);
    deed.run(scene);
    assertThat(scene.picture()).as(where + ", again").isEqualTo(whole.get(1));
    scene.assertWhole(where + ", again");
  }

  /** What can be seen of a log, and how many rows there are, without what is drawn at random. */
  private record Picture(
      List<String> rows,
      List<String> items,
      List<Long> ends,
      Map<String, Long> seen,
      List<String> members,
      List<Optional<Stored>> contents) {}

  /** A log in which something was done before. */
  private final class Scene {
    final ManualClock clock = ManualClock.create();
    final JdbcLog log;
    final LogItem a;
    final UUID epoch;

    Scene(Deed deed) throws SQLException {
      String name = "log " + UUID.randomUUID();
      log = JdbcLog.builder(spy.dataSource(), "here").name(name).clock(clock).build();
      epoch = log.bounds().head().epoch();
      for (int content : List.of(1, 3, 6, 7)) {
        log.reserve(TestLogs.sha256(content), 10, 1_000);
      }
      log.append(
          List.of(
              body(1, Operation.ADD, "a", 1),
              body(2, Operation.ADD, "b", 0),
              body(3, Operation.DELETE, "gone", 0)));
      a = log.find(List.of(Key.utf8("a"))).get(0);
      log.merge(
          new Merge(
              "berlin",
              List.of(foreign(1, body(4, Operation.ADD, "theirs", 2))),
              Optional.of(TestLogs.elsewhere(1)),
              LogContext.EMPTY,
              Optional.of(true)));
      log.passed("reader", log.bounds().head());
      log.passed("berlin", log.bounds().head());
      clock.advance(Duration.ofHours(1));
      log.doom(TestLogs.sha256(7), clock.instant());
      log.compact(Instant.EPOCH, clock.instant());
      clock.advance(Duration.ofHours(1));
      deed.prepare(this);
    }

    Body body(int id, Operation operation, String key, int content) {
      Content referred = content == 0 ? Content.NONE : TestLogs.content(content);
      return new Body(new UUID(1, id), operation, Key.utf8(key), "1", referred, "{}");
    }

    LogItem foreign(long number, Body body) {
      return TestLogs.foreign("berlin", number, body);
    }

    /** Appends in a transaction of the host, which commits. */
    void send() throws SQLException {
      try (Connection host = spy.dataSource().getConnection()) {
        host.setAutoCommit(false);
        log.append(
            host,
            List.of(
                body(41, Operation.ADD, "sent", 1),
                body(42, Operation.ADD, "also sent", 3),
                body(43, Operation.DELETE, "b", 0)));
        host.commit();
        host.setAutoCommit(true);
      }
    }

    Picture picture() throws SQLException {
      List<String> rows = rows(); // before reading moves anything
      Bounds bounds = log.bounds();
      Map<String, Long> seen = new TreeMap<>();
      bounds.context().seen().forEach((life, number) -> seen.put(told(life), number));
      return new Picture(
          rows,
          TestLogs.all(log).stream().map(this::told).toList(),
          List.of(bounds.floor().number(), bounds.head().number()),
          seen,
          log.members().stream().map(Object::toString).toList(),
          IntStream.range(1, CONTENTS).mapToObj(i -> log.content(TestLogs.sha256(i))).toList());
    }

    private List<String> rows() throws SQLException {
      List<String> rows = new ArrayList<>();
      for (String table : TABLES) {
        rows.add(table + " " + number("select count(*) from chirograph_log_" + table));
      }
      return rows;
    }

    /** Asks something of the last log that was made, which is this one. */
    private long number(String sql) throws SQLException {
      try (Connection connection = spy.dataSource().getConnection();
          Statement statement = connection.createStatement();
          ResultSet row =
              statement.executeQuery(
                  sql + " where log_id = (select max(log_id) from chirograph_log_head)")) {
        row.next();
        return row.getLong(1);
      }
    }

    private String told(LogItem item) {
      return told(item.last()) + item.added().map(this::told).orElse("");
    }

    private String told(LogEntry entry) {
      Dot dot = entry.dot();
      String life = told(new Life(dot.node(), dot.epoch()));
      return entry.body() + " by " + life + " " + dot.number() + " at " + entry.at();
    }

    /** Epochs are drawn at random. */
    private String told(Life life) {
      return life.node()
          + (life.epoch().equals(epoch) ? "#1" : life.epoch().equals(TestLogs.EPOCH) ? "" : "#2");
    }

    /** Digests, references and what is held are those of the items. */
    void assertWhole(String where) throws SQLException {
      List<LogItem> items = TestLogs.all(log);
      List<Slice.Bucket> buckets = Slice.Bucket.ALL.split(LogDigests.BITS);
      assertThat(log.digests(List.copyOf(buckets)))
          .as(where)
          .isEqualTo(buckets.stream().map(bucket -> digest(items, bucket)).toList());
      assertThat(items).as(where).doesNotHaveDuplicates();
      long held = 0;
      for (int i = 1; i < CONTENTS; i++) {
        String sha256 = TestLogs.sha256(i);
        Optional<Stored> stored = log.content(sha256);
        long references =
            items.stream().filter(item -> item.content().sha256().equals(sha256)).count();
        assertThat(stored.map(Stored::references).orElse(0L)).as(where).isEqualTo(references);
        held +=
            stored.filter(content -> content.state() != State.WANTED).map(Stored::size).orElse(0L);
      }
      assertThat(number("select held from chirograph_log_head")).as(where).isEqualTo(held);
    }

    private static Digest digest(List<LogItem> items, Slice.Bucket bucket) {
      return items.stream()
          .filter(item -> bucket.contains(item.key()))
          .map(item -> Digest.of(item.hash()))
          .reduce(Digest.EMPTY, Digest::plus);
    }
  }
}
