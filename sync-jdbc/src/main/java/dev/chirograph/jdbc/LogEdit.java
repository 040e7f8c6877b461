package dev.chirograph.jdbc;

import dev.chirograph.Digest;
import dev.chirograph.SyncException;
import dev.chirograph.spi.LogContext;
import dev.chirograph.spi.LogContext.Life;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Dot;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Appended;
import dev.chirograph.spi.ReplicaLog.Fate;
import dev.chirograph.spi.SupportsContents.State;
import dev.chirograph.spi.SupportsPeers.Member;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What one transaction does to a log, from the lock on its head to the last statement before the
 * commit. Nobody else writes meanwhile, so what was read stays true. Not safe for use by several
 * threads.
 */
final class LogEdit {

  private final LogTables tables;
  private final Connection connection;
  private final int log;
  private final LogContentChanges contents;
  private final LogDigestChanges digests;
  private final LivesOfLog lives;
  private final Map<Spot, Slot> slots = new LinkedHashMap<>();
  private final LogInbox.Mail mail = new LogInbox.Mail();
  private final List<Bulk.Step> steps = new ArrayList<>();
  private LogHead before = LogHead.NONE;
  private LogHead head = LogHead.NONE;
  private long micros;
  private @Nullable Member member;

  private LogEdit(LogTables tables, Connection connection, int log) {
    this.tables = tables;
    this.connection = connection;
    this.log = log;
    this.contents = new LogContentChanges(tables.contents, log);
    this.digests = new LogDigestChanges(tables.digests, log);
    this.lives = new LivesOfLog(tables.lives, log);
  }

  /** A place for an item. */
  private static final class Slot {
    /** What stands there; null where nothing does. */
    private final @Nullable LogRow row;

    /** What shall stand there; null where nothing shall. */
    private @Nullable LogItem item;

    private long number;
    private long hash;

    /** The body of the item's last entry; null unless the item has changed. */
    private @Nullable BodyBytes bytes;

    private boolean changed;

    private Slot(@Nullable LogRow row, @Nullable LogItem item) {
      this.row = row;
      this.item = item;
      this.number = row == null ? 0 : row.number();
      this.hash = row == null ? 0 : row.hash();
    }
  }

  /**
   * Locks the log, and reads what is known to be needed.
   *
   * @throws SyncException of kind NOT_FOUND when the log is gone
   */
  static LogEdit begin(LogTables tables, Connection connection, int log, Ahead ahead)
      throws SQLException {
    LogEdit edit = new LogEdit(tables, connection, log);
    if (!edit.begin(tables.heads.lock(log, edit::locked), ahead)) {
      throw LogHeads.missing(log);
    }
    return edit;
  }

  /** The same; empty when somebody else has locked the log, where the database can tell. */
  static Optional<LogEdit> tryBegin(LogTables tables, Connection connection, int log)
      throws SQLException {
    LogEdit edit = new LogEdit(tables, connection, log);
    return edit.begin(tables.heads.tryLock(log, edit::locked), Ahead.NOTHING)
        ? Optional.of(edit)
        : Optional.empty();
  }

  private void locked(LogHeads.Locked locked) {
    before = locked.head();
    head = before;
    micros = locked.micros();
  }

  private boolean begin(Query lock, Ahead ahead) throws SQLException {
    List<Query> queries = new ArrayList<>(tables.heads.beforeLock());
    queries.add(lock); // first: whatever is read after it stays true
    queries.add(tables.inbox.first(log, mail));
    ahead.member().ifPresent(name -> queries.add(tables.members.find(log, name, this::found)));
    if (!ahead.spots().isEmpty() || !ahead.lives().isEmpty()) {
      queries.addAll(lives.load(ahead.lives()));
    }
    queries.addAll(contents.load(ahead.contents()));
    queries.addAll(digests.load(ahead.changing()));
    List<LogRow> rows = new ArrayList<>();
    queries.addAll(tables.items.find(log, ahead.spots(), rows::add));
    run(queries);
    if (before.equals(LogHead.NONE)) {
      return false;
    }
    found(rows);
    return true;
  }

  private void found(Member known) {
    member = known;
  }

  private void run(List<Query> queries) throws SQLException {
    Query.runAll(connection, tables.database.dialect(), queries);
  }

  /** Entries of the host's transactions that wait for a position. */
  LogInbox.Mail mail() {
    return mail;
  }

  /** The member that was read. */
  Optional<Member> member() {
    return Optional.ofNullable(member);
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

  /** Reads more than was known ahead. */
  void load(Ahead more) throws SQLException {
    Set<Spot> missing = new HashSet<>(more.spots());
    missing.removeAll(slots.keySet());
    List<LogRow> rows = new ArrayList<>();
    List<Query> queries = new ArrayList<>(tables.items.find(log, missing, rows::add));
    queries.addAll(contents.load(more.contents()));
    if (!more.lives().isEmpty()) {
      queries.addAll(lives.load(more.lives()));
    }
    run(queries);
    found(rows);
  }

  /** Makes rows items, for which their lives and contents must be known. */
  private void found(List<LogRow> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    Set<Long> named = new HashSet<>();
    for (LogRow row : rows) {
      named.add(row.last().life());
      row.added().ifPresent(entry -> named.add(entry.life()));
    }
    run(lives.loadNumbers(named));
    List<Content> referred = new ArrayList<>();
    for (LogRow row : rows) {
      LogItem item = row.item(lives::get);
      slots.put(row.spot(), new Slot(row, item));
      referred.add(item.content());
    }
    run(contents.load(referred));
  }

  // ---- joining

  /** Joins an entry of this node, whose content was loaded. */
  Fate append(OwnEntry entry, Instant at) {
    return append(entry, at, State.HELD);
  }

  /** Joins an entry that has waited; its content may have been removed meanwhile. */
  Fate append(LogInbox.Letter letter, OwnEntry entry) {
    boolean here = contents.isHere(entry.body().content());
    return append(entry, letter.at(), here ? State.HELD : State.WANTED);
  }

  private Fate append(OwnEntry entry, Instant at, State contentIs) {
    // Its dot lies beyond the head, so it was never forgotten, and the lives need not be known.
    Dot dot = new Dot(head.node(), head.epoch(), head.number() + 1);
    return join(entry.at(dot, at), contentIs);
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
      put(slot, item, incoming, Content.NONE, contentIs);
      return Fate.ADDED;
    }
    checkSame(old, item);
    LogItem joined = old.join(item);
    if (joined.equals(old)) {
      return Fate.KNOWN;
    }
    put(slot, joined, incoming, old.content(), contentIs);
    return Fate.ADDED;
  }

  /** Two versions at one spot have the same 96 bits of hashes, which nobody meets by chance. */
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

  /** Puts an item into a slot, which may be the one that came in. */
  private void put(Slot slot, LogItem item, Incoming incoming, Content was, State contentIs) {
    name(item.last().dot());
    item.added().ifPresent(entry -> name(entry.dot()));
    slot.item = item;
    boolean asItCame = item.equals(incoming.item());
    slot.hash = asItCame ? incoming.hash() : item.hash();
    slot.bytes = asItCame ? incoming.last() : new BodyBytes(item.last().body());
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
  Appended appended(Spot spot, Fate fate) {
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
    deleted.forEach(row -> digests.minus(row.spot(), row.digest()));
    add(tables.items.delete(log, deleted.stream().map(LogItems.Gone::spot).toList()));
  }

  // ---- lives

  /** All that another log has seen was seen here. */
  void join(LogContext context) {
    lives.join(context);
  }

  /**
   * Begins a new life; the entries of the old one above a number get dots of the new one. Nothing
   * was joined before.
   */
  void newEpoch(Life begun, long safe) throws SQLException {
    Life ended = head.life();
    run(lives.load(List.of(ended, begun)));
    lives.see(ended, safe);
    lives.name(begun);
    head = head.withLife(begun);
    tables.items.rename(connection, log, lives.number(ended), safe, lives.number(begun));
    Set<Spot> renamed = Set.copyOf(slots.keySet());
    slots.clear();
    load(Ahead.ofRead(renamed));
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
    run(digests.missing());
    add(digests.step());
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
    List<@Nullable Object[]> added = new ArrayList<>();
    List<@Nullable Object[]> moved = new ArrayList<>();
    List<Spot> dropped = new ArrayList<>();
    for (Map.Entry<Spot, Slot> place : slots.entrySet()) {
      Slot slot = place.getValue();
      if (!slot.changed) {
        continue;
      }
      Spot spot = place.getKey();
      LogItem item = slot.item;
      if (slot.row != null) {
        digests.minus(spot, Digest.of(slot.row.hash()));
      }
      BodyBytes bytes = slot.bytes;
      if (item != null && bytes != null) {
        digests.plus(spot, Digest.of(slot.hash));
        (slot.row == null ? added : moved)
            .add(LogRow.values(log, slot.number, spot, slot.hash, item, bytes, lives::number));
      } else if (slot.row != null) {
        dropped.add(spot);
      }
    }
    add(tables.items.delete(log, dropped));
    add(tables.items.update(moved));
    add(tables.items.insert(added));
  }
}
