package dev.chirograph.simulation;

import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the tables of an office held at every moment, and who wrote to their replica when. */
final class TableHistory {

  private static final long NEVER = -1;

  private final Map<String, Map<RowKey, Line>> tables = new HashMap<>();
  private final Map<String, Long> restored = new HashMap<>();
  private long now;

  /** What was under a key from a moment on; null when there was no row. */
  record State(@Nullable Row row, long from) {}

  /** What happened under one key. */
  static final class Line {
    private final List<State> states = new ArrayList<>(List.of(new State(null, 0)));
    private long touched = NEVER;
    private long written = NEVER;
    private long gone = NEVER;

    /** What the source has now. */
    State last() {
      return states.get(states.size() - 1);
    }

    /** What the source had at a moment, and since. */
    List<State> since(long moment) {
      int first = states.size() - 1;
      while (first > 0 && states.get(first).from() > moment) {
        first--;
      }
      return states.subList(first, states.size());
    }

    /** When the source had this row for the last time; -1 when it never had. */
    long end(Row row) {
      for (int i = states.size() - 1; i >= 0; i--) {
        if (row.equals(states.get(i).row())) {
          return i + 1 == states.size() ? Long.MAX_VALUE : states.get(i + 1).from();
        }
      }
      return NEVER;
    }

    /** When the source had this row for the first time; -1 when it never had. */
    long start(Row row) {
      return states.stream()
          .filter(state -> row.equals(state.row()))
          .mapToLong(State::from)
          .findFirst()
          .orElse(NEVER);
    }

    /** When an engine has written this row to the replica; -1 when somebody else has. */
    long written() {
      return written;
    }

    /** Since when the source did not have the row that an engine has deleted; -1 for none. */
    long gone() {
      return gone;
    }
  }

  long tick() {
    return ++now;
  }

  Line line(String table, RowKey key) {
    return tables
        .computeIfAbsent(table, one -> new HashMap<>())
        .computeIfAbsent(key, one -> new Line());
  }

  Set<RowKey> keys(String table) {
    return tables.getOrDefault(table, Map.of()).keySet();
  }

  /** The source has this row now; none when it is null. */
  void became(String table, RowKey key, @Nullable Row row) {
    Line line = line(table, key);
    Row before = line.last().row();
    if (row == null ? before != null : !row.equals(before)) {
      line.states.add(new State(row, tick()));
    }
  }

  /** Somebody who is no engine has changed a row of the replica. */
  void touched(String table, RowKey key) {
    Line line = line(table, key);
    line.touched = tick();
    line.written = NEVER;
    line.gone = NEVER;
  }

  /** The replica went back. */
  void restored(String table) {
    restored.put(table, tick());
    tables.getOrDefault(table, Map.of()).keySet().forEach(key -> touched(table, key));
  }

  /** An engine has written a row to the replica. */
  void put(String table, RowKey key) {
    Line line = line(table, key);
    line.written = tick();
    line.gone = NEVER;
  }

  /** An engine has deleted a row of the replica. */
  void deleted(String table, RowKey key) {
    Line line = line(table, key);
    line.written = NEVER;
    line.gone = line.last().row() == null ? line.last().from() : NEVER;
  }

  /** Whether neither the source nor anybody else than an engine has changed a row since. */
  boolean isCalm(String table, RowKey key, long since) {
    Line line = line(table, key);
    return line.last().from() <= since
        && line.touched <= since
        && restored.getOrDefault(table, NEVER) <= since;
  }
}
