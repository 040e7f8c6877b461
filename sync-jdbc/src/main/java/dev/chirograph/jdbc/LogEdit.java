package dev.chirograph.jdbc;

import dev.chirograph.Digest;
import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.spi.LogContext;
import dev.chirograph.spi.LogContext.Life;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Dot;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Appended;
import dev.chirograph.spi.ReplicaLog.Fate;
import dev.chirograph.spi.SupportsContents.State;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What one transaction does to a log, from the lock on its head to the last statement before the
 * commit. Nobody else writes meanwhile, so what was read stays true. Not safe for use by several
 * threads.
 */
final class LogEdit {

  private final LogTables tables;
  private final Connection connection;
  private final LogHead before;
  private final long micros;
  private LogHead head;
  private final Map<Key, Slot> slots = new LinkedHashMap<>();
  private final LogContentChanges contents;
  private final LivesOfLog lives;
  private final List<Bulk.Step> steps = new ArrayList<>();

  /** The digests of what is not there any more, by bucket. */
  private final Map<Integer, Digest> gone = new HashMap<>();

  /** The digests of what is new, by bucket. */
  private final Map<Integer, Digest> come = new HashMap<>();

  private LogEdit(LogTables tables, Connection connection, LogHeads.Locked locked) {
    this.tables = tables;
    this.connection = connection;
    this.before = locked.head();
    this.head = before;
    this.micros = locked.micros();
    this.contents = new LogContentChanges(tables.contents, before.log());
    this.lives = new LivesOfLog(tables.lives, before.log());
  }

  /** A place for an item. */
  private static final class Slot {
    /** What stands there; null where nothing does. */
    private final @Nullable LogRow row;

    /** What shall stand there; null where nothing shall. */
    private @Nullable LogItem item;

    private long number;
    private long hash;
    private boolean changed;

    private Slot(@Nullable LogRow row, @Nullable LogItem item) {
      this.row = row;
      this.item = item;
      this.number = row == null ? 0 : row.number();
      this.hash = row == null ? 0 : row.hash();
    }
  }

  /** Begins, when the log is locked. */
  static LogEdit of(LogTables tables, Connection connection, LogHeads.Locked locked) {
    return new LogEdit(tables, connection, locked);
  }

  LogHead head() {
    return head;
  }

  /** The store's time when the log was locked, in microseconds since 1970. */
  long micros() {
    return micros;
  }

  Connection connection() {
    return connection;
  }

  LogContentChanges contents() {
    return contents;
  }

  // ---- reading what is there

  /** Reads the items at some spots, and all that joining needs to know of them. */
  void load(Collection<Key> spots) throws SQLException {
    Set<Key> missing = new HashSet<>(spots);
    missing.removeAll(slots.keySet());
    List<LogRow> rows = tables.items.find(connection, head.log(), missing);
    Set<Long> named = new HashSet<>();
    for (LogRow row : rows) {
      named.add(row.last().life());
      row.added().ifPresent(entry -> named.add(entry.life()));
    }
    if (!named.isEmpty()) {
      lives.load(connection, named);
    }
    Set<String> digests = new HashSet<>();
    for (LogRow row : rows) {
      LogItem item = row.item(lives::get);
      slots.put(row.spot(), new Slot(row, item));
      digests.add(item.content().sha256());
    }
    contents.load(connection, digests);
  }

  /** Reads contents that items will refer to. */
  void loadContents(Collection<Content> referred) throws SQLException {
    contents.load(connection, referred.stream().map(Content::sha256).distinct().toList());
  }

  /** Reads lives that items will name, and what was seen of all. */
  void loadLives(Collection<Life> named) throws SQLException {
    lives.load(
        connection,
        named.stream()
            .map(life -> LogBytes.life(life.node(), life.epoch()))
            .collect(Collectors.toSet()));
  }

  // ---- joining

  /** Joins an entry of this node, whose content was loaded. */
  Fate append(OwnEntry entry, Instant at) {
    // Its dot lies beyond the head, so it was never forgotten, and the lives need not be known.
    Dot dot = new Dot(head.node(), head.epoch(), head.number() + 1);
    return join(entry.at(dot, at), State.HELD);
  }

  /** Joins an item; what stands at its spot, its lives and its content were loaded. */
  Fate join(Incoming incoming, State contentIs) {
    Slot slot = slots.computeIfAbsent(incoming.spot(), spot -> new Slot(null, null));
    LogItem old = slot.item;
    LogItem item = incoming.item();
    if (old == null) {
      if (lives.hasForgotten(item.last().dot())) {
        return Fate.FORGOTTEN;
      }
      put(slot, item, incoming.hash(), Content.NONE, contentIs);
      return Fate.ADDED;
    }
    checkSame(old, item);
    LogItem joined = old.join(item);
    if (joined.equals(old)) {
      return Fate.KNOWN;
    }
    put(
        slot,
        joined,
        joined.equals(item) ? incoming.hash() : joined.hash(),
        old.content(),
        contentIs);
    return Fate.ADDED;
  }

  /** Two versions at one spot would have the same 16 bytes of SHA-256. */
  private static void checkSame(LogItem old, LogItem item) {
    if (!old.key().equals(item.key()) || !old.version().equals(item.version())) {
      throw SyncException.invalid(
          "the version "
              + item.version()
              + " of "
              + item.key()
              + " has the same hash as another item of the log and cannot be added");
    }
  }

  private void put(Slot slot, LogItem item, long hash, Content was, State contentIs) {
    name(item.last().dot());
    item.added().ifPresent(entry -> name(entry.dot()));
    slot.item = item;
    slot.hash = hash;
    slot.number = head.number() + 1;
    slot.changed = true;
    head = head.withNumber(slot.number);
    contents.refer(was, item.content(), contentIs);
  }

  private void name(Dot dot) {
    Life life = new Life(dot.node(), dot.epoch());
    if (!life.equals(head.life())) { // which is there since it began
      lives.name(life);
    }
  }

  /** What to answer for an item. */
  Appended appended(Key spot, Fate fate) {
    Slot slot = slots.get(spot);
    return new Appended(slot == null || slot.item == null ? 0 : slot.number, fate);
  }

  // ---- dropping

  /** Drops an item that was loaded, if it is still this one. */
  boolean drop(Incoming told) {
    Slot slot = slots.get(told.spot());
    if (slot == null || !told.item().equals(slot.item)) {
      return false;
    }
    slot.item = null;
    slot.changed = true;
    contents.refer(told.item().content(), Content.NONE, State.HELD);
    return true;
  }

  /** Drops rows of deleted items, none of which was loaded. */
  void drop(List<LogItems.Gone> deleted) {
    for (LogItems.Gone row : deleted) {
      gone.merge(LogDigests.bucket(row.spot()), row.digest(), Digest::plus);
    }
    add(tables.items.delete(head.log(), deleted.stream().map(LogItems.Gone::spot).toList()));
  }

  // ---- lives

  /** All that another log has seen was seen here. */
  void join(LogContext context) {
    lives.join(context);
  }

  /** Begins a new life; the entries of the old one above a number get dots of the new one. */
  void newEpoch(Life begun, long safe) throws SQLException {
    Life ended = head.life();
    loadLives(List.of(ended, begun));
    lives.see(ended, safe);
    lives.name(begun);
    head = head.withLife(begun);
    tables.items.rename(
        connection,
        head.log(),
        LogBytes.life(ended.node(), ended.epoch()),
        safe,
        LogBytes.life(begun.node(), begun.epoch()));
  }

  void raiseFloor(long number, UUID mark) {
    head = head.withFloor(number, mark);
  }

  /** Something else to write. */
  void add(Bulk.Step step) {
    steps.add(step);
  }

  // ---- writing

  /** Writes all that has changed. */
  void flush() throws SQLException {
    writeItems();
    lives.steps().forEach(this::add);
    contents.steps().forEach(this::add);
    add(tables.digests.update(connection, head.log(), gone, come));
    boolean committed = head.number() > before.number();
    head =
        head.with(
            committed ? tables.newId() : head.mark(), Math.addExact(head.held(), contents.held()));
    if (committed) {
      add(tables.commits.insert(head, micros));
    }
    if (!head.equals(before)) {
      add(tables.heads.update(head));
    }
    Bulk.runAll(connection, steps);
  }

  private void writeItems() {
    List<LogRow> added = new ArrayList<>();
    List<LogRow> moved = new ArrayList<>();
    List<Key> dropped = new ArrayList<>();
    for (Map.Entry<Key, Slot> place : slots.entrySet()) {
      Slot slot = place.getValue();
      if (!slot.changed) {
        continue;
      }
      Key spot = place.getKey();
      int bucket = LogDigests.bucket(spot);
      LogItem item = slot.item;
      if (slot.row != null) {
        gone.merge(bucket, Digest.of(slot.row.hash()), Digest::plus);
      }
      if (item != null) {
        come.merge(bucket, Digest.of(slot.hash), Digest::plus);
        (slot.row == null ? added : moved).add(LogRow.of(slot.number, spot, slot.hash, item));
      } else if (slot.row != null) {
        dropped.add(spot);
      }
    }
    add(tables.items.delete(head.log(), dropped));
    add(tables.items.update(head.log(), moved));
    add(tables.items.insert(head.log(), added));
  }
}
