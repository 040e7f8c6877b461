package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import dev.chirograph.jdbc.LogLives.Row;
import dev.chirograph.spi.LogContext;
import dev.chirograph.spi.LogContext.Life;
import dev.chirograph.spi.LogEntry.Dot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The lives that a log knows, as they are read and changed in one transaction. Not safe for use by
 * several threads.
 */
final class LivesOfLog {

  private final LogLives table;
  private final int log;
  private final Map<Long, Row> now = new HashMap<>();
  private final Map<Long, Row> added = new TreeMap<>();
  private final Map<Long, Row> changed = new TreeMap<>();
  private final Map<Life, Long> numbers = new HashMap<>();
  private @Nullable Life last;
  private long lastNumber;
  private boolean loaded;

  LivesOfLog(LogLives table, int log) {
    this.table = table;
    this.log = log;
  }

  /** Reads all that was seen, and some lives. */
  List<Query> load(Collection<Life> named) {
    return loadNumbers(named.stream().map(this::number).toList());
  }

  /** Reads all that was seen, and the lives that some numbers stand for. */
  List<Query> loadNumbers(Collection<Long> named) {
    List<Query> queries = new ArrayList<>();
    if (!loaded) {
      queries.add(table.seen(log, now::put));
      loaded = true;
    }
    List<Long> missing = named.stream().filter(life -> !now.containsKey(life)).distinct().toList();
    queries.addAll(table.find(log, missing, now::put));
    return queries;
  }

  /**
   * The life that a number stands for, which was read.
   *
   * @throws SyncException of kind CORRUPT when there is none
   */
  Life get(long number) {
    Row row = now.get(number);
    if (row == null) {
      throw LogBytes.corrupt("an item of a life that is not in the table of lives", null);
    }
    return row.life();
  }

  /** What the log has seen: what was read from others, and all of its own present life. */
  LogContext context(LogHead head) {
    Map<Life, Long> seen = new HashMap<>();
    now.values()
        .forEach(
            row -> {
              Long number = row.seen();
              if (number != null) {
                seen.put(row.life(), number);
              }
            });
    return LogContext.of(seen).with(head.life(), head.number());
  }

  /** Whether what stands at a dot counts as deleted unless it is held. */
  boolean hasForgotten(Dot dot) {
    Life life = new Life(dot.node(), dot.epoch());
    Row row = now.get(number(life));
    return row != null && row.life().equals(life) && dot.number() <= row.forgotten();
  }

  /**
   * Makes sure that a life, which was read if it is there, has its number, and no other has it.
   *
   * @throws SyncException of kind INVALID_ARGUMENT when another has it, which nobody meets who does
   *     not look for it
   */
  void name(Life life) {
    Row row = now.get(number(life));
    if (row == null) {
      put(Row.of(life));
    } else if (!row.life().equals(life)) {
      throw SyncException.invalid(
          "the life "
              + life.epoch()
              + " of the node "
              + life.node()
              + " has the same hash as another and cannot be told from it");
    }
  }

  /** The number that stands for a life. */
  long number(Life life) {
    if (!life.equals(last)) { // most often the same again
      last = life;
      lastNumber = numbers.computeIfAbsent(life, one -> LogBytes.life(one.node(), one.epoch()));
    }
    return lastNumber;
  }

  /** All that another log has seen was seen here; what it names was read. */
  void join(LogContext context) {
    context
        .seen()
        .forEach(
            (life, number) -> {
              Long seen = seen(life);
              if (seen == null || seen < number) {
                see(life, number);
              }
            });
  }

  private @Nullable Long seen(Life life) {
    Row row = now.get(number(life));
    return row == null ? null : row.seen();
  }

  /**
   * A life, which was read if it is there, was seen up to a number, be it more or less than before.
   */
  void see(Life life, long number) {
    name(life);
    put(now.getOrDefault(number(life), Row.of(life)).withSeen(number));
  }

  private void put(Row row) {
    long number = number(row.life());
    if (now.put(number, row) == null || added.containsKey(number)) {
      added.put(number, row);
    } else {
      changed.put(number, row);
    }
  }

  /** What is to be written. */
  List<Bulk.Step> steps() {
    return List.of(table.insert(log, added), table.update(log, changed));
  }
}
