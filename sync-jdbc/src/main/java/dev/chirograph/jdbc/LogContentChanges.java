package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.jdbc.LogContentTable.Row;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.SupportsContents.Reserved;
import dev.chirograph.spi.SupportsContents.State;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one transaction that has locked the head of a log does to its contents. Not safe for use by
 * several threads.
 */
final class LogContentChanges {

  private final LogContentTable table;
  private final int log;

  /** What stood there before; null where nothing did. */
  private final Map<String, @Nullable Row> before = new HashMap<>();

  /** What stands there now, in the order of the digests. */
  private final Map<String, Row> now = new TreeMap<>();

  LogContentChanges(LogContentTable table, int log) {
    this.table = table;
    this.log = log;
  }

  /** Reads contents that will be looked at. */
  List<Query> load(Collection<Content> referred) {
    Set<String> missing = new HashSet<>();
    for (Content content : referred) {
      if (!content.isNone() && !before.containsKey(content.sha256())) {
        missing.add(content.sha256());
        before.put(content.sha256(), null);
      }
    }
    return table.find(
        log,
        missing,
        row -> {
          before.put(row.stored().sha256(), row);
          now.put(row.stored().sha256(), row);
        });
  }

  /**
   * Makes sure that an entry of this node may refer to a content.
   *
   * @throws SyncException of kind CONFLICT while it is being removed
   */
  void check(Content content) {
    Row row = now.get(content.sha256());
    if (row != null && row.stored().state() == State.DOOMED) {
      throw doomed(content.sha256());
    }
  }

  static SyncException doomed(String sha256) {
    return new SyncException(
        Kind.CONFLICT, "the content " + sha256 + " is being removed; append again when it is gone");
  }

  /** Whether a content that was loaded is in the node's store, or was reserved, and stays. */
  boolean isHere(Content content) {
    Row row = now.get(content.sha256());
    return row != null
        && (row.stored().state() == State.HELD || row.stored().state() == State.RESERVED);
  }

  /**
   * An item refers to another content than before.
   *
   * @param state where the content is, when this node knows nothing of it
   */
  void refer(Content from, Content to, State state) {
    if (from.sha256().equals(to.sha256())) {
      return;
    }
    Row left = now.get(from.sha256());
    if (left != null) {
      now.put(from.sha256(), left.with(left.stored().state(), left.stored().references() - 1));
    }
    if (to.isNone()) {
      return;
    }
    Row row = now.get(to.sha256());
    if (row == null) {
      now.put(to.sha256(), Row.of(to.sha256(), to.size(), 1, state, 0));
    } else {
      State next = state == State.HELD ? state : row.stored().state();
      now.put(to.sha256(), row.with(next, row.stored().references() + 1));
    }
  }

  /**
   * Reserves a content that was loaded.
   *
   * @param free how many bytes the quota leaves
   * @param micros the store's time
   */
  Reserved reserve(String sha256, long size, long free, long micros) {
    Row row = now.get(sha256);
    State state = row == null ? State.WANTED : row.stored().state();
    switch (state) {
      case HELD -> {
        return Reserved.HELD;
      }
      case DOOMED -> {
        return Reserved.DOOMED;
      }
      case WANTED -> {
        if (size > free) {
          return Reserved.OVER_QUOTA;
        }
      }
      case RESERVED -> {}
    }
    long references = row == null ? 0 : row.stored().references();
    now.put(sha256, Row.of(sha256, size, references, State.RESERVED, micros));
    return Reserved.GRANTED;
  }

  /** Notes that the node's store has a content that was loaded, or has it no more. */
  void stored(String sha256, boolean present) {
    Row row = now.get(sha256);
    if (row == null) {
      return;
    }
    if (present) {
      now.put(sha256, row.with(State.HELD, row.stored().references()));
    } else if (row.stored().references() > 0) {
      now.put(sha256, row.with(State.WANTED, row.stored().references()));
    } else {
      now.remove(sha256);
    }
  }

  /**
   * Dooms a content that was loaded, unless something protects it.
   *
   * @param reservedBefore a reservation from before this time protects nothing, in microseconds
   */
  boolean doom(String sha256, long reservedBefore) {
    Row row = now.get(sha256);
    if (row == null
        || row.stored().references() > 0
        || (row.stored().state() == State.RESERVED && row.reserved() >= reservedBefore)) {
      return false;
    }
    now.put(sha256, row.with(State.DOOMED, 0));
    return true;
  }

  /** How many bytes more are taken of the quota than before. */
  long held() {
    long more = 0;
    for (Row row : now.values()) {
      more += row.held();
    }
    for (Row row : before.values()) {
      more -= row == null ? 0 : row.held();
    }
    return more;
  }

  /** What is to be written. */
  List<Bulk.Step> steps() {
    List<Row> added = new ArrayList<>();
    List<Row> changed = new ArrayList<>();
    List<Row> gone = new ArrayList<>();
    now.forEach(
        (digest, row) -> {
          Row old = before.get(digest);
          if (old == null) {
            added.add(row);
          } else if (!old.equals(row)) {
            changed.add(row);
          }
        });
    before.forEach(
        (digest, old) -> {
          if (old != null && !now.containsKey(digest)) {
            gone.add(old);
          }
        });
    return List.of(table.insert(log, added), table.update(log, changed), table.delete(log, gone));
  }
}
