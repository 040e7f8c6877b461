package dev.chirograph.reconcile;

import dev.chirograph.DeleteLimit;
import dev.chirograph.Environment;
import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.RateLimiter;
import dev.chirograph.Report;
import dev.chirograph.RetryPolicy;
import dev.chirograph.Run;
import dev.chirograph.RunPhase;
import dev.chirograph.SyncException;
import dev.chirograph.SyncListener;
import dev.chirograph.jobs.Keeper;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.QueueStatistics;
import dev.chirograph.spi.Replica;
import dev.chirograph.spi.Source;
import dev.chirograph.spi.StateStore;
import dev.chirograph.spi.StoreCapabilities;
import dev.chirograph.spi.SupportsIdentity;
import dev.chirograph.spi.SupportsRuns;
import dev.chirograph.spi.SupportsTags;
import dev.chirograph.spi.WorkQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Brings replicas into agreement with their sources: a catalogue with its bucket, a bucket with
 * another, a host's own table with either.
 *
 * <p>The quick path does all of it here and now:
 *
 * <pre>{@code
 * var reconciler = Reconciler.builder("photos", bucket, catalogue).build();
 * Report report = reconciler.sync(Scope.prefix("2026/"));
 * }</pre>
 *
 * The durable path puts what differs into a queue, where any number of processes may work on it:
 *
 * <pre>{@code
 * var reconciler = Reconciler.builder("photos", bucket, catalogue).queue(queue).state(state).build();
 * try (Worker worker = reconciler.worker().concurrency(16).start()) {
 *   Report report = reconciler.start(Scope.all()).await();
 * }
 * }</pre>
 *
 * Both find in the same way: the two sides are listed in key order and merged; only what the
 * evidence of the listings does not prove equal is looked at. Deletes wait until every listing has
 * ended as complete, and are made only within the {@link DeleteLimit}.
 *
 * <p>Safe for use by several threads. Holds no resources: stores, queue and state stay the
 * caller's.
 *
 * @param <V> the type of an item's value
 */
public final class Reconciler<V> {

  private final Engine<V> engine;

  private Reconciler(Engine<V> engine) {
    this.engine = engine;
  }

  /**
   * A builder of a reconciler for one pair of stores.
   *
   * @param name a lasting name of the pair; its jobs and its state are kept under it
   * @param source what is right
   * @param replica what is brought into agreement
   */
  public static <V> Builder<V> builder(String name, Source<V> source, Replica<V> replica) {
    return new Builder<V>().pair(name, source, replica);
  }

  // ---- the quick path

  /**
   * Finds and writes here and now, without queue or state, and returns when all is done. Retries
   * what may pass; what fails for good is in the report.
   *
   * @throws SyncException of kind INVALID_ARGUMENT when the scope names an unknown pair
   */
  public Report sync(Scope scope) {
    return new QuickRun<>(engine, scope, true).run();
  }

  /**
   * Does all that {@link #sync} does except writing: the report, and the listener's events, say
   * what would be done.
   */
  public Report plan(Scope scope) {
    return new QuickRun<>(engine, scope, false).run();
  }

  // ---- the durable path

  /**
   * Finds what differs and puts it into the queue. Returns when finding has ended; workers here or
   * elsewhere do the rest, and help with finding.
   *
   * @throws SyncException of kind UNSUPPORTED when the reconciler has no queue or no state store
   */
  public Run start(Scope scope) {
    Runs<V> runs = new Runs<>(engine);
    RunRecord run = runs.submit(scope);
    RangeWork<V> work = new RangeWork<>(engine, runs);
    if (engine.settings().concurrency() == 1) {
      return start(runs, run, work); // in this thread alone; the lease lives from note to note
    }
    Keeper keeper = engine.startedKeeper(List.of(work::keepAlive));
    try {
      return start(runs, run, work);
    } finally {
      keeper.close();
    }
  }

  private Run start(Runs<V> runs, RunRecord run, RangeWork<V> work) {
    while (true) {
      if (runs.settle(run.id()).phase() != RunPhase.FINDING) {
        return new DurableRun(engine, runs, run.id());
      }
      if (!work.step()) {
        engine.pacing().await(Duration.ofMillis(20)); // others walk the last ranges
      }
    }
  }

  /** Asks for a run and returns at once; workers do all of it, finding included. */
  public Run submit(Scope scope) {
    Runs<V> runs = new Runs<>(engine);
    return new DurableRun(engine, runs, runs.submit(scope).id());
  }

  /**
   * Asks for a run, as {@link #submit}, unless for each pair one that covered this scope and saw
   * both sides to their end was completed in this time. Runs that were forgotten do not count.
   */
  public Optional<Run> submitIfOlder(Scope scope, Duration age) {
    long oldEnough = engine.clock().instant().minus(age).toEpochMilli();
    List<RunRecord> done = new Runs<>(engine).store().completed(oldEnough);
    boolean fresh =
        engine.pairs(scope).stream()
            .map(Pair::name)
            .allMatch(
                pair ->
                    done.stream()
                        .anyMatch(r -> r.pairs().contains(pair) && r.toScope().covers(scope)));
    return fresh ? Optional.empty() : Optional.of(submit(scope));
  }

  /**
   * Puts single keys into the queue because something hinted that they changed, such as an event. A
   * hint may be lost, late, repeated or wrong without harm; one that waits becomes part of a run
   * that finds the same key, and goes with it when that run is cancelled. Deletes that follow from
   * hints spend from a budget: in each time window as many as the delete limit lets a run over the
   * whole pair make, and at most {@link DeleteLimit#SMALL} before the first such run has ended;
   * those beyond it are tried again later and end as dead letters.
   */
  public WorkQueue.Enqueued hint(String pair, Collection<Key> keys) {
    engine.requirePair(pair);
    WorkQueue queue = engine.queue();
    List<Job> jobs = keys.stream().map(key -> Job.builder(Runs.ITEM, pair, key).build()).toList();
    WorkQueue.Enqueued sum = new WorkQueue.Enqueued(0, 0, 0);
    int most = queue.capabilities().maxBatch();
    for (int from = 0; from < jobs.size(); from += most) {
      sum = sum.plus(queue.enqueue(jobs.subList(from, Math.min(jobs.size(), from + most))));
    }
    return sum;
  }

  /** The run of this id, whoever started it, also before a restart; empty when it was forgotten. */
  public Optional<Run> run(long id) {
    Runs<V> runs = new Runs<>(engine);
    return runs.store().read(id).map(run -> new DurableRun(engine, runs, run.id()));
  }

  /** The runs that have not ended, oldest first. */
  public List<Run> runs() {
    Runs<V> runs = new Runs<>(engine);
    return runs.store().unended().stream()
        .<Run>map(run -> new DurableRun(engine, runs, run.id()))
        .toList();
  }

  /** Forgets runs that ended so long ago; answers how many. */
  public int forgetRuns(Duration endedBefore) {
    return new Runs<>(engine).forget(engine.clock().instant().minus(endedBefore).toEpochMilli());
  }

  /** How one pair stands. */
  public Status status(String pair) {
    engine.requirePair(pair);
    PairStore.State state = new Runs<>(engine).pairs().read(pair);
    QueueStatistics statistics = engine.queue().statistics();
    return new Status(
        statistics.scopes().getOrDefault(pair, QueueStatistics.Counts.NONE),
        instant(state.lastRequested()),
        instant(state.lastCompleted()),
        instant(state.lastFailed()),
        statistics.exact());
  }

  private static Optional<Instant> instant(long millis) {
    return millis == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
  }

  /**
   * How a pair stands.
   *
   * @param jobs its jobs by state; the failed ones are dead letters
   * @param lastRequested when a run was last asked for
   * @param lastCompleted when a run last came to its end
   * @param lastFailed when a run last could not go on
   * @param exact whether the numbers of jobs are exact, not lower bounds
   */
  public record Status(
      QueueStatistics.Counts jobs,
      Optional<Instant> lastRequested,
      Optional<Instant> lastCompleted,
      Optional<Instant> lastFailed,
      boolean exact) {}

  /** A builder of a worker for this reconciler's queue. */
  public Worker.Builder worker() {
    engine.queue();
    engine.state();
    return new Worker.Builder(engine);
  }

  /**
   * Does, in this thread, what is ready in the queue, until nothing is. For tests, and for hosts
   * that bring their own scheduler.
   *
   * @return how many batches and ranges were worked on
   * @throws SyncException of kind UNAVAILABLE when the thread is interrupted
   */
  public int drain() {
    try (Drain<V> drain = new Drain<>(engine)) {
      int steps = 0;
      for (int more = drain.once(); more > 0; more = drain.once()) {
        steps += more;
      }
      return steps;
    }
  }

  /** One range and one batch, or a look after the runs, which may make work again. */
  int drainOnce() {
    try (Drain<V> drain = new Drain<>(engine)) {
      return drain.once();
    }
  }

  /**
   * Collects the parts of a reconciler. Not safe for use by several threads.
   *
   * @param <V> the type of an item's value
   */
  public static final class Builder<V> {
    private final Map<String, Pair<V>> pairs = new LinkedHashMap<>();
    private final Map<String, Double> rates = new LinkedHashMap<>();
    private @Nullable WorkQueue queue;
    private @Nullable StateStore state;
    private DeleteLimit deletes = DeleteLimit.standard();
    private Duration budgetWindow = Duration.ofHours(1);
    private boolean checkedDeletes;
    private int concurrency = 16;
    private int ranges = 4;
    private int batch = 100;
    private Duration lease = Duration.ofMinutes(1);
    private RetryPolicy callRetries = RetryPolicy.forCalls();
    private RetryPolicy jobRetries = RetryPolicy.forJobs();
    private SyncListener listener = SyncListener.none();
    private Environment environment = Environment.system();
    private @Nullable String identityTag;

    private Builder() {}

    /** One more pair of stores. */
    public Builder<V> pair(String name, Source<V> source, Replica<V> replica) {
      Objects.requireNonNull(source, "source");
      Objects.requireNonNull(replica, "replica");
      if (name.isEmpty() || name.length() > Job.MAX_SCOPE_LENGTH) {
        throw SyncException.invalid(
            "the name of a pair has 1 to " + Job.MAX_SCOPE_LENGTH + " characters: '" + name + "'");
      }
      if (pairs.putIfAbsent(name, new Pair<>(name, source, replica, null)) != null) {
        throw SyncException.invalid("there are two pairs named '" + name + "'");
      }
      return this;
    }

    /** The queue of the durable path; it has to know runs ({@link SupportsRuns}). */
    public Builder<V> queue(WorkQueue value) {
      this.queue = Objects.requireNonNull(value);
      return this;
    }

    /** Where the durable path keeps runs. */
    public Builder<V> state(StateStore value) {
      this.state = Objects.requireNonNull(value);
      return this;
    }

    /** How much one run may delete in each pair; {@link DeleteLimit#standard} by default. */
    public Builder<V> deletes(DeleteLimit limit) {
      this.deletes = Objects.requireNonNull(limit);
      return this;
    }

    /** The time window in which hints may delete as much as one run may; an hour by default. */
    public Builder<V> deleteBudgetWindow(Duration window) {
      if (window.isNegative() || window.isZero()) {
        throw SyncException.invalid("the window of a delete budget must be positive: " + window);
      }
      this.budgetWindow = window;
      return this;
    }

    /**
     * Allows deletes that the replica only guards by a look just before, although it cannot take
     * them back.
     */
    public Builder<V> allowCheckedDeletes() {
      this.checkedDeletes = true;
      return this;
    }

    /** How many items are looked at side by side; 16 by default, 1 means in the caller's thread. */
    public Builder<V> concurrency(int items) {
      this.concurrency = positive(items, "concurrency");
      return this;
    }

    /** How many ranges of a listing are walked side by side; 4 by default. */
    public Builder<V> ranges(int number) {
      this.ranges = positive(number, "ranges");
      return this;
    }

    /** How many items make a batch; 100 by default. A lost worker gives back a batch at most. */
    public Builder<V> batch(int items) {
      this.batch = positive(items, "batch");
      return this;
    }

    /**
     * How many items of a pair are looked at in a second, by this reconciler; not limited by
     * default.
     */
    public Builder<V> rate(String pair, double itemsPerSecond) {
      if (!(itemsPerSecond > 0)) {
        throw SyncException.invalid("a rate must be positive: " + itemsPerSecond + " per second");
      }
      rates.put(pair, itemsPerSecond);
      return this;
    }

    /** How long a lease holds without being extended; a minute by default. */
    public Builder<V> lease(Duration duration) {
      if (duration.compareTo(Duration.ofSeconds(1)) < 0) {
        throw SyncException.invalid("a lease holds at least a second, not " + duration);
      }
      this.lease = duration;
      return this;
    }

    /**
     * When calls that somebody waits for are tried again; {@link RetryPolicy#forCalls} by default.
     */
    public Builder<V> callRetries(RetryPolicy policy) {
      this.callRetries = Objects.requireNonNull(policy);
      return this;
    }

    /** When jobs are tried again; {@link RetryPolicy#forJobs} by default. */
    public Builder<V> jobRetries(RetryPolicy policy) {
      this.jobRetries = Objects.requireNonNull(policy);
      return this;
    }

    /** Who hears what happens. */
    public Builder<V> listener(SyncListener value) {
      this.listener = Objects.requireNonNull(value);
      return this;
    }

    /**
     * Keeps the external id of each object as a tag of this name on the object itself. Sources have
     * to be able to write tags, replicas to give ids.
     */
    public Builder<V> identityTag(String name) {
      if (name.isEmpty()) {
        throw SyncException.invalid("the name of the identity tag must not be empty");
      }
      this.identityTag = name;
      return this;
    }

    /** Clock, waiting, chance and threads; {@link Environment#system} by default. */
    public Builder<V> environment(Environment value) {
      this.environment = Objects.requireNonNull(value, "value");
      return this;
    }

    /**
     * The reconciler.
     *
     * @throws SyncException of kind INVALID_ARGUMENT or UNSUPPORTED when the parts do not fit
     *     together; the message says which and what to do
     */
    public Reconciler<V> build() {
      if ((queue == null) != (state == null)) {
        throw SyncException.invalid(
            "the durable path needs both a queue and a state store; give both or neither");
      }
      if (queue != null) {
        checkQueue(queue);
      }
      rates.keySet().stream()
          .filter(name -> !pairs.containsKey(name))
          .findFirst()
          .ifPresent(
              name -> {
                throw SyncException.invalid(
                    "a rate was given for '" + name + "', which is no pair");
              });
      List<Pair<V>> all = new ArrayList<>();
      for (Pair<V> pair : pairs.values()) {
        check(pair);
        Double rate = rates.get(pair.name());
        RateLimiter limiter = rate == null ? null : new RateLimiter(rate, environment.pacing());
        all.add(new Pair<>(pair.name(), pair.source(), pair.replica(), limiter));
      }
      Engine.Settings settings =
          new Engine.Settings(
              queue,
              state,
              deletes,
              budgetWindow,
              concurrency,
              ranges,
              batch,
              lease,
              callRetries,
              jobRetries,
              listener,
              environment,
              identityTag);
      return new Reconciler<>(new Engine<>(all, settings));
    }

    private void checkQueue(WorkQueue given) {
      if (!(given instanceof SupportsRuns)) {
        throw unsupported(
            "the queue does not know runs (SupportsRuns), so it cannot hold deletes back");
      }
      if (batch > given.capabilities().maxBatch()) {
        throw SyncException.invalid(
            "a batch of "
                + batch
                + " is more than the queue takes at once, "
                + given.capabilities().maxBatch());
      }
    }

    private void check(Pair<V> pair) {
      StoreCapabilities replica = pair.replica().capabilities();
      if (deletes.count() > 0 && !deletable(replica)) {
        throw unsupported(
            "the replica of '"
                + pair.name()
                + "' guards deletes as "
                + replica.deletes()
                + (replica.deletes() == Guard.CHECKED
                    ? ": call allowCheckedDeletes() to accept that, or deletes(DeleteLimit.none())"
                    : ": nothing may be deleted there; call deletes(DeleteLimit.none())"));
      }
      if (identityTag != null && !(pair.source() instanceof SupportsTags)) {
        throw unsupported(
            "the source of '" + pair.name() + "' cannot write tags, so it cannot keep ids");
      }
      if (identityTag != null && !(pair.replica() instanceof SupportsIdentity)) {
        throw unsupported("the replica of '" + pair.name() + "' gives no ids");
      }
    }

    private boolean deletable(StoreCapabilities replica) {
      return switch (replica.deletes()) {
        case ATOMIC -> true;
        case CHECKED -> replica.deletesUndoable() || checkedDeletes;
        case NONE -> false;
      };
    }

    private static SyncException unsupported(String message) {
      return new SyncException(SyncException.Kind.UNSUPPORTED, message);
    }

    private static int positive(int number, String what) {
      if (number < 1) {
        throw SyncException.invalid(what + " must be at least 1, not " + number);
      }
      return number;
    }
  }
}
