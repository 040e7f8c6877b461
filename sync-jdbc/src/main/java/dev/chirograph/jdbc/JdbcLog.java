package dev.chirograph.jdbc;

import dev.chirograph.Digest;
import dev.chirograph.Key;
import dev.chirograph.Pacing;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.spi.LogContext;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.SupportsContents;
import dev.chirograph.spi.SupportsPeers;
import dev.chirograph.spi.SupportsRepair;
import dev.chirograph.spi.SupportsWakeup;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;

/**
 * A log in tables of the host's database, for any number of JVMs.
 *
 * <p>Whoever writes locks the row of the log's head and holds it to the commit: those who write
 * come one after the other, and what they write becomes visible in the order of its positions, so
 * that a reader who goes on from a position skips nothing. Appends of several threads of a JVM are
 * written by one of them in one transaction. The tables are those of {@link
 * JdbcSchema.Component#LOG}.
 *
 * <pre>{@code
 * JdbcSchema.of(dataSource).only(JdbcSchema.Component.LOG).install();
 * JdbcLog log = JdbcLog.of(dataSource, "berlin");
 * }</pre>
 *
 * <p>A log is that of one node for good. A database that was copied to become that of another node
 * is recognised when it is opened by the other's name, and taken over with {@link Builder#adopt}; a
 * copy that is opened by the same name, or a database that was restored from a backup, is
 * recognised by the first peer that has read further.
 *
 * <p>Texts have at most 1,024 characters and payloads 1 MiB in UTF-8; names of logs, nodes and
 * peers at most 200 characters. Texts that hold a lone surrogate, which has no UTF-8 form, are
 * refused. Times are kept to the nanosecond, and those that are written here come from the
 * database's clock.
 *
 * <p>Each call takes a connection from the data source, uses it in a transaction of its own and
 * gives it back as it was. A transaction that loses a deadlock is run again after a short pause, a
 * few times. Nobody waits for others who write for much longer than a minute and what the database
 * takes to notice: the call fails as UNAVAILABLE then. On PostgreSQL, the transaction of a process
 * that was stopped while it wrote is ended after a minute; elsewhere the database has to end it, or
 * the process.
 *
 * <p>Safe for use by several threads.
 */
public final class JdbcLog
    implements SupportsPeers, SupportsRepair, SupportsContents, SupportsWakeup {

  private final String node;
  private final String name;
  private final Waking waking;
  private final LogWriter writer;
  private final LogReader reader;
  private final AppendGroups appends;

  private JdbcLog(Builder builder, LogTables tables, int log, Waking waking) {
    this.node = builder.node;
    this.name = builder.tenant + "/" + builder.name;
    this.waking = waking;
    this.writer = new LogWriter(tables, log, node, waking);
    this.reader = new LogReader(tables, writer, log);
    this.appends = new AppendGroups(new LogAppender(writer)::append);
  }

  /**
   * The log of a node, in the tables with the prefix {@code chirograph_}; an empty one is made when
   * there is none.
   *
   * @param node at most 200 characters
   * @throws SyncException as {@link Builder#build}
   */
  public static JdbcLog of(DataSource dataSource, String node) {
    return builder(dataSource, node).build();
  }

  /**
   * A builder of the log of a node.
   *
   * @param node at most 200 characters
   */
  public static Builder builder(DataSource dataSource, String node) {
    return new Builder(dataSource, node);
  }

  /** The node whose log this is. */
  public String node() {
    return node;
  }

  // ---- appending and reading

  @Override
  public Bounds bounds() {
    return reader.bounds();
  }

  @Override
  public List<Appended> append(List<Body> entries) {
    // The copy refuses a null before anything is written.
    List<Body> checked = List.copyOf(entries);
    LogChecks.append(checked);
    return checked.isEmpty() ? List.of() : appends.append(AppendCall.of(checked));
  }

  /**
   * Adds entries of this node inside the caller's own transaction: they appear when it commits, and
   * never when it rolls back. They get their positions afterwards, by whoever writes or reads the
   * log next, and perhaps not all at once.
   *
   * <p>The transaction is never committed, rolled back or closed here, and may have any isolation;
   * nobody waits for it and it waits for nobody, except on SQLite. What became of the entries is
   * not told: what was known already is dropped.
   *
   * <p>Contents that the entries refer to are to be reserved for longer than the transaction takes:
   * one that nothing refers to yet may be removed, and is wanted again then.
   *
   * @throws SyncException of kind INVALID_ARGUMENT when an entry cannot be stored, CONFLICT while a
   *     content is being removed (which is not looked at where reading would make others wait: on
   *     MariaDB and MySQL at SERIALIZABLE), UNAVAILABLE when the transaction lost against another
   *     one: roll it back and run it again; otherwise as the database fails
   */
  public void append(Connection transaction, List<Body> entries) {
    List<Body> checked = List.copyOf(entries);
    LogChecks.append(checked);
    if (checked.isEmpty()) {
      return;
    }
    try {
      writer.send(transaction, checked);
    } catch (SQLException e) {
      throw SqlErrors.ofCaller("appending in the caller's transaction", e);
    }
  }

  @Override
  public Page read(Position after, int limit, long maxBytes) {
    if (limit < 1) {
      throw SyncException.invalid("the limit of a read must be at least 1, not " + limit);
    }
    waking.polled();
    return reader.page(after, limit, maxBytes);
  }

  @Override
  public List<Appended> merge(Merge merge) {
    LogChecks.merge(merge);
    return writer.merge(merge);
  }

  @Override
  public List<LogItem> find(List<Key> keys) {
    return reader.find(List.copyOf(keys));
  }

  // ---- peers

  @Override
  public Optional<Position> pointer(String peer) {
    return reader.member(LogChecks.name("peer", peer)).flatMap(Member::pointer);
  }

  @Override
  public void passed(String read, Position position) {
    LogChecks.name("reader", read);
    long number = reader.validity(position) == Validity.OK ? position.number() : 0;
    Optional<Member> member = reader.member(read);
    if (member.isEmpty()) {
      writer.addMember(read, number);
    } else if (member.get().passed() != number) {
      writer.passed(read, number);
    }
  }

  @Override
  public List<Member> members() {
    return reader.members();
  }

  @Override
  public void retire(String peer) {
    writer.retire(LogChecks.name("peer", peer));
  }

  /**
   * {@inheritDoc}
   *
   * <p>It takes several transactions where there is much: the first raises the floor, and each of
   * them drops so much that nobody waits long.
   */
  @Override
  public long compact(Instant before, Instant noted) {
    return writer.compact(LogTimes.beginning(before), LogTimes.beginning(noted));
  }

  @Override
  public void newEpoch(UUID expected) {
    writer.newEpoch(Objects.requireNonNull(expected, "expected"));
  }

  // ---- comparing

  @Override
  public List<Digest> digests(List<Slice> slices) {
    return reader.digests(slices);
  }

  @Override
  public List<long[]> hashes(List<Slice.Bucket> slices) {
    return reader.hashes(slices);
  }

  @Override
  public List<LogItem> items(Slice.Bucket slice, List<Long> wanted) {
    return reader.items(slice, wanted);
  }

  @Override
  public int forget(List<LogItem> items, LogContext forgotten) {
    return writer.forget(items, forgotten);
  }

  // ---- contents

  @Override
  public Optional<Stored> content(String sha256) {
    return reader.content(LogChecks.sha256(sha256));
  }

  @Override
  public Reserved reserve(String sha256, long size, long quota) {
    if (size < 0) {
      throw SyncException.invalid("a content has a size of at least 0 bytes, not " + size);
    }
    return writer.reserve(LogChecks.sha256(sha256), size, quota);
  }

  @Override
  public void stored(String sha256, boolean present) {
    writer.stored(LogChecks.sha256(sha256), present);
  }

  @Override
  public boolean doom(String sha256, Instant reservedBefore) {
    return writer.doom(LogChecks.sha256(sha256), LogTimes.beginning(reservedBefore));
  }

  @Override
  public List<Stored> pending(String after, int limit) {
    return reader.pending(after.isEmpty() ? after : LogChecks.sha256(after), limit);
  }

  // ---- waking

  /**
   * Calls back soon after something new can be read, from any thread, possibly too often and, when
   * a connection is lost, sometimes not at all: polling stays necessary.
   *
   * <p>What is written through this object wakes at once; what other processes write, and what
   * comes in transactions of the host, only on PostgreSQL with {@link Builder#notifications}.
   */
  @Override
  public Subscription onWork(Runnable wake) {
    return waking.subscribe(wake);
  }

  /** The tenant, the name and the node. */
  @Override
  public String toString() {
    return "JdbcLog[" + name + " of " + node + "]";
  }

  /** Collects what a log needs. Not safe for use by several threads. */
  public static final class Builder {
    private final Settings settings;
    private final String node;
    private String tenant = Names.DEFAULT_TENANT;
    private String name = "log";
    private boolean adopt;
    private RandomGenerator random = new SecureRandom();

    private Builder(DataSource dataSource, String node) {
      this.settings = new Settings(dataSource);
      this.node = LogChecks.name("node", node);
    }

    /**
     * The tenant whose log this is.
     *
     * @param id 1 to 100 characters; {@code default} unless set
     */
    public Builder tenant(String id) {
      this.tenant = Names.tenant(id);
      return this;
    }

    /**
     * The name of the log, where a node has several.
     *
     * @param text 1 to 200 characters; {@code log} unless set
     */
    public Builder name(String text) {
      this.name = LogChecks.name("log", text);
      return this;
    }

    /**
     * The schema of the tables; by default the one that the connections stand in.
     *
     * @throws SyncException of kind INVALID_ARGUMENT as in {@link JdbcSchema#schema}
     */
    public Builder schema(String schema) {
      settings.schema(schema);
      return this;
    }

    /**
     * The start of the tables' names; {@code chirograph_} by default.
     *
     * @throws SyncException of kind INVALID_ARGUMENT as in {@link JdbcSchema#prefix}
     */
    public Builder prefix(String prefix) {
      settings.prefix(prefix);
      return this;
    }

    /**
     * Takes over the log when it is that of another node, because its database was copied to become
     * this node's: it begins a new life under this node's name, and entries that the other node
     * wrote stay that node's. Without it such a log is refused. To be said once, when a copy is
     * opened for the first time; never where the other node works on the same database.
     */
    public Builder adopt() {
      this.adopt = true;
      return this;
    }

    /** A clock in place of the database's own, for tests. */
    public Builder clock(InstantSource source) {
      settings.clock = Objects.requireNonNull(source, "source");
      return this;
    }

    /** How time is measured and waited for inside this process; the machine's own by default. */
    public Builder pacing(Pacing value) {
      settings.pacing = Objects.requireNonNull(value, "value");
      return this;
    }

    /**
     * Tells other processes when there is something new to read, and listens to them while somebody
     * is subscribed, by PostgreSQL's LISTEN and NOTIFY. Both sides need it. A notification makes
     * commits queue up one behind the other, those of the host that append in their transactions
     * too.
     *
     * @param dataSource gives the one connection that is kept for listening; not through a proxy
     *     that shares connections between transactions
     * @param executor runs the listening, which takes one thread while somebody is subscribed; when
     *     it refuses, it is asked again at a later read
     */
    public Builder notifications(DataSource dataSource, Executor executor) {
      settings.notifications(dataSource, executor);
      return this;
    }

    /** How long to wait for others who write before it fails, for tests. */
    Builder patience(Duration atMost) {
      settings.patience = atMost;
      return this;
    }

    /** Where the ids of epochs and marks come from; {@link SecureRandom} by default. */
    public Builder random(RandomGenerator generator) {
      this.random = Objects.requireNonNull(generator, "generator");
      return this;
    }

    /**
     * The log; an empty one is made when there is none.
     *
     * @throws SyncException of kind NOT_FOUND when the tables are missing or old, UNSUPPORTED when
     *     they are newer than this code, the database is none of ours or notifications are asked of
     *     another database than PostgreSQL, CONFLICT when the log is that of another node,
     *     UNAVAILABLE when the database cannot be reached
     */
    public JdbcLog build() {
      Database database = settings.open(JdbcSchema.Component.LOG);
      String whose = database.names().table("log") + "/" + tenant + "/" + name;
      Waking waking = settings.waking(database, whose);
      LogTables tables = new LogTables(database, random);
      int log = new LogOpening(tables, tenant, name, node).open(adopt);
      return new JdbcLog(this, tables, log, waking);
    }
  }
}
