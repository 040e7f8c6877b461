package dev.chirograph.relocate;

import dev.chirograph.Environment;
import dev.chirograph.RetryPolicy;
import dev.chirograph.SyncException;
import dev.chirograph.SyncListener;
import dev.chirograph.jobs.JobHandler;
import dev.chirograph.jobs.JobWorker;
import dev.chirograph.jobs.Keeper;
import dev.chirograph.spi.Source;
import dev.chirograph.spi.StateStore;
import dev.chirograph.spi.SupportsRuns;
import dev.chirograph.spi.WorkQueue;
import dev.chirograph.spi.relocate.Allocation;
import dev.chirograph.spi.relocate.Allocations;
import dev.chirograph.spi.relocate.ArchiveRule;
import dev.chirograph.spi.relocate.BlobStores;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Handles;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.spi.relocate.Placement;
import dev.chirograph.spi.relocate.Placements;
import dev.chirograph.spi.relocate.SupportsAudit;
import java.io.Reader;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps files in the buckets that their owners' policy names.
 *
 * <p>Whenever the policy changes, and from time to time, it looks for file handles whose bytes lie
 * elsewhere. Each object is copied, the copy is compared, every handle of the owner that refers to
 * the object is pointed to the copy, and what is left behind is archived after a grace when nobody
 * refers to it any more. Until then readers with an old address keep working.
 *
 * <pre>{@code
 * Relocator relocator =
 *     Relocator.builder("files", handles, allocations, buckets, queue).build();
 * relocator.allocate("project-7", Allocation.of("grant-12", "grant-12-bucket", "admin"));
 * relocator.placementFor("project-7"); // where new uploads go from now on
 * relocator.start(); // or drain(), here and now
 * }</pre>
 *
 * <p>Any number of processes may do so at once, and each may be killed at any time. Safe for use by
 * several threads.
 */
public final class Relocator implements AutoCloseable {

  private static final int PAGE = 100;

  private final Handles handles;
  private final Placements placements;
  private final BlobStores stores;
  private final KeyRule keys;
  private final WorkQueue queue;
  private final @Nullable RunBook book;
  private final PausingQueue pausing;
  private final DeadMoves dead;
  private final Throttle throttle;
  private final Environment environment;
  private final ArchiveJobs archive;
  private final Collector collector;
  private final JobWorker mover;
  private final JobWorker archiver;
  private final Keeper keeper;

  private Relocator(Builder builder) {
    this.handles = builder.handles;
    this.placements = builder.placements;
    this.stores = builder.stores;
    this.keys = builder.keys;
    this.queue = builder.queue;
    this.dead = new DeadMoves(builder.queue, builder.name);
    this.environment = builder.environment;
    RunBook runs =
        builder.state == null ? null : new RunBook(builder.state, builder.name, environment);
    this.book = runs;
    this.pausing = new PausingQueue(builder.queue, () -> runs != null && runs.isPaused());
    this.archive = new ArchiveJobs(builder.queue, builder.name, builder.grace);
    this.throttle = new Throttle(builder.requestsPerSecond, builder.bytesPerSecond, environment);
    RelocateParts parts =
        new RelocateParts(
            builder.handles,
            builder.placements,
            builder.stores,
            builder.keys,
            new Verifier(builder.stores, builder.verification, throttle),
            throttle,
            archive);
    this.collector =
        new Collector(builder.handles, builder.placements, builder.queue, archive, builder.name);
    Teller teller = new Teller(builder.listener);
    LongPredicate cancelled = run -> runs != null && runs.isCancelled(run);
    this.mover = builder.worker(pausing, MoveWork.KIND, new MoveWork(parts, teller, cancelled));
    Archiver departed =
        new Archiver(builder.handles.vacated(), builder.stores, builder.rule, throttle);
    this.archiver =
        builder.worker(pausing, ArchiveJobs.KIND, new ArchiveWork(departed, archive, teller));
    this.keeper =
        Keeper.of(
            environment.threads(),
            environment.pacing(),
            builder.every,
            List.of(() -> collector.collect(Optional.empty(), 0)));
  }

  /**
   * A builder with every option at its default.
   *
   * @param name a lasting name, which is that of its jobs' scope
   */
  public static Builder builder(
      String name, Handles handles, Placements placements, BlobStores stores, WorkQueue queue) {
    return new Builder(name, handles, placements, stores, queue);
  }

  /** Where new files of an owner go; empty: where the host puts those of nobody. */
  public Optional<Placement> placementFor(String owner) {
    return placements.placementFor(owner);
  }

  // ---- allocations

  /**
   * Gives an owner an allocation: creates its bucket and it where they are not there yet, sends new
   * uploads there from now on, and has the owner's files moved. Harmless to repeat, also after it
   * broke off.
   *
   * @throws SyncException ALREADY_EXISTS when the owner has another allocation, or there is another
   *     of its name; PERMISSION_DENIED when the bucket is somebody else's; UNSUPPORTED when the
   *     placements are not by allocation
   */
  public Placement allocate(String owner, Allocation allocation) {
    boolean hasOther =
        placementFor(owner)
            .flatMap(Placement::allocation)
            .filter(name -> !name.equals(allocation.name()))
            .isPresent();
    // What is refused is refused before anything is created for it.
    Allocations all = hasOther ? allocations() : created(allocation);
    return collected(all.assign(owner, allocation.name()));
  }

  /**
   * The same for an owner that may have another allocation: its files follow.
   *
   * @throws SyncException ALREADY_EXISTS when there is another allocation of this name;
   *     PERMISSION_DENIED when the bucket is somebody else's; UNSUPPORTED when the placements are
   *     not by allocation
   */
  public Placement reallocate(String owner, Allocation allocation) {
    return collected(created(allocation).reassign(owner, allocation.name()));
  }

  private Allocations created(Allocation allocation) {
    Allocations all = allocations();
    stores.create(allocation.bucket());
    all.create(allocation);
    return all;
  }

  private Placement collected(Placement placement) {
    collect(placement.owner());
    return placement;
  }

  /** Takes an owner's allocation away, and has its files moved back. */
  public void deallocate(String owner) {
    allocations().release(owner);
    collect(owner);
  }

  /**
   * Drops an allocation that nobody has and whose files are gone; its bucket stays.
   *
   * @throws SyncException CONFLICT while an owner has it, or files of owners that had it are still
   *     there
   */
  public void drop(Allocation allocation) {
    collector.requireDrained(allocation);
    allocations().drop(allocation.name());
  }

  private Allocations allocations() {
    if (placements instanceof Allocations all) {
      return all;
    }
    throw new SyncException(
        SyncException.Kind.UNSUPPORTED, placements + " places files by something else");
  }

  // ---- auditing

  /**
   * Compares the handles that refer to a bucket with what is in it: in the bucket that files leave,
   * what was left behind and is there twice; in the one where they arrive, what was not pointed to.
   * Nothing is written.
   *
   * @param objects lists the bucket; in key order
   * @param each is told of every finding
   * @throws SyncException UNSUPPORTED when the handles cannot be read in the order of keys
   */
  public AuditReport audit(String bucket, Source<?> objects, Consumer<Finding> each) {
    return audit(bucket, objects, 0, each);
  }

  /**
   * The same, and reads some of the objects, whose MD5 must be what their handles say.
   *
   * @param reread the share of the handles whose objects are read, drawn by chance; from 0 to 1
   */
  public AuditReport audit(
      String bucket, Source<?> objects, double reread, Consumer<Finding> each) {
    if (!(reread >= 0 && reread <= 1)) {
      throw SyncException.invalid("the share of what is read again is from 0 to 1, not " + reread);
    }
    if (!objects.capabilities().ordered()) {
      throw SyncException.invalid("the listing of " + bucket + " is not in the order of keys");
    }
    SupportsAudit ordered = ordered();
    Sample sample = new Sample(stores, throttle, environment.random(), reread);
    return new Auditor(handles, placements, stores, throttle, sample, each)
        .audit(bucket, ordered, objects);
  }

  private SupportsAudit ordered() {
    if (handles instanceof SupportsAudit ordered) {
      return ordered;
    }
    throw new SyncException(
        SyncException.Kind.UNSUPPORTED, "the handles cannot be read in the order of keys");
  }

  /**
   * What each allocation holds, by the handles, which are all read.
   *
   * @param each is told of one allocation after the other
   * @throws SyncException UNSUPPORTED when the handles cannot be read in the order of keys, or the
   *     placements are not by allocation
   */
  public void usage(Consumer<Usage> each) {
    Allocations all = allocations();
    SupportsAudit ordered = ordered();
    List<Allocation> page = all.list(Optional.empty(), PAGE);
    while (!page.isEmpty()) {
      page.forEach(allocation -> each.accept(UsageCounter.of(allocation, ordered)));
      page = all.list(Optional.of(page.get(page.size() - 1).name()), PAGE);
    }
  }

  /**
   * Has a copy removed that came to nothing, as an audit found it. Harmless at any time: what a
   * handle refers to stays, and a move that is just about to use it begins anew.
   *
   * @throws SyncException INVALID_ARGUMENT when it is something else that was found
   */
  public void cleanUp(Finding leftover) {
    if (leftover.kind() != Finding.Kind.LEFTOVER) {
      throw SyncException.invalid(
          "only copies that came to nothing are removed, and this is " + leftover);
    }
    archive.enqueue(leftover.at(), Optional.empty(), Duration.ZERO);
  }

  // ---- moving

  /**
   * Looks for files of an owner that are not where they belong, and has them moved.
   *
   * @return how many moves were asked for
   */
  public long collect(String owner) {
    return collector.collect(Optional.of(owner), 0);
  }

  /**
   * Looks for files of all owners, and for what was left behind.
   *
   * @return how many moves were asked for
   */
  public long collect() {
    return collector.collect(Optional.empty(), 0);
  }

  /**
   * Has the handles moved that refer to some objects, where they are not where they belong: such as
   * those that a batch job of the store has copied, as its completion report says, or has failed
   * to. A copy that is in its place already is compared and taken as it is.
   *
   * @param objects out of storage that may be moved
   * @return how many moves were asked for
   */
  public long collect(Iterator<Location> objects) {
    return collector.collect(objects);
  }

  /**
   * The handles that would be moved now, such as for the manifest of a batch job of the store.
   *
   * @param owner whose files; empty for those of all owners
   */
  public void misplaced(Optional<String> owner, Consumer<FileHandle> each) {
    collector.find(owner, (placement, page) -> page.forEach(each));
  }

  /**
   * What would be moved now. Nothing is written, and no object is looked at.
   *
   * @param owner whose files; empty for those of all owners
   * @param lines takes a line of CSV for each handle, after one with their names: owner, handle,
   *     etag, bucket, key, version and size, and bucket and key of the copy unless that is taken;
   *     names and keys are URL-encoded
   */
  public RelocationPlan plan(Optional<String> owner, Appendable lines) {
    Planner planner = new Planner(stores, keys, lines);
    collector.find(owner, planner);
    return planner.plan(owner);
  }

  /**
   * Has moved what was planned, if it still is the same; see {@link #carryOut(Optional, String)}.
   */
  public Relocation carryOut(RelocationPlan plan) {
    return carryOut(plan.owner(), plan.hash());
  }

  /**
   * Has moved what was planned, if it still is the same.
   *
   * @param owner as the plan was made
   * @param hash of the plan, which is the SHA-256 of its lines as they were written
   * @throws SyncException CONFLICT when handles or policy have changed since: plan again;
   *     UNSUPPORTED without a state store
   */
  public Relocation carryOut(Optional<String> owner, String hash) {
    RunBook runs = runs();
    RelocationPlan now = plan(owner, Planner.NOWHERE);
    if (!now.hash().equals(hash)) {
      throw new SyncException(
          SyncException.Kind.CONFLICT,
          SyncException.Advice.NEVER,
          "what was planned is not what would be moved now, which is "
              + now.handles()
              + " handles with the hash "
              + now.hash()
              + "; plan again");
    }
    long run = runs.begin(now.objects());
    runs.moves(run, collector.collect(owner, run));
    return relocation(run);
  }

  /**
   * Says what became of each handle of a plan, by what handles and queue say now; at any time, in
   * any process, as often as is liked. Nothing is written but the report.
   *
   * @param plan as {@link #plan} has written it
   * @param lines takes one line for each handle: its owner, its id, what became of it, where it was
   *     and is, and why it was given up; ids and keys are URL-encoded
   * @throws SyncException CORRUPT when it is no plan, or was cut; the lines before it were reported
   */
  public RelocationReport report(Reader plan, ReportFormat format, Appendable lines) {
    return new Reporter(handles, dead).report(plan, format, lines);
  }

  /**
   * A run that was begun, here or elsewhere.
   *
   * @throws SyncException NOT_FOUND when there is none of that id; UNSUPPORTED without a state
   *     store
   */
  public Relocation relocation(long run) {
    RunBook runs = runs();
    runs.entry(run);
    if (!(queue instanceof SupportsRuns counting)) {
      throw new SyncException(
          SyncException.Kind.UNSUPPORTED, "the queue does not know how many jobs a run has left");
    }
    return new Relocation(run, runs, counting, dead, environment.clock());
  }

  /**
   * Begins no further move, in any process, until {@link #resume}; moves that are under way end as
   * they do. Seen within some seconds.
   */
  public void pause() {
    runs().pause(true);
  }

  /** Ends a pause: in this process at once, elsewhere within some seconds. */
  public void resume() {
    runs().pause(false);
    pausing.wake();
  }

  private RunBook runs() {
    if (book == null) {
      throw new SyncException(
          SyncException.Kind.UNSUPPORTED,
          "runs and pauses are kept in a state store: give the builder one");
    }
    return book;
  }

  /**
   * Does the jobs that are ready, in this thread, until none is.
   *
   * @return how many were done or tried
   */
  public int drain() {
    return mover.drain() + archiver.drain();
  }

  /** Works and collects from now on, in threads of its own. */
  public void start() {
    mover.start();
    archiver.start();
    keeper.start();
  }

  /** Ends the work; jobs at hand go back to the queue. */
  @Override
  public void close() {
    keeper.close();
    mover.close();
    archiver.close();
  }

  /** Collects the settings. Not safe for use by several threads. */
  public static final class Builder {
    private final String name;
    private final Handles handles;
    private final Placements placements;
    private final BlobStores stores;
    private final WorkQueue queue;
    private KeyRule keys = KeyRule.sameKey();
    private Verification verification = Verification.CHECKSUM;
    private ArchiveRule rule = new ArchiveRule.Keep();
    private Duration grace = Duration.ofDays(7);
    private Duration every = Duration.ofHours(1);
    private double requestsPerSecond;
    private double bytesPerSecond;
    private int concurrency = 16;
    private Duration lease = Duration.ofMinutes(1);
    private RetryPolicy retries = MoveWork.retries();
    private @Nullable StateStore state;
    private SyncListener listener = SyncListener.none();
    private Environment environment = Environment.system();

    private Builder(
        String name, Handles handles, Placements placements, BlobStores stores, WorkQueue queue) {
      this.name = Objects.requireNonNull(name, "name");
      this.handles = Objects.requireNonNull(handles, "handles");
      this.placements = Objects.requireNonNull(placements, "placements");
      this.stores = Objects.requireNonNull(stores, "stores");
      this.queue = Objects.requireNonNull(queue, "queue");
    }

    private JobWorker worker(WorkQueue jobs, String kind, JobHandler handler) {
      return JobWorker.builder(jobs, kind, handler)
          .concurrency(concurrency)
          .lease(lease)
          .retries(retries)
          .environment(environment)
          .build();
    }

    /** How copies are named; {@link KeyRule#sameKey} by default. */
    public Builder keys(KeyRule rule) {
      this.keys = Objects.requireNonNull(rule, "rule");
      return this;
    }

    /** How copies are compared with their originals; by checksum by default. */
    public Builder verification(Verification how) {
      this.verification = Objects.requireNonNull(how, "how");
      return this;
    }

    /** What becomes of what is left behind; it stays by default. */
    public Builder archive(ArchiveRule what) {
      this.rule = Objects.requireNonNull(what, "what");
      return this;
    }

    /** How long what is left behind is not touched; 7 days by default, not negative. */
    public Builder grace(Duration time) {
      if (time.isNegative()) {
        throw SyncException.invalid("the grace must not be negative: " + time);
      }
      this.grace = time;
      return this;
    }

    /** How often all owners are looked at; once an hour by default. */
    public Builder collectEvery(Duration interval) {
      if (interval.toMillis() < 1) {
        throw SyncException.invalid("the interval must be at least a millisecond: " + interval);
      }
      this.every = interval;
      return this;
    }

    /**
     * The most requests a second that this process makes to a bucket, for each prefix there: for
     * all keys that are equal up to their first slash. A copy in parts counts as one. Unlimited by
     * default; a bucket that asks to slow down is given a rest anyway.
     */
    public Builder requestsPerSecond(double most) {
      this.requestsPerSecond = positive("requests", most);
      return this;
    }

    /**
     * The most bytes a second that this process copies or has copied, and reads to compare them;
     * unlimited by default.
     */
    public Builder bytesPerSecond(double most) {
      this.bytesPerSecond = positive("bytes", most);
      return this;
    }

    private static double positive(String what, double most) {
      if (!(most > 0)) {
        throw SyncException.invalid("the " + what + " per second must be positive: " + most);
      }
      return most;
    }

    /** How many objects are moved side by side; 16 by default. */
    public Builder concurrency(int moves) {
      this.concurrency = moves;
      return this;
    }

    /** How long a job is held without being extended; a minute by default. */
    public Builder lease(Duration duration) {
      this.lease = duration;
      return this;
    }

    /**
     * When a move is tried again; {@link RetryPolicy#forJobs} by default, but after seconds it is
     * given up for a handle that does not fit its object.
     */
    public Builder retries(RetryPolicy policy) {
      this.retries = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /** Where runs and pauses are kept; without it there are none. */
    public Builder state(StateStore store) {
      this.state = Objects.requireNonNull(store, "store");
      return this;
    }

    /** Hears what became of every move and of what was left behind, also where it failed. */
    public Builder listener(SyncListener value) {
      this.listener = Objects.requireNonNull(value, "value");
      return this;
    }

    /** Clock, waiting, chance and threads; {@link Environment#system} by default. */
    public Builder environment(Environment value) {
      this.environment = Objects.requireNonNull(value, "value");
      return this;
    }

    /** The relocator, which does nothing yet. */
    public Relocator build() {
      return new Relocator(this);
    }
  }
}
