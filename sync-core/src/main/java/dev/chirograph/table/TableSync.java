package dev.chirograph.table;

import dev.chirograph.DeleteLimit;
import dev.chirograph.Environment;
import dev.chirograph.RetryPolicy;
import dev.chirograph.SyncException;
import dev.chirograph.SyncListener;
import dev.chirograph.spi.StateStore;
import dev.chirograph.spi.table.ColumnRules;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.SourceTable;
import java.time.Duration;
import java.util.Objects;

/**
 * Keeps a replica of a table in agreement with it.
 *
 * <pre>{@code
 * TableSync invoices =
 *     TableSync.builder("invoices", source, replica, state).build();
 * TableReport report = invoices.run(); // every minute, say
 * }</pre>
 *
 * <p>One pass sends what is new since the last one, compares the rest by digests, mends what
 * differs, and deletes what only the replica has, within the {@link DeleteLimit}. It can end at any
 * instant; the next one goes on.
 *
 * <p>Safe for use by several threads; one agent writes at a time.
 */
public final class TableSync {

  private final String name;
  private final SourceTable source;
  private final ReplicaTable replica;
  private final TableSettings settings;

  private TableSync(Builder builder) {
    this.name = builder.name;
    this.source = builder.source;
    this.replica = builder.replica;
    this.settings = builder.settings();
  }

  /**
   * A builder.
   *
   * @param name a lasting name; what is kept in the state store is kept under it
   * @param source the table that is right
   * @param replica the table that is brought into agreement
   * @param state keeps what passes remember of each other
   */
  public static Builder builder(
      String name, SourceTable source, ReplicaTable replica, StateStore state) {
    return new Builder(name, source, replica, state);
  }

  /**
   * One pass.
   *
   * @throws SyncException of kind UNSUPPORTED when the shapes of the tables do not fit, CONFLICT
   *     while another agent works on the table; the trouble of either side
   */
  public TableReport run() {
    try (Fence fence = new Fence(replica, name, settings)) {
      return new TablePass(name, source, replica, settings, fence).run();
    }
  }

  /** Collects the parts. Not safe for use by several threads. */
  public static final class Builder {
    private final String name;
    private final SourceTable source;
    private final ReplicaTable replica;
    private final StateStore state;
    private String agent = "agent";
    private ColumnRules rules = ColumnRules.standard();
    private DeleteLimit deletes = DeleteLimit.standard();
    private Duration lease = Duration.ofMinutes(2);
    private int batchRows = 5_000;
    private long batchBytes = 4 << 20;
    private Duration batchTarget = Duration.ofSeconds(2);
    private RetryPolicy retries = RetryPolicy.forCalls();
    private RetryPolicy quarantine = RetryPolicy.forJobs();
    private SyncListener listener = SyncListener.none();
    private Environment environment = Environment.system();

    private Builder(String name, SourceTable source, ReplicaTable replica, StateStore state) {
      this.name = Objects.requireNonNull(name, "name");
      this.source = Objects.requireNonNull(source, "source");
      this.replica = Objects.requireNonNull(replica, "replica");
      this.state = Objects.requireNonNull(state, "state");
    }

    /** Who works here; two agents of different names never write at the same time. */
    public Builder agent(String value) {
      this.agent = Objects.requireNonNull(value, "value");
      return this;
    }

    /** How columns are matched; {@link ColumnRules#standard} by default. */
    public Builder columns(ColumnRules value) {
      this.rules = Objects.requireNonNull(value, "value");
      return this;
    }

    /** How much one pass may delete; {@link DeleteLimit#standard} by default. */
    public Builder deletes(DeleteLimit limit) {
      this.deletes = Objects.requireNonNull(limit, "limit");
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

    /** Hears of the horizon's age. */
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
          agent,
          state,
          rules,
          deletes,
          lease,
          batchRows,
          batchBytes,
          batchTarget,
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
