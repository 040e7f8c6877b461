package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import dev.chirograph.jdbc.LogNotes.Note;
import dev.chirograph.spi.LogContext;
import dev.chirograph.spi.LogContext.Life;
import dev.chirograph.spi.LogEntry;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Dot;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Appended;
import dev.chirograph.spi.ReplicaLog.Fate;
import dev.chirograph.spi.ReplicaLog.Merge;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.SupportsContents.Reserved;
import dev.chirograph.spi.SupportsContents.State;
import dev.chirograph.spi.SupportsPeers.Member;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * What is written to one log. Each call is a transaction that locks the head first, so that those
 * who write come one after the other, and what they write becomes visible in the order of its
 * positions. Immutable and safe for use by several threads.
 */
final class LogWriter {

  /** How many rows are dropped in one transaction. */
  private static final int CHUNK = 1_000;

  private final LogTables tables;
  private final int log;
  private final String node;
  private final Waking waking;

  LogWriter(LogTables tables, int log, String node, Waking waking) {
    this.tables = tables;
    this.log = log;
    this.node = node;
    this.waking = waking;
  }

  /** Something that is done while the head is locked. */
  @FunctionalInterface
  interface Editing<T> {
    T edit(LogEdit edit) throws SQLException;
  }

  /** Locks the head, does the work and writes what it changed, in one transaction. */
  <T> T edit(String operation, Ahead ahead, Editing<T> work) {
    return told(
        tables.database.transaction(
            operation, connection -> edit(LogEdit.begin(tables, connection, log, ahead), work)));
  }

  /**
   * What a transaction did.
   *
   * @param grew whether there is something new to read
   */
  private record Done<T>(T result, boolean grew) {}

  private <T> Done<T> edit(LogEdit edit, Editing<T> work) throws SQLException {
    requireOurs(edit.head());
    long before = edit.head().number();
    T result = work.edit(edit);
    edit.flush();
    return new Done<>(result, edit.head().number() > before);
  }

  /** Wakes those who wait for something new, when it has been committed. */
  private <T> T told(Done<T> done) {
    if (done.grew()) {
      waking.tell();
    }
    return done.result();
  }

  /** Refuses a log that another process has adopted since. */
  void requireOurs(LogHead head) {
    if (!head.node().equals(node)) {
      throw belongsTo(head.node(), node);
    }
  }

  static SyncException belongsTo(String found, String expected) {
    return new SyncException(
        SyncException.Kind.CONFLICT,
        SyncException.Advice.NEVER,
        "the log is that of the node '"
            + found
            + "', not of '"
            + expected
            + "': if its database was copied to be the log of another node, open it once with adopt()");
  }

  // ---- the inbox

  /**
   * Gives positions to entries that were appended in transactions of the host.
   *
   * @return whether some may be left
   */
  boolean drain(LogEdit edit) throws SQLException {
    List<LogInbox.Letter> letters = edit.mail().letters();
    if (letters.isEmpty()) {
      return false;
    }
    List<OwnEntry> entries = letters.stream().map(LogInbox.Letter::body).map(OwnEntry::of).toList();
    edit.load(Ahead.of(entries));
    for (int i = 0; i < letters.size(); i++) {
      edit.append(letters.get(i), entries.get(i));
    }
    edit.add(tables.inbox.delete(log, letters));
    return edit.mail().mayGoOn();
  }

  /** The same in transactions of their own, until nothing is left or somebody else writes. */
  void drain() {
    boolean more = true;
    while (more) {
      more =
          told(
              tables.database.transaction(
                  "moving entries of other transactions into the log",
                  connection -> {
                    Optional<LogEdit> edit = LogEdit.tryBegin(tables, connection, log);
                    return edit.isPresent()
                        ? edit(edit.get(), this::drain)
                        : new Done<>(false, false);
                  }));
    }
  }

  /**
   * Leaves entries for whoever writes next, in a transaction of the host.
   *
   * @throws SyncException of kind CONFLICT while a content is being removed
   */
  void send(Connection transaction, List<Body> bodies) throws SQLException {
    Set<String> referred =
        bodies.stream()
            .map(body -> body.content().sha256())
            .filter(digest -> !digest.isEmpty())
            .collect(Collectors.toSet());
    if (!referred.isEmpty() && readsWithoutLocks(transaction)) {
      checkContents(transaction, referred);
    }
    tables.inbox.put(transaction, log, bodies);
    waking.tellOnCommit(transaction);
  }

  /** On MariaDB, others would wait for what such a transaction has read. */
  private boolean readsWithoutLocks(Connection transaction) throws SQLException {
    return tables.database.dialect() != Dialect.MARIADB
        || transaction.getTransactionIsolation() != Connection.TRANSACTION_SERIALIZABLE;
  }

  private void checkContents(Connection transaction, Set<String> referred) throws SQLException {
    List<LogContentTable.Row> contents = new ArrayList<>();
    for (Query query : tables.contents.find(log, referred, contents::add)) {
      query.run(transaction);
    }
    for (LogContentTable.Row row : contents) {
      if (row.stored().state() == State.DOOMED) {
        throw LogContentChanges.doomed(row.stored().sha256());
      }
    }
  }

  // ---- merging

  List<Appended> merge(Merge merge) {
    List<Incoming> incoming = merge.items().stream().map(Incoming::of).toList();
    return edit(
        "merging " + incoming.size() + " items of " + merge.peer(),
        Ahead.of(incoming, merge.context().seen().keySet(), merge.peer()),
        edit -> {
          if (incoming.stream().flatMap(Incoming::entries).anyMatch(entry -> isLost(edit, entry))) {
            newEpoch(edit);
          }
          drain(edit);
          return merge(edit, merge, incoming);
        });
  }

  /** An entry of this life that this log has never reached proves that it was restored. */
  private static boolean isLost(LogEdit edit, LogEntry entry) {
    Dot dot = entry.dot();
    LogHead head = edit.head();
    return dot.number() > head.number()
        && dot.epoch().equals(head.epoch())
        && dot.node().equals(head.node());
  }

  private List<Appended> merge(LogEdit edit, Merge merge, List<Incoming> incoming) {
    List<Fate> fates = incoming.stream().map(one -> edit.join(one, State.WANTED)).toList();
    Merge told = merge.at(edit.member().flatMap(Member::pointer));
    boolean gap = noteMember(edit, told);
    if (!gap) {
      // Only now: what the peer has seen includes what was just read from it.
      edit.join(told.context());
    }
    List<Appended> appended = new ArrayList<>(fates.size());
    for (int i = 0; i < fates.size(); i++) {
      appended.add(edit.appended(incoming.get(i).spot(), fates.get(i)));
    }
    return appended;
  }

  /** Notes how far the peer was read; answers whether it has items that are missing here. */
  private boolean noteMember(LogEdit edit, Merge merge) {
    Optional<Member> known = edit.member();
    Member member = known.orElse(new Member(merge.peer(), Optional.empty(), false, 0));
    boolean gap = merge.gap().orElse(member.gap());
    if (merge.pointer().isPresent() || gap != member.gap()) {
      Optional<Position> pointer = merge.pointer().or(member::pointer);
      Member changed = new Member(member.name(), pointer, gap, member.passed());
      edit.add(
          known.isPresent()
              ? tables.members.update(log, changed)
              : tables.members.insert(log, changed));
    }
    return gap;
  }

  // ---- peers

  void addMember(String name, long passed) {
    edit(
        "noting the reader " + name,
        new Ahead(Set.of(), List.of(), List.of(), List.of(), Optional.of(name)),
        edit -> {
          if (edit.member().isPresent()) {
            tables.members.passed(edit.connection(), log, name, passed);
          } else {
            edit.add(tables.members.insert(log, new Member(name, Optional.empty(), false, passed)));
          }
          return passed;
        });
  }

  /** Notes how far a reader that is known has read; one that was retired meanwhile stays so. */
  void passed(String name, long number) {
    tables.database.statement(
        "noting how far " + name + " has read",
        connection -> tables.members.passed(connection, log, name, number));
  }

  void retire(String name) {
    tables.database.statement(
        "retiring " + name, connection -> tables.members.delete(connection, log, name));
  }

  /** Makes the log, which is a copy of this node's, that of another node. */
  void adopt(String other) {
    edit(
        "adopting the log of the node " + node,
        Ahead.NOTHING,
        edit -> {
          // What this node wrote is here, and goes on elsewhere.
          edit.newEpoch(new Life(other, tables.newId()), edit.head().number());
          return tables.members.delete(edit.connection(), log, other);
        });
  }

  void newEpoch(UUID expected) {
    edit(
        "beginning a new life of the log",
        Ahead.NOTHING,
        edit -> {
          if (edit.head().epoch().equals(expected)) {
            newEpoch(edit);
          }
          return edit.head().epoch();
        });
  }

  private void newEpoch(LogEdit edit) throws SQLException {
    // What a reader had passed by the time of the backup was written before it.
    long safe =
        tables.members.all(edit.connection(), log).stream()
            .mapToLong(Member::passed)
            .max()
            .orElse(0);
    edit.newEpoch(new Life(node, tables.newId()), safe);
  }

  /**
   * Forgets what was noted, and notes anew. The floor is raised first, so that whoever reads on
   * from below is told.
   *
   * @param micros deletes from before this time count as passed in any case
   * @param noted what was noted before this time is forgotten
   */
  long compact(long micros, long noted) {
    List<LogItems.Gone> dropped =
        edit("forgetting deletes", Ahead.NOTHING, edit -> compact(edit, micros, noted));
    long forgotten = dropped.size();
    while (dropped.size() == CHUNK) {
      dropped = edit("forgetting deletes", Ahead.NOTHING, this::dropBelowFloor);
      forgotten += dropped.size();
    }
    boolean more = true;
    while (more) {
      more =
          tables.database.transaction(
              "dropping marks below the floor",
              connection ->
                  tables.commits.drop(
                      connection, tables.heads.read(connection, log).head(), CHUNK));
    }
    return forgotten;
  }

  private List<LogItems.Gone> compact(LogEdit edit, long micros, long noted) throws SQLException {
    Connection connection = edit.connection();
    LogHead head = edit.head();
    long passed =
        tables.members.all(connection, log).stream()
            .mapToLong(Member::passed)
            .min()
            .orElse(head.number());
    long upTo = tables.commits.forgettable(connection, head, passed, micros);
    Optional<Note> note = tables.notes.find(connection, log);
    if (note.isPresent() && note.get().at() >= noted) {
      return List.of();
    }
    List<LogItems.Gone> dropped =
        note.isPresent() ? forget(edit, Math.min(upTo, note.get().number())) : List.of();
    tables.notes.put(connection, head, new Note(upTo, edit.micros()));
    return dropped;
  }

  /** Forgets deletes up to a number, or the first of them. */
  private List<LogItems.Gone> forget(LogEdit edit, long upTo) throws SQLException {
    Connection connection = edit.connection();
    if (upTo > edit.head().floor()) {
      edit.raiseFloor(upTo, tables.commits.place(connection, log, upTo).mark());
    }
    List<LogItems.Gone> dropped = dropBelowFloor(edit);
    if (!dropped.isEmpty()) {
      tables.notes.forget(connection, log);
    }
    return dropped;
  }

  private List<LogItems.Gone> dropBelowFloor(LogEdit edit) throws SQLException {
    List<LogItems.Gone> dropped =
        tables.items.gone(edit.connection(), log, edit.head().floor(), CHUNK);
    edit.drop(dropped);
    return dropped;
  }

  int forget(List<LogItem> items, LogContext forgotten) {
    List<Incoming> told = items.stream().map(Incoming::of).toList();
    return edit(
        "forgetting " + told.size() + " items",
        Ahead.ofDropped(told),
        edit -> {
          tables.notes.forget(edit.connection(), log, forgotten);
          return (int) told.stream().filter(edit::drop).count();
        });
  }

  // ---- contents

  Reserved reserve(String sha256, long size, long quota) {
    return edit(
        "reserving a content",
        Ahead.content(sha256),
        edit -> {
          long free = quota - edit.head().held();
          return edit.contents().reserve(sha256, size, free, edit.micros());
        });
  }

  void stored(String sha256, boolean present) {
    edit(
        "noting where a content is",
        Ahead.content(sha256),
        edit -> {
          edit.contents().stored(sha256, present);
          return present;
        });
  }

  boolean doom(String sha256, long reservedBefore) {
    drain();
    return edit(
        "deciding to remove a content",
        Ahead.content(sha256),
        edit -> {
          // Entries that wait may refer to it.
          if (drain(edit)) {
            return false;
          }
          return edit.contents().doom(sha256, reservedBefore);
        });
  }
}
