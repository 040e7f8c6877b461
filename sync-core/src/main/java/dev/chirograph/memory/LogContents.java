package dev.chirograph.memory;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.SupportsContents.Reserved;
import dev.chirograph.spi.SupportsContents.State;
import dev.chirograph.spi.SupportsContents.Stored;
import java.time.Instant;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** The contents that the items of a log refer to. Not safe for use by several threads. */
final class LogContents {

  private final NavigableMap<String, Row> rows = new TreeMap<>();

  private record Row(Stored stored, Instant reserved) {
    Row with(State state, long references, Instant at) {
      return new Row(new Stored(stored.sha256(), stored.size(), references, state), at);
    }

    Row with(State state) {
      return with(state, stored.references(), reserved);
    }
  }

  LogContents copy() {
    LogContents copy = new LogContents();
    copy.rows.putAll(rows);
    return copy;
  }

  Optional<Stored> get(String sha256) {
    return Optional.ofNullable(rows.get(sha256)).map(Row::stored);
  }

  /** An entry of this node may refer to what is not on its way out. */
  void check(Content content) {
    Row row = content.isNone() ? null : rows.get(content.sha256());
    if (row != null && row.stored.state() == State.DOOMED) {
      throw new SyncException(
          Kind.CONFLICT,
          "the content " + content.sha256() + " is being removed; append again when it is gone");
    }
  }

  /**
   * An item refers to another content than before.
   *
   * @param state where the content is, when this node knows nothing of it
   */
  void refer(Content before, Content now, State state) {
    if (before.sha256().equals(now.sha256())) {
      return;
    }
    if (!before.isNone()) {
      rows.computeIfPresent(
          before.sha256(),
          (sha256, row) -> row.with(row.stored.state(), row.stored.references() - 1, row.reserved));
    }
    if (!now.isNone()) {
      rows.merge(
          now.sha256(),
          new Row(new Stored(now.sha256(), now.size(), 1, state), Instant.EPOCH),
          (row, added) ->
              row.with(
                  state == State.HELD ? state : row.stored.state(),
                  row.stored.references() + 1,
                  row.reserved));
    }
  }

  Reserved reserve(String sha256, long size, long quota, Instant now) {
    Row row = rows.get(sha256);
    State state = row == null ? State.WANTED : row.stored.state();
    if (state == State.HELD) {
      return Reserved.HELD;
    }
    if (state == State.DOOMED) {
      return Reserved.DOOMED;
    }
    if (state == State.WANTED && bytes() + size > quota) {
      return Reserved.OVER_QUOTA;
    }
    long references = row == null ? 0 : row.stored.references();
    rows.put(sha256, new Row(new Stored(sha256, size, references, State.RESERVED), now));
    return Reserved.GRANTED;
  }

  private long bytes() {
    return rows.values().stream()
        .map(Row::stored)
        .filter(stored -> stored.state() != State.WANTED)
        .mapToLong(Stored::size)
        .sum();
  }

  void stored(String sha256, boolean present) {
    Row row = rows.get(sha256);
    if (row == null) {
      return;
    }
    if (present) {
      rows.put(sha256, row.with(State.HELD));
    } else if (row.stored.references() > 0) {
      rows.put(sha256, row.with(State.WANTED));
    } else {
      rows.remove(sha256);
    }
  }

  boolean doom(String sha256, Instant reservedBefore) {
    Row row = rows.get(sha256);
    if (row == null
        || row.stored.references() > 0
        || (row.stored.state() == State.RESERVED && !row.reserved.isBefore(reservedBefore))) {
      return false;
    }
    rows.put(sha256, row.with(State.DOOMED));
    return true;
  }

  List<Stored> pending(String after, int limit) {
    return rows.tailMap(after, false).values().stream()
        .map(Row::stored)
        .filter(stored -> stored.state() != State.HELD || stored.references() == 0)
        .limit(limit)
        .toList();
  }
}
