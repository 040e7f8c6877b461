package dev.chirograph.table;

import dev.chirograph.DeleteLimit;
import dev.chirograph.Environment;
import dev.chirograph.RetryPolicy;
import dev.chirograph.SyncException;
import dev.chirograph.SyncListener;
import dev.chirograph.spi.StateStore;
import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.SourceDatabase;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps the tables of a database and their replicas in agreement.
 *
 * <pre>{@code
 * TableSync office =
 *     TableSync.builder("office-17", source, replica, state)
 *         .table("customer")
 *         .table("invoice")
 *         .build();
 * List<TableReport> reports = office.run(); // every minute, say
 * }</pre>
 *
 * <p>A run in which nothing seems to have changed asks both sides once. Otherwise it sends what is
 * new, compares by digests what is due, mends what differs, and deletes what only the replica has,
 * within the {@link DeleteLimit}. It can end at any instant; the next one goes on.
 *
 * <p>Safe for use by several threads, whose runs wait for each other; one agent at a time writes to
 * a table.
 */
public final class TableSync {

  private final TableRun.Parts parts;
  private final ReentrantLock writing = new ReentrantLock();

  private TableSync(Builder builder) {
    this.parts =
        new TableRun.Parts(
            builder.name,
            builder.source,
            builder.replica,
            Map.copyOf(builder.tables),
            builder.settings());
  }

  /**
   * A builder.
   *
   * @param name a lasting name; what is kept in the state store is kept under it
   * @param source the tables that are right
   * @param replica the tables that are brought into agreement
   * @param state keeps what runs remember of each other; losing it costs a comparison
   */
  public static Builder builder(
      String name, SourceDatabase source, ReplicaDatabase replica, StateStore state) {
    return new Builder(name, source, replica, state);
  }

  /**
   * Does what seems to be necessary, and a piece of the comparison that is due. Trouble with one
   * table is told in its report and keeps nothing from the others.
   *
   * @return a report for each table, parents before children; none when this is no hour for work
   * @throws SyncException when a database cannot be asked at all
   */
  public List<TableReport> run() {
    return run(Optional.empty());
  }

  /**
   * Compares all tables from the start to the end, and mends what differs.
   *
   * @throws SyncException when a database cannot be asked at all
   */
  public List<TableReport> verify() {
    return run(Optional.of(TableNeed.EVERYTHING));
  }

  /**
   * The same, and the source may be another database than before: after a restore that changed
   * much, or a move. {@link #run} refuses to go on when that would overwrite or delete more rows of
   * the replica than the {@link DeleteLimit} allows.
   *
   * @throws SyncException when a database cannot be asked at all
   */
  public List<TableReport> adopt() {
    return run(Optional.of(TableNeed.ADOPT));
  }

  /** One after the other: they have one name, and so would take the lease from each other. */
  private List<TableReport> run(Optional<TableNeed> asked) {
    writing.lock();
    try {
      return new TableRun(parts, asked).run();
    } finally {
      writing.unlock();
    }
  }

  /**
   * What a run would do now, if it compared everything. Nothing is written.
   *
   * @throws SyncException when a side cannot be asked, or the shapes of a table do not fit
   */
  public List<TablePlan> plan() {
    return new TablePlanner(parts).plan();
  }

  /**
   * Why a row is in the replica as it is, or is not.
   *
   * @param table its table
   * @param key the texts of its key columns, in the source's order
   * @throws SyncException of kind INVALID_ARGUMENT when the table has another key, or none
   */
  public RowExplanation explain(String table, String... key) {
    return new TablePlanner(parts).explain(table, List.of(key));
  }

  /**
   * How a table is compared, and what is not.
   *
   * @throws SyncException of kind UNSUPPORTED when the shapes of the table do not fit
   */
  public TableExplanation explain(String table) {
    return new TablePlanner(parts).explain(table);
  }

  /** What is proven of each table, by its name; a table of which nothing is proven is not there. */
  public Map<String, Certificate> certificates() {
    return new TableRun(parts, Optional.empty()).certificates();
  }

  /** Collects the parts. Not safe for use by several threads. */
  public static final class Builder {
    private final String name;
    private final SourceDatabase source;
    private final ReplicaDatabase replica;
    private final StateStore state;
    private final Map<String, TableOptions> tables = new LinkedHashMap<>();
    private Optional<String> agent = Optional.empty();
    private Duration lease = Duration.ofMinutes(2);
    private int batchRows = 5_000;
    private long batchBytes = 4 << 20;
    private Duration batchTarget = Duration.ofSeconds(2);
    private Duration compareEvery = Duration.ofHours(1);
    private Pace pace = Pace.standard();
    private RetryPolicy retries = RetryPolicy.forCalls();
    private RetryPolicy quarantine = RetryPolicy.forJobs();
    private SyncListener listener = SyncListener.none();
    private Environment environment = Environment.system();

    private Builder(String name, SourceDatabase source, ReplicaDatabase replica, StateStore state) {
      this.name = Objects.requireNonNull(name, "name");
      this.source = Objects.requireNonNull(source, "source");
      this.replica = Objects.requireNonNull(replica, "replica");
      this.state = Objects.requireNonNull(state, "state");
    }

    /** One of the tables; all of the source's when none is named. */
    public Builder table(String table) {
      return table(table, TableOptions.standard());
    }

    /** One of the tables, and how it is kept in agreement. */
    public Builder table(String table, TableOptions options) {
      tables.put(
          Objects.requireNonNull(table, "table"), Objects.requireNonNull(options, "options"));
      return this;
    }

    /**
     * Who works here: agents of different names never write to a table at the same time. By default
     * each engine has a name of its own, so one that was killed keeps its successor out until its
     * lease has ended; with a lasting name, of which the host starts only one, it does not.
     */
    public Builder agent(String value) {
      this.agent = Optional.of(value);
      return this;
    }

    /** For how long an agent that falls silent keeps others away; 2 minutes by default. */
    public Builder lease(Duration duration) {
      if (duration.toMillis() < 1_000) {
        throw SyncException.invalid("a lease lasts at least a second, not " + duration);
      }
      this.lease = duration;
      return this;
    }

    /** The largest batch, and how long one should take; 5,000 rows, 4 MiB, 2 seconds by default. */
    public Builder batch(int rows, long bytes, Duration target) {
      if (rows < 1 || bytes < 1) {
        throw SyncException.invalid(
            "a batch has at least 1 row and 1 byte, not " + rows + " and " + bytes);
      }
      this.batchRows = rows;
      this.batchBytes = bytes;
      this.batchTarget = Objects.requireNonNull(target, "target");
      return this;
    }

    /** How often {@link #run} compares a table as a whole; every hour by default. */
    public Builder compareEvery(Duration duration) {
      if (duration.isNegative()) {
        throw SyncException.invalid("nothing is done every " + duration);
      }
      this.compareEvery = duration;
      return this;
    }

    /** How much work a run may make; {@link Pace#standard} by default. */
    public Builder pace(Pace value) {
      this.pace = Objects.requireNonNull(value, "value");
      return this;
    }

    /** When a call is made again; {@link RetryPolicy#forCalls} by default. */
    public Builder retries(RetryPolicy policy) {
      this.retries = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /** When a row that was not taken is tried again; {@link RetryPolicy#forJobs} by default. */
    public Builder quarantine(RetryPolicy policy) {
      this.quarantine = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /** Hears of the ages of horizons. */
    public Builder listener(SyncListener value) {
      this.listener = Objects.requireNonNull(value, "value");
      return this;
    }

    /** Clock, waiting, chance and threads; {@link Environment#system} by default. */
    public Builder environment(Environment value) {
      this.environment = Objects.requireNonNull(value, "value");
      return this;
    }

    private TableSettings settings() {
      return new TableSettings(
          agent.orElseGet(() -> "agent-" + Long.toHexString(environment.random().nextLong())),
          state,
          lease,
          batchRows,
          batchBytes,
          batchTarget,
          compareEvery,
          pace,
          retries,
          quarantine,
          listener,
          environment);
    }

    /** The engine, which does nothing yet. */
    public TableSync build() {
      return new TableSync(this);
    }
  }
}
