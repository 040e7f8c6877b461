package dev.chirograph.jdbc;

import dev.chirograph.CloseableIterator;
import dev.chirograph.Pacing;
import dev.chirograph.SyncException;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.QueueCapabilities;
import dev.chirograph.spi.QueueStatistics;
import dev.chirograph.spi.Settlement;
import dev.chirograph.spi.SupportsDeadLetters;
import dev.chirograph.spi.SupportsRuns;
import dev.chirograph.spi.SupportsTransaction;
import dev.chirograph.spi.SupportsWakeup;
import dev.chirograph.spi.WorkQueue;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import javax.sql.DataSource;

/**
 * A queue in tables of the host's database, for any number of JVMs.
 *
 * <p>A lease moves its whole batch out of the table of waiting jobs into one row, and settling the
 * batch removes that row, so a job costs one insert and one delete. The tables are those of {@link
 * JdbcSchema.Component#QUEUE}. Uniqueness, fencing and all other guarantees of {@link WorkQueue}
 * hold on every database; throughput is highest on PostgreSQL.
 *
 * <p>What to know: a worker that dies gives back its whole unsettled batch when the lease has
 * expired. Oldest-first holds roughly when several workers lease, and jobs that others put back may
 * be taken up to a second later than newer ones. Counts look at a bounded number of rows. Two
 * different keys may share a hash, about one pair in four billion; then one of them waits while the
 * other runs.
 *
 * <p>A row that cannot be read, because somebody changed it, stops nothing but its own keys, and
 * the log tells of it as an error. A lease stays where it is, is looked at again every hour, and
 * counts as running for its run, or for every run when it held jobs of several: none of them ends
 * until the row is mended or removed. A job becomes a dead letter; a dead letter is left out of
 * listings, and neither replayed nor dropped.
 *
 * <p>Without {@link Builder#notifications}, workers learn of jobs that another process enqueued
 * when they next poll; with them, on PostgreSQL, as soon as the transaction has been committed:
 *
 * <pre>{@code
 * JdbcSchema.of(dataSource).only(JdbcSchema.Component.QUEUE).install();
 * ExecutorService listener = Executors.newSingleThreadExecutor();
 * JdbcQueue queue =
 *     JdbcQueue.builder(dataSource, "mirror").notifications(dataSource, listener).build();
 * }</pre>
 *
 * <p>Each call takes a connection from the data source, uses it in a transaction of its own and
 * gives it back as it was. A transaction that loses a deadlock is run again after a short pause, a
 * few times. Safe for use by several threads.
 */
public final class JdbcQueue
    implements WorkQueue,
        SupportsRuns,
        SupportsDeadLetters,
        SupportsWakeup,
        SupportsTransaction<Connection> {

  private static final int MAX_BATCH = 1_000;
  private static final QueueCapabilities CAPABILITIES =
      new QueueCapabilities(
          QueueCapabilities.Uniqueness.WAITING_AND_RUNNING, true, true, true, MAX_BATCH);

  private final Database database;
  private final QueueNames names;
  private final JobTable jobs;
  private final LeaseTable leases;
  private final DeadTable dead;
  private final RunTable runs;
  private final Census census;
  private final Settling settling;
  private final Leasing leasing;
  private final DeadLetterMoves letters;
  private final Waking waking;

  private JdbcQueue(Builder builder, Database database) {
    this.database = database;
    this.names = new QueueNames(database, builder.tenant, builder.name);
    String whose = database.names().table("") + "/" + names.tenant() + "/" + names.queue();
    this.jobs =
        database.dialect() == Dialect.POSTGRESQL
            ? new PostgresJobTable(database)
            : new PortableJobTable(database);
    this.leases = new LeaseTable(database);
    this.dead = new DeadTable(database, names);
    this.runs = new RunTable(database, names, leases);
    this.census = new Census(database, names, leases);
    this.settling = new Settling(jobs, leases, dead);
    this.leasing = new Leasing(database, names, jobs, settling, builder.settings.pacing);
    this.letters = new DeadLetterMoves(database, dead, jobs);
    this.waking = builder.settings.waking(database, whose);
  }

  /**
   * The queue of a name for the default tenant, in the tables with the prefix {@code chirograph_}.
   *
   * @param name at most 200 characters
   * @throws SyncException of kind NOT_FOUND or UNSUPPORTED when the tables are missing or of
   *     another version
   */
  public static JdbcQueue of(DataSource dataSource, String name) {
    return builder(dataSource, name).build();
  }

  /**
   * A builder of a queue.
   *
   * @param name at most 200 characters
   */
  public static Builder builder(DataSource dataSource, String name) {
    return new Builder(dataSource, name);
  }

  @Override
  public QueueCapabilities capabilities() {
    return CAPABILITIES;
  }

  // ---- enqueueing

  @Override
  public Enqueued enqueue(List<Job> jobs) {
    if (jobs.isEmpty()) {
      return new Enqueued(0, 0, 0);
    }
    Intake.check(jobs, MAX_BATCH);
    Intake.remember(database, names, jobs);
    Enqueued enqueued =
        database.statement(
            "enqueueing", connection -> Intake.put(connection, names, this.jobs, jobs));
    if (isWork(enqueued, jobs)) {
      waking.tell();
    }
    return enqueued;
  }

  /**
   * {@inheritDoc}
   *
   * <p>The transaction is never committed, rolled back or closed here, and may have any isolation.
   * Until it ends, others who enqueue the same keys wait for it: keep it short. It may lose against
   * another transaction: by a deadlock anywhere, and with REPEATABLE READ or SERIALIZABLE on
   * PostgreSQL, and on MariaDB with {@code innodb_snapshot_isolation} (the default from 11.6), also
   * when others have enqueued or leased one of the keys since it began. It is to be rolled back and
   * run again then, as a whole.
   *
   * <p>Workers of this process are not woken, because nobody here learns when it commits; those
   * that listen to {@link Builder#notifications} are.
   *
   * @throws SyncException of kind UNAVAILABLE when the transaction lost against another one: roll
   *     it back and run it again; otherwise as the database fails
   */
  @Override
  public Enqueued enqueue(Connection transaction, List<Job> jobs) {
    if (jobs.isEmpty()) {
      return new Enqueued(0, 0, 0);
    }
    Intake.check(jobs, MAX_BATCH);
    try {
      Enqueued enqueued = Intake.put(transaction, names, this.jobs, jobs);
      if (isWork(enqueued, jobs)) {
        waking.tellOnCommit(transaction);
      }
      return enqueued;
    } catch (SQLException e) {
      throw SqlErrors.ofCaller("enqueueing in the caller's transaction", e);
    }
  }

  /** Whether somebody has to be woken; what has to wait first is found by polling. */
  private static boolean isWork(Enqueued enqueued, List<Job> jobs) {
    return enqueued.added() + enqueued.upgraded() > 0
        && jobs.stream().anyMatch(job -> job.delay().isZero());
  }

  // ---- leasing and settling

  @Override
  public Optional<Lease> lease(String kind, int limit, Duration duration) {
    Leasing.check(limit, MAX_BATCH, duration);
    waking.polled();
    return leasing.lease(kind, limit, duration);
  }

  @Override
  public Settled settle(Lease lease, List<Settlement> settlements) {
    Settling.check(lease, settlements);
    Optional<Integer> found = leasing.lane(lease.kind());
    if (found.isEmpty()) {
      return Settled.STALE;
    }
    int lane = found.get();
    if (settlements.isEmpty()) {
      long micros = JobRow.micros(lease.duration());
      return settled(
          database.statement(
              "extending a lease", c -> leases.extend(c, lease.fence(), lane, micros)));
    }
    if (Settling.endsAll(lease, settlements)) {
      return settled(
          database.statement("settling a lease", c -> leases.end(c, lease.fence(), lane)));
    }
    Optional<byte[]> note = Settling.onlyNote(lease, settlements);
    if (note.isPresent()) {
      long micros = JobRow.micros(lease.duration());
      return settled(
          database.statement(
              "keeping a note", c -> leases.note(c, lease.fence(), lane, micros, note.get())));
    }
    Settled settled =
        database.transaction("settling a lease", c -> settling.settle(c, lane, lease, settlements));
    if (settlements.stream().anyMatch(Settlement.Release.class::isInstance)) {
      leasing.restart();
    }
    return settled;
  }

  private static Settled settled(boolean held) {
    return held ? Settled.DONE : Settled.STALE;
  }

  @Override
  public QueueStatistics statistics() {
    return database.transaction("counting the jobs of a queue", census::take);
  }

  // ---- runs

  @Override
  public Release release(long run, String scope, long limit) {
    checkRun("release", run);
    Release release =
        database.transaction("releasing a run", c -> runs.release(c, run, scope, limit));
    if (release.released() && release.held() > 0) {
      leasing.restart();
      waking.tell();
    }
    return release;
  }

  @Override
  public long discard(long run, String scope) {
    checkRun("discard", run);
    return database.transaction(
        "discarding the held jobs of a run", c -> runs.discard(c, run, scope));
  }

  @Override
  public long cancel(long run) {
    checkRun("cancel", run);
    return database.transaction("cancelling a run", c -> runs.cancel(c, run));
  }

  @Override
  public long forget(long run) {
    checkRun("forget", run);
    return database.transaction("forgetting a run", c -> runs.forget(c, run));
  }

  @Override
  public long remaining(long run, long atMost) {
    checkRun("count the remaining jobs of", run);
    return database.statement(
        "counting the remaining jobs of a run", c -> runs.remaining(c, run, atMost));
  }

  private static void checkRun(String operation, long run) {
    if (run <= 0) {
      throw SyncException.invalid(
          "cannot " + operation + " a run: it has an id above 0, not " + run);
    }
  }

  // ---- dead letters

  @Override
  public CloseableIterator<DeadLetter> deadLetters(Selection selection) {
    return new DeadLetters(database, dead, selection);
  }

  @Override
  public long replay(Selection selection) {
    long replayed = letters.replay(selection);
    if (replayed > 0) {
      waking.tell();
    }
    return replayed;
  }

  @Override
  public long drop(Selection selection) {
    return letters.drop(selection);
  }

  // ---- waking

  /**
   * {@inheritDoc}
   *
   * <p>Jobs that are enqueued through this object wake at once; those of other processes only on
   * PostgreSQL with {@link Builder#notifications}.
   */
  @Override
  public Subscription onWork(Runnable wake) {
    return waking.subscribe(wake);
  }

  /** The tenant and the name. */
  @Override
  public String toString() {
    return "JdbcQueue[" + names.tenant() + "/" + names.queue() + "]";
  }

  /** Collects what a queue needs. Not safe for use by several threads. */
  public static final class Builder {
    private final Settings settings;
    private final String name;
    private String tenant = "";

    private Builder(DataSource dataSource, String name) {
      this.settings = new Settings(dataSource);
      this.name = QueueNames.checked("queue", name);
    }

    /**
     * The tenant whose jobs these are, at most 200 characters; by default the one without a name.
     */
    public Builder tenant(String id) {
      this.tenant = QueueNames.checked("tenant", id);
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

    /** A clock in place of the database's own, for tests: with two clocks, leases mean nothing. */
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
     * Tells other processes when jobs are enqueued, and listens to them while somebody is
     * subscribed, by PostgreSQL's LISTEN and NOTIFY. Both sides need it. A notification makes
     * commits queue up one behind the other, so use it where jobs come in batches or not too often.
     *
     * @param dataSource gives the one connection that is kept for listening; not through a proxy
     *     that shares connections between transactions
     * @param executor runs the listening, which takes one thread while somebody is subscribed; when
     *     it refuses, it is asked again at a later poll
     */
    public Builder notifications(DataSource dataSource, Executor executor) {
      settings.notifications(dataSource, executor);
      return this;
    }

    /**
     * The queue.
     *
     * @throws SyncException of kind NOT_FOUND when the tables are missing or old, UNSUPPORTED when
     *     they are newer than this code, the database is none of ours, or notifications are asked
     *     of another database than PostgreSQL
     */
    public JdbcQueue build() {
      Database database = Database.of(settings);
      JdbcSchema.require(database, JdbcSchema.Component.QUEUE);
      return new JdbcQueue(this, database);
    }
  }
}
