package dev.chirograph.memory;

import dev.chirograph.SyncException;
import dev.chirograph.spi.ReplicaLog;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * A log in memory: for a quick start, for a host's own tests, and as the reference of what {@link
 * ReplicaLog} asks for.
 *
 * <p>Appending and reading exclude each other, so that positions are handed out in commit order
 * without gaps. The ids of entries that were compacted away stay known. Nothing outlives the
 * process; memory grows with the entries.
 *
 * <p>Safe for use by several threads.
 */
public final class MemoryLog implements ReplicaLog {

  private static final UUID NO_ENTRY = Position.START.entry();

  private final String node;
  private final InstantSource clock;
  private final RandomGenerator random;
  private UUID epoch;
  private Position floor;
  private List<LogEntry> entries = new ArrayList<>();
  private Map<UUID, Long> numbers = new HashMap<>();
  private Map<String, Position> pointers = new HashMap<>();

  private MemoryLog(Builder builder) {
    this.node = builder.node;
    this.clock = builder.clock;
    this.random = builder.random;
    this.epoch = newId();
    this.floor = new Position(epoch, 0, NO_ENTRY);
  }

  /** An empty log of a node, on the system's clock. */
  public static MemoryLog of(String node) {
    return builder(node).build();
  }

  /** A builder of an empty log of a node, on the system's clock. */
  public static Builder builder(String node) {
    return new Builder(node);
  }

  @Override
  public synchronized Bounds bounds() {
    return new Bounds(floor, head());
  }

  @Override
  public synchronized List<Appended> append(List<NewEntry> added) {
    // The copy refuses a null before anything is written.
    List<NewEntry> checked = List.copyOf(added);
    Instant now = clock.instant();
    List<Appended> answers = new ArrayList<>(checked.size());
    for (NewEntry body : checked) {
      long number = head().number() + 1;
      answers.add(add(new LogEntry(number, node, number, now, body)));
    }
    return answers;
  }

  @Override
  public synchronized Page read(Position after, int limit, long maxBytes) {
    if (limit < 1) {
      throw SyncException.invalid("the limit of a read must be at least 1, not " + limit);
    }
    Validity validity = validity(after);
    return new Page(
        validity == Validity.OK ? page(after.number(), limit, maxBytes) : List.of(),
        bounds(),
        validity);
  }

  @Override
  public synchronized List<Appended> merge(
      String peer, Optional<Position> pointer, List<LogEntry> merged) {
    Objects.requireNonNull(peer, "peer");
    Objects.requireNonNull(pointer, "pointer");
    List<LogEntry> checked = List.copyOf(merged);
    List<Appended> answers = new ArrayList<>(checked.size());
    for (LogEntry entry : checked) {
      answers.add(
          add(
              new LogEntry(
                  head().number() + 1,
                  entry.origin(),
                  entry.originNumber(),
                  entry.at(),
                  entry.body())));
    }
    pointer.ifPresent(position -> pointers.put(peer, position));
    return answers;
  }

  @Override
  public synchronized Optional<Position> pointer(String peer) {
    return Optional.ofNullable(pointers.get(peer));
  }

  /** The node whose log this is. */
  public String node() {
    return node;
  }

  /**
   * Drops all entries up to a number and raises the floor to it.
   *
   * @throws SyncException of kind INVALID_ARGUMENT when the number lies beyond the head
   */
  public synchronized void compactTo(long number) {
    if (number > head().number()) {
      throw SyncException.invalid(
          "cannot compact the log of "
              + node
              + " to "
              + number
              + ": its head is "
              + head().number());
    }
    if (number <= floor.number()) {
      return;
    }
    int dropped = (int) (number - floor.number());
    floor = new Position(epoch, number, entries.get(dropped - 1).body().id());
    entries = new ArrayList<>(entries.subList(dropped, entries.size()));
  }

  /** Everything the log holds now, as a backup of its database would. */
  public synchronized Backup backup() {
    return new Backup(
        epoch, floor, List.copyOf(entries), Map.copyOf(numbers), Map.copyOf(pointers));
  }

  /**
   * Makes the log what it was at the time of a backup, its epoch included: nothing tells peers but
   * the positions they hold.
   */
  public synchronized void restore(Backup backup) {
    epoch = backup.epoch;
    floor = backup.floor;
    entries = new ArrayList<>(backup.entries);
    numbers = new HashMap<>(backup.numbers);
    pointers = new HashMap<>(backup.pointers);
  }

  /** Begins a new life of the log: what it holds stays, and positions of its former life end. */
  public synchronized void newEpoch() {
    epoch = newId();
    floor = new Position(epoch, floor.number(), floor.entry());
  }

  private UUID newId() {
    return new UUID(random.nextLong(), random.nextLong());
  }

  private Appended add(LogEntry entry) {
    Long known = numbers.putIfAbsent(entry.body().id(), entry.number());
    if (known != null) {
      return new Appended(known, false);
    }
    entries.add(entry);
    return new Appended(entry.number(), true);
  }

  private Position head() {
    if (entries.isEmpty()) {
      return floor;
    }
    LogEntry last = entries.get(entries.size() - 1);
    return new Position(epoch, last.number(), last.body().id());
  }

  private Validity validity(Position after) {
    if (after.equals(Position.START)) {
      return floor.number() == 0 ? Validity.OK : Validity.BELOW_FLOOR;
    }
    if (!after.epoch().equals(epoch)) {
      return Validity.OTHER_HISTORY;
    }
    if (after.number() < floor.number()) {
      return Validity.BELOW_FLOOR;
    }
    if (after.number() > head().number()) {
      return Validity.BEYOND_HEAD;
    }
    return entryAt(after.number()).equals(after.entry()) ? Validity.OK : Validity.OTHER_HISTORY;
  }

  private UUID entryAt(long number) {
    return number == floor.number()
        ? floor.entry()
        : entries.get((int) (number - floor.number()) - 1).body().id();
  }

  private List<LogEntry> page(long after, int limit, long maxBytes) {
    List<LogEntry> page = new ArrayList<>();
    long bytes = 0;
    for (int i = (int) (after - floor.number()); i < entries.size() && page.size() < limit; i++) {
      LogEntry entry = entries.get(i);
      bytes += entry.body().payload().getBytes(StandardCharsets.UTF_8).length;
      if (bytes > maxBytes && !page.isEmpty()) {
        break;
      }
      page.add(entry);
    }
    return page;
  }

  /** What a log held at one time. */
  public static final class Backup {
    private final UUID epoch;
    private final Position floor;
    private final List<LogEntry> entries;
    private final Map<UUID, Long> numbers;
    private final Map<String, Position> pointers;

    private Backup(
        UUID epoch,
        Position floor,
        List<LogEntry> entries,
        Map<UUID, Long> numbers,
        Map<String, Position> pointers) {
      this.epoch = epoch;
      this.floor = floor;
      this.entries = entries;
      this.numbers = numbers;
      this.pointers = pointers;
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

    /** Where the ids of epochs come from. */
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
