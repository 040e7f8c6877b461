package dev.chirograph.testkit;

import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.Replica;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.Source;
import dev.chirograph.spi.StateStore;
import dev.chirograph.spi.WorkQueue;
import dev.chirograph.spi.relocate.BlobStores;
import dev.chirograph.spi.relocate.Handles;
import dev.chirograph.spi.relocate.Placements;
import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.SourceDatabase;
import dev.chirograph.spi.table.SourceTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * A plan of faults, shared by all stores, queues, logs and tables that it wraps, so that their
 * calls are counted together. A run under {@link #none} only counts; a test can then repeat it once
 * for each call:
 *
 * <pre>{@code
 * for (long call = 1; call <= dryRun.calls(); call++) {
 *   run(Faults.at(call, Fault.LOSE_REPLY));
 * }
 * }</pre>
 *
 * <p>What is wrapped keeps every SPI interface that it has, the {@code Supports…} ones included.
 * Calls that only state facts, such as {@code capabilities()}, are neither counted nor disturbed.
 *
 * <p>Safe for use by several threads; which call gets which number then depends on them.
 */
public final class Faults {

  private final Map<Long, Fault> planned;
  private final List<Rule> rules;
  private final double probability;
  private final List<Fault> drawn;
  private final Optional<RandomGenerator> random;
  private final int cutAfter;
  private final Runnable onDelay;
  private final Map<String, Long> counts = new TreeMap<>();
  private final List<Fired> fired = new ArrayList<>();
  private long calls;
  private Optional<Fault> always = Optional.empty();

  private Faults(Builder builder) {
    this.planned = Map.copyOf(builder.planned);
    this.rules = List.copyOf(builder.rules);
    this.probability = builder.probability;
    this.drawn = builder.drawn;
    this.random = builder.random;
    this.cutAfter = builder.cutAfter;
    this.onDelay = builder.onDelay;
  }

  /** No fault: calls are counted and go right. */
  public static Faults none() {
    return builder().build();
  }

  /**
   * One fault.
   *
   * @param call the number of the call that goes wrong; the first is 1
   */
  public static Faults at(long call, Fault fault) {
    return builder().at(call, fault).build();
  }

  /**
   * Faults drawn from a seed.
   *
   * @param probability of a fault at each call, from 0 to 1
   * @param faults drawn with equal chances
   */
  public static Faults random(long seed, double probability, Fault... faults) {
    return builder().random(new SplittableRandom(seed), probability, faults).build();
  }

  /** A builder of a plan without faults. */
  public static Builder builder() {
    return new Builder();
  }

  /** The source with these faults. */
  @SuppressWarnings("unchecked")
  public <V> Source<V> source(Source<V> source) {
    return Injection.wrap(this, Source.class, source);
  }

  /** The replica with these faults. */
  @SuppressWarnings("unchecked")
  public <V> Replica<V> replica(Replica<V> replica) {
    return Injection.wrap(this, Replica.class, replica);
  }

  /** The queue with these faults. */
  public WorkQueue queue(WorkQueue queue) {
    return Injection.wrap(this, WorkQueue.class, queue);
  }

  /** The state store with these faults. */
  public StateStore state(StateStore state) {
    return Injection.wrap(this, StateStore.class, state);
  }

  /** The blob store with these faults. */
  public BlobStore blobs(BlobStore blobs) {
    return Injection.wrap(this, BlobStore.class, blobs);
  }

  /** The log with these faults. */
  public ReplicaLog log(ReplicaLog log) {
    return Injection.wrap(this, ReplicaLog.class, log);
  }

  /** The source of a table with these faults. */
  public SourceTable sourceTable(SourceTable table) {
    return Injection.wrap(this, SourceTable.class, table);
  }

  /** The replica of a table with these faults. */
  public ReplicaTable replicaTable(ReplicaTable table) {
    return Injection.wrap(this, ReplicaTable.class, table);
  }

  /** The database with these faults, and so are its tables. */
  public SourceDatabase sourceDatabase(SourceDatabase database) {
    return Injection.wrap(this, SourceDatabase.class, database);
  }

  /** The database with these faults, and so are its tables. */
  public ReplicaDatabase replicaDatabase(ReplicaDatabase database) {
    return Injection.wrap(this, ReplicaDatabase.class, database);
  }

  /** The buckets with these faults. */
  public BlobStores buckets(BlobStores buckets) {
    return Injection.wrap(this, BlobStores.class, buckets);
  }

  /** The handles with these faults, and so is what they have left. */
  public Handles handles(Handles handles) {
    return Injection.wrap(this, Handles.class, handles);
  }

  /** The placements with these faults. */
  public Placements placements(Placements placements) {
    return Injection.wrap(this, Placements.class, placements);
  }

  /** From now on every call goes wrong like this, until {@link #stop}. */
  public synchronized void always(Fault fault) {
    always = Optional.of(fault);
  }

  /** Ends {@link #always}; what else was planned goes on. */
  public synchronized void stop() {
    always = Optional.empty();
  }

  /** How many calls were made. */
  public synchronized long calls() {
    return calls;
  }

  /**
   * How many calls were made of each kind.
   *
   * @return by the name of the method, such as {@code Sink.apply}; for HTTP as {@link
   *     FaultyHttpClient} names requests
   */
  public synchronized Map<String, Long> counts() {
    return new TreeMap<>(counts);
  }

  /** The calls that went wrong, in their order. */
  public synchronized List<Fired> fired() {
    return List.copyOf(fired);
  }

  /** Counts a call and says what becomes of it. */
  synchronized Optional<Fault> next(String what, String target, Predicate<Fault> makesSense) {
    calls++;
    counts.merge(what, 1L, Long::sum);
    Call call = new Call(calls, what, target);
    Optional<Fault> fault = choose(call).filter(makesSense);
    fault.ifPresent(f -> fired.add(new Fired(call, f)));
    return fault;
  }

  private Optional<Fault> choose(Call call) {
    // Drawn at every call, so that other faults do not change what is drawn later.
    Optional<Fault> chance = random.flatMap(this::draw);
    Optional<Fault> ruled =
        rules.stream().filter(rule -> rule.on.test(call)).map(rule -> rule.fault).findFirst();
    return Optional.ofNullable(planned.get(call.number()))
        .or(() -> always)
        .or(() -> ruled)
        .or(() -> chance);
  }

  private Optional<Fault> draw(RandomGenerator generator) {
    boolean wrong = generator.nextDouble() < probability;
    Fault fault = drawn.get(generator.nextInt(drawn.size()));
    return wrong ? Optional.of(fault) : Optional.empty();
  }

  int cutAfter() {
    return cutAfter;
  }

  void delay() {
    onDelay.run();
  }

  private record Rule(Predicate<Call> on, Fault fault) {}

  /**
   * A call.
   *
   * @param number the first is 1
   * @param what the interface and method, such as {@code Sink.apply}, or the kind of request
   * @param target what it was about: the arguments or the address
   */
  public record Call(long number, String what, String target) {
    public Call {
      Objects.requireNonNull(what, "what");
      Objects.requireNonNull(target, "target");
    }
  }

  /** A call that went wrong, and how. */
  public record Fired(Call call, Fault fault) {
    public Fired {
      Objects.requireNonNull(call, "call");
      Objects.requireNonNull(fault, "fault");
    }
  }

  /** Collects what goes wrong. Not safe for use by several threads. */
  public static final class Builder {
    private final Map<Long, Fault> planned = new HashMap<>();
    private final List<Rule> rules = new ArrayList<>();
    private double probability;
    private List<Fault> drawn = List.of();
    private Optional<RandomGenerator> random = Optional.empty();
    private int cutAfter = 1;
    private Runnable onDelay = () -> {};

    private Builder() {}

    /** The n-th call goes wrong; the first is 1. */
    public Builder at(long call, Fault fault) {
      planned.put(call, Objects.requireNonNull(fault, "fault"));
      return this;
    }

    /** Calls that a condition names go wrong; of several conditions the first counts. */
    public Builder when(Predicate<Call> call, Fault fault) {
      rules.add(
          new Rule(Objects.requireNonNull(call, "call"), Objects.requireNonNull(fault, "fault")));
      return this;
    }

    /**
     * Each call goes wrong with a probability.
     *
     * @param generator seeded by the test, which prints the seed
     * @param ofEach from 0 to 1
     * @param faults at least one, drawn with equal chances
     */
    public Builder random(RandomGenerator generator, double ofEach, Fault... faults) {
      if (!(ofEach >= 0 && ofEach <= 1) || faults.length == 0) {
        throw new IllegalArgumentException(
            "random faults need a probability from 0 to 1, not "
                + ofEach
                + ", and at least one fault");
      }
      this.random = Optional.of(generator);
      this.probability = ofEach;
      this.drawn = List.of(faults);
      return this;
    }

    /**
     * How many entries, records or bytes come before a {@link Fault#CUT}; 1 unless told. A body of
     * an HTTP response is cut in its middle instead.
     */
    public Builder cutAfter(int entries) {
      if (entries < 0) {
        throw new IllegalArgumentException("entries before a cut cannot be negative: " + entries);
      }
      this.cutAfter = entries;
      return this;
    }

    /** What a {@link Fault#DELAY} does before its call; nothing unless told. */
    public Builder onDelay(Runnable action) {
      this.onDelay = Objects.requireNonNull(action, "action");
      return this;
    }

    /** The plan. */
    public Faults build() {
      return new Faults(this);
    }
  }
}
