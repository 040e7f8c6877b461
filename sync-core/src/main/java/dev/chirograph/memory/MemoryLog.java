package dev.chirograph.memory;

import dev.chirograph.Digest;
import dev.chirograph.Key;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.memory.LogRows.Row;
import dev.chirograph.spi.LogContext;
import dev.chirograph.spi.LogContext.Life;
import dev.chirograph.spi.LogEntry;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Dot;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.SupportsContents;
import dev.chirograph.spi.SupportsPeers;
import dev.chirograph.spi.SupportsRepair;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * A log in memory: for a quick start, for a host's own tests, and as the reference of what {@link
 * ReplicaLog} and its abilities ask for.
 *
 * <p>Every call happens alone. Nothing outlives the process; memory grows with the items.
 *
 * <p>Safe for use by several threads.
 */
public final class MemoryLog implements SupportsPeers, SupportsRepair, SupportsContents {

  private final String node;
  private final InstantSource clock;
  private final RandomGenerator random;
  private LogHistory history;
  private LogRows rows = new LogRows();
  private LogContents contents = new LogContents();
  private LogContext seen = LogContext.EMPTY;
  private LogContext forgotten = LogContext.EMPTY;
  private Optional<Note> note = Optional.empty();
  private Map<String, Member> members = new TreeMap<>();

  /**
   * What may be forgotten after a while.
   *
   * @param upTo deletes up to this number
   * @param seen what had been seen
   * @param at when that was
   */
  private record Note(long upTo, LogContext seen, Instant at) {}

  private MemoryLog(Builder builder) {
    this.node = builder.node;
    this.clock = builder.clock;
    this.random = builder.random;
    this.history = new LogHistory(newId());
  }

  /** An empty log of a node, on the system's clock. */
  public static MemoryLog of(String node) {
    return builder(node).build();
  }

  /** A builder of an empty log of a node, on the system's clock. */
  public static Builder builder(String node) {
    return new Builder(node);
  }

  /** The node whose log this is. */
  public String node() {
    return node;
  }

  // ---- appending and reading

  @Override
  public synchronized Bounds bounds() {
    return new Bounds(history.floor(), history.head(), context());
  }

  /** What was read from others, and all of this life of this log. */
  private LogContext context() {
    return seen.with(life(), history.last());
  }

  private Life life() {
    return new Life(node, history.epoch());
  }

  @Override
  public synchronized List<Appended> append(List<Body> added) {
    // The copy refuses a null before anything is written.
    List<Body> checked = List.copyOf(added);
    checked.forEach(LogTexts::check);
    checked.forEach(body -> contents.check(body.content()));
    Instant now = clock.instant();
    long before = history.last();
    List<Change> changes = new ArrayList<>(checked.size());
    for (Body body : checked) {
      Dot dot = new Dot(node, history.epoch(), history.last() + 1);
      changes.add(join(LogItem.of(new LogEntry(dot, now, body)), State.HELD));
    }
    return commit(changes, before);
  }

  /** An item that was to be joined, and what was done. */
  private record Change(LogItem item, Fate fate) {}

  private Change join(LogItem item, State contentIs) {
    Optional<Row> row = rows.get(item);
    if (row.isEmpty() && forgotten.covers(item.last().dot())) {
      return new Change(item, Fate.FORGOTTEN);
    }
    LogItem joined = row.map(old -> old.item().join(item)).orElse(item);
    if (row.isPresent() && joined.equals(row.get().item())) {
      return new Change(item, Fate.KNOWN);
    }
    put(row.map(Row::item), joined, contentIs);
    return new Change(item, Fate.ADDED);
  }

  private void put(Optional<LogItem> old, LogItem item, State contentIs) {
    rows.put(item, history.next());
    contents.refer(old.map(LogItem::content).orElse(Content.NONE), item.content(), contentIs);
  }

  private List<Appended> commit(List<Change> changes, long before) {
    if (history.last() > before) {
      history.commit(newId(), clock.instant());
    }
    return changes.stream()
        .map(
            change ->
                new Appended(rows.get(change.item()).map(Row::number).orElse(0L), change.fate()))
        .toList();
  }

  @Override
  public synchronized Page read(Position after, int limit, long maxBytes) {
    if (limit < 1) {
      throw SyncException.invalid("the limit of a read must be at least 1, not " + limit);
    }
    Validity validity = history.validity(after);
    if (validity != Validity.OK) {
      return new Page(List.of(), after, bounds(), validity);
    }
    List<LogItem> items = new ArrayList<>();
    long bytes = 0;
    long last = after.number();
    for (Row row : rows.after(after.number())) {
      bytes += bytes(row.item());
      if (items.size() == limit || (bytes > maxBytes && !items.isEmpty())) {
        return new Page(items, history.position(last), bounds(), validity);
      }
      items.add(row.item());
      last = row.number();
    }
    return new Page(items, history.head(), bounds(), validity);
  }

  private static long bytes(LogItem item) {
    return bytes(item.last()) + item.added().map(MemoryLog::bytes).orElse(0L);
  }

  private static long bytes(LogEntry entry) {
    return entry.body().payload().getBytes(StandardCharsets.UTF_8).length;
  }

  @Override
  public synchronized List<Appended> merge(Merge told) {
    Merge merge = told.at(pointer(told.peer()));
    merge.items().forEach(LogTexts::check);
    merge.items().forEach(this::noticeRestore);
    long before = history.last();
    List<Change> changes = merge.items().stream().map(item -> join(item, State.WANTED)).toList();
    Member member = member(merge.peer());
    boolean gap = merge.gap().orElse(member.gap());
    // Only now: what the peer has seen includes what was just read from it.
    seen = gap ? seen : seen.join(merge.context());
    if (merge.pointer().isPresent() || gap != member.gap()) {
      Optional<Position> pointer = merge.pointer().or(member::pointer);
      members.put(merge.peer(), new Member(merge.peer(), pointer, gap, member.passed()));
    }
    return commit(changes, before);
  }

  /** An entry of this life that this log has never reached proves that it was restored. */
  private void noticeRestore(LogItem item) {
    if (isLost(item.last()) || item.added().filter(this::isLost).isPresent()) {
      newEpoch(history.epoch());
    }
  }

  private boolean isLost(LogEntry entry) {
    Dot dot = entry.dot();
    return dot.node().equals(node)
        && dot.epoch().equals(history.epoch())
        && dot.number() > history.last();
  }

  @Override
  public synchronized List<LogItem> find(List<Key> keys) {
    return keys.stream().flatMap(key -> rows.find(key).stream()).toList();
  }

  // ---- peers

  @Override
  public synchronized Optional<Position> pointer(String peer) {
    return Optional.ofNullable(members.get(peer)).flatMap(Member::pointer);
  }

  @Override
  public synchronized void passed(String reader, Position position) {
    long number = history.validity(position) == Validity.OK ? position.number() : 0;
    Member member = member(reader);
    members.put(reader, new Member(reader, member.pointer(), member.gap(), number));
  }

  private Member member(String name) {
    return members.getOrDefault(name, new Member(name, Optional.empty(), false, 0));
  }

  @Override
  public synchronized List<Member> members() {
    return List.copyOf(members.values());
  }

  @Override
  public synchronized void retire(String peer) {
    members.remove(peer);
  }

  @Override
  public synchronized long compact(Instant before, Instant noted) {
    long forgettable = forgettable(before);
    Optional<Note> due = note.filter(old -> old.at().isBefore(noted));
    long deletes = due.map(old -> forget(old, forgettable)).orElse(0L);
    if (note.isEmpty() || due.isPresent()) {
      note = Optional.of(new Note(forgettable, context(), clock.instant()));
    }
    return deletes;
  }

  private long forgettable(Instant before) {
    long passed = members.values().stream().mapToLong(Member::passed).min().orElse(history.last());
    return history.forgettable(passed, before);
  }

  /** Forgets what was noted, save what somebody has to read again since. */
  private long forget(Note due, long forgettable) {
    long upTo = Math.min(due.upTo(), forgettable);
    List<LogItem> deletes =
        rows.upTo(upTo).stream().map(Row::item).filter(LogItem::isDeleted).toList();
    deletes.forEach(rows::remove);
    history.raiseFloor(upTo);
    if (!deletes.isEmpty()) {
      forgotten = forgotten.join(due.seen());
    }
    return deletes.size();
  }

  @Override
  public synchronized void newEpoch(UUID expected) {
    if (!history.epoch().equals(expected)) {
      return;
    }
    // What a reader had passed by the time of the backup was written before it.
    long safe = members.values().stream().mapToLong(Member::passed).max().orElse(0);
    seen = seen.with(life(), safe);
    history.begin(newId());
    for (Row row : List.copyOf(rows.after(0))) {
      LogItem item = row.item();
      rows.put(
          new LogItem(
              renewed(item.last(), expected, safe),
              item.added().map(entry -> renewed(entry, expected, safe))),
          row.number());
    }
  }

  private LogEntry renewed(LogEntry entry, UUID ended, long safe) {
    Dot dot = entry.dot();
    return dot.node().equals(node) && dot.epoch().equals(ended) && dot.number() > safe
        ? new LogEntry(new Dot(node, history.epoch(), dot.number()), entry.at(), entry.body())
        : entry;
  }

  // ---- comparing

  @Override
  public synchronized List<Digest> digests(List<Slice> slices) {
    return slices.stream().map(slice -> rows.digest(bucket(slice))).toList();
  }

  private static Slice.Bucket bucket(Slice slice) {
    if (slice instanceof Slice.Bucket bucket) {
      return bucket;
    }
    throw new SyncException(
        Kind.UNSUPPORTED, "a log is compared by buckets of its keys, not by " + slice);
  }

  @Override
  public synchronized List<long[]> hashes(List<Slice.Bucket> slices) {
    return slices.stream()
        .map(slice -> rows.in(slice).stream().mapToLong(row -> row.item().hash()).toArray())
        .toList();
  }

  @Override
  public synchronized List<LogItem> items(Slice.Bucket slice, List<Long> wanted) {
    Set<Long> hashes = new HashSet<>(wanted);
    return rows.in(slice).stream()
        .map(Row::item)
        .filter(item -> hashes.contains(item.hash()))
        .toList();
  }

  @Override
  public synchronized int forget(List<LogItem> items, LogContext also) {
    Collection<LogItem> told =
        items.stream()
            .distinct()
            .filter(item -> rows.get(item).filter(row -> row.item().equals(item)).isPresent())
            .toList();
    for (LogItem item : told) {
      rows.remove(item);
      contents.refer(item.content(), Content.NONE, State.HELD);
    }
    forgotten = forgotten.join(also);
    return told.size();
  }

  // ---- contents

  @Override
  public synchronized Optional<Stored> content(String sha256) {
    return contents.get(sha256);
  }

  @Override
  public synchronized Reserved reserve(String sha256, long size, long quota) {
    return contents.reserve(sha256, size, quota, clock.instant());
  }

  @Override
  public synchronized void stored(String sha256, boolean present) {
    contents.stored(sha256, present);
  }

  @Override
  public synchronized boolean doom(String sha256, Instant reservedBefore) {
    return contents.doom(sha256, reservedBefore);
  }

  @Override
  public synchronized List<Stored> pending(String after, int limit) {
    return contents.pending(after, limit);
  }

  // ---- backups

  /** Everything the log holds now, as a backup of its database would. */
  public synchronized Backup backup() {
    return new Backup(
        history.copy(),
        rows.copy(),
        contents.copy(),
        seen,
        forgotten,
        note,
        new TreeMap<>(members));
  }

  /**
   * Makes the log what it was at the time of a backup, its epoch included: nothing tells peers but
   * the positions they hold.
   */
  public synchronized void restore(Backup backup) {
    history = backup.history.copy();
    rows = backup.rows.copy();
    contents = backup.contents.copy();
    seen = backup.seen;
    forgotten = backup.forgotten;
    note = backup.note;
    members = new TreeMap<>(backup.members);
  }

  private UUID newId() {
    return new UUID(random.nextLong(), random.nextLong());
  }

  /** What a log held at one time. */
  public static final class Backup {
    private final LogHistory history;
    private final LogRows rows;
    private final LogContents contents;
    private final LogContext seen;
    private final LogContext forgotten;
    private final Optional<Note> note;
    private final Map<String, Member> members;

    private Backup(
        LogHistory history,
        LogRows rows,
        LogContents contents,
        LogContext seen,
        LogContext forgotten,
        Optional<Note> note,
        Map<String, Member> members) {
      this.history = history;
      this.rows = rows;
      this.contents = contents;
      this.seen = seen;
      this.forgotten = forgotten;
      this.note = note;
      this.members = members;
    }
  }

  /** Says what a log is like. Not safe for use by several threads. */
  public static final class Builder {
    private final String node;
    private InstantSource clock = InstantSource.system();
    private RandomGenerator random = new SecureRandom();

    private Builder(String node) {
      this.node = Objects.requireNonNull(node, "node");
    }

    /** Says when entries are written. */
    public Builder clock(InstantSource source) {
      this.clock = Objects.requireNonNull(source, "source");
      return this;
    }

    /** Where the ids of epochs and marks come from. */
    public Builder random(RandomGenerator generator) {
      this.random = Objects.requireNonNull(generator, "generator");
      return this;
    }

    /** An empty log. */
    public MemoryLog build() {
      return new MemoryLog(this);
    }
  }
}
