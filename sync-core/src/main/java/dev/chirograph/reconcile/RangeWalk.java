package dev.chirograph.reconcile;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Report;
import dev.chirograph.SyncException;
import dev.chirograph.Tally;
import dev.chirograph.Tally.Count;
import dev.chirograph.jobs.HeldLease;
import dev.chirograph.reconcile.RangeWork.Abandoned;
import dev.chirograph.reconcile.RunRecord.Range;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.Lease.LeasedJob;
import dev.chirograph.spi.Settlement;
import dev.chirograph.spi.WorkQueue;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One walk over one range of a run: puts what differs into the queue. The position is kept in the
 * job's note, so whoever gets the job after a crash goes on there.
 */
final class RangeWalk<V> implements Finder.Findings {

  private static final Logger LOG = LoggerFactory.getLogger(RangeWalk.class);

  /** Jobs are put into the queue in lists of this length. */
  private static final int ENQUEUE = 1_000;

  /** Room for every range of a run in one record of the state store. */
  private static final int MOST_RANGES = 64;

  /**
   * Where a walk stands, as the note of its job.
   *
   * @param attempts how many attempts the job had when it got here; those after it made no progress
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Position(@Nullable String last, long due, Map<Count, Long> counts, int attempts) {
    static final Position START = new Position(null, 0, Map.of(), 0);
  }

  /** The lease of a range, and where its walk stands. */
  static final class Hold {
    private final HeldLease lease;
    private final LeasedJob leased;
    private Position position;

    Hold(HeldLease lease, LeasedJob leased) {
      this.lease = lease;
      this.leased = leased;
      this.position = position(leased.job().note());
    }

    private static Position position(String note) {
      if (note.isEmpty()) {
        return Position.START;
      }
      try {
        return RunRecord.read(note.getBytes(StandardCharsets.UTF_8), Position.class);
      } catch (SyncException e) { // to walk the whole range again is never wrong
        LOG.warn("a range is walked from its beginning, its position cannot be read", e);
        return Position.START;
      }
    }

    LeasedJob leased() {
      return leased;
    }

    int slot() {
      return leased.slot();
    }

    /** How many attempts were made at what comes next. */
    int tries() {
      return leased.attempts() - position.attempts();
    }

    /** Only what nobody has reached before is progress: a walk may have begun anew. */
    private void reached(Key last, long due, Tally counts) {
      boolean further =
          position.last() == null || RunRecord.decode(position.last()).compareTo(last) < 0;
      position =
          new Position(
              further ? RunRecord.encode(last) : position.last(),
              due,
              counts.toMap(),
              further ? leased.attempts() : position.attempts());
      String note = new String(RunRecord.bytes(position), StandardCharsets.UTF_8);
      settle(new Settlement.Note(slot(), note));
    }

    long fence() {
      return lease.fence();
    }

    /** A lease that was lost means that somebody else walks the range, and says how it ends. */
    void settle(Settlement settlement) {
      if (!lease.settle(List.of(settlement))) {
        throw new Abandoned();
      }
    }

    /** Lets the range go at once, if it is still held here. */
    void giveUp() {
      settle(new Settlement.Release(slot()));
      throw new Abandoned();
    }

    void stillMine() {
      if (!lease.extend()) {
        throw new Abandoned();
      }
    }
  }

  private final Engine<V> engine;
  private final Runs<V> runs;
  private final Hold hold;
  private final RunRecord run;
  private final Scope scope;
  private final Range range;
  private final Pair<V> pair;
  private final BooleanSupplier closing;
  private final List<Job> ready = new ArrayList<>();
  private final List<Job> candidates = new ArrayList<>();
  private final Tally counts;
  private KeyRange rest;
  private int strides;
  private long due;

  RangeWalk(
      Engine<V> engine,
      Runs<V> runs,
      Hold hold,
      RunRecord run,
      Range range,
      Pair<V> pair,
      BooleanSupplier closing) {
    this.engine = engine;
    this.runs = runs;
    this.hold = hold;
    this.run = run;
    this.scope = run.toScope();
    this.range = range;
    this.pair = pair;
    this.closing = closing;
    // Folders are seen only by a walk over the whole range, so that one begins anew.
    Position position = scope.tellsFolders() ? Position.START : hold.position;
    this.counts = Tally.of(position.counts());
    this.due = position.due();
    this.rest =
        position.last() == null
            ? range.keys()
            : range.keys().after(RunRecord.decode(position.last()));
  }

  void walk() {
    Instant asked = Instant.ofEpochMilli(run.requested());
    Finder.Walk walk = new Finder<>(pair, scope, asked, engine.listings()).walk(rest, counts, this);
    if (walk.trouble().isPresent() && Thread.currentThread().isInterrupted()) {
      throw interrupted(walk.trouble().get());
    }
    endedMeanwhile(runs.store().require(run.id()));
    flush();
    if (walk.trouble().isPresent() && walk.retryable() && mayTryAgain()) {
      throw new SyncException(SyncException.Kind.UNAVAILABLE, walk.trouble().get().error());
    }
    hold.stillMine();
    if (scope.tellsFolders()) {
      runs.store().putFolders(run.id(), range.number(), hold.fence(), walk.folders());
    }
    Tally all = Tally.of(counts.toMap());
    String trouble = walk.trouble().map(t -> RunStore.shortened(t.error())).orElse(null);
    RunRecord now =
        runs.store()
            .update(
                run.id(),
                r ->
                    r.withRange(
                        range.number(), open -> open.finished(hold.fence(), due, all, trouble)));
    if (now.phase().ended()) {
      runs.sweep(now);
    } else if (!now.range(range.number()).orElseThrow().closedUnder(hold.fence())) {
      hold.giveUp(); // somebody else walks it, and says how it ends
    }
  }

  /**
   * Of what an interrupt has cut nothing is known: whoever gets the range goes on from its note.
   */
  private static SyncException interrupted(Report.Trouble trouble) {
    return new SyncException(
        SyncException.Kind.UNAVAILABLE, "a walk was interrupted: " + trouble.error());
  }

  /** Ends the walk, before it puts anything more into the queue, when its run has ended. */
  private void endedMeanwhile(RunRecord now) {
    if (now.phase().ended()) {
      runs.sweep(now);
      hold.settle(new Settlement.Done(hold.slot()));
      throw new Abandoned();
    }
  }

  private boolean mayTryAgain() {
    SyncException error = new SyncException(SyncException.Kind.UNAVAILABLE, "listing");
    return engine.settings().jobRetries().again(error, hold.tries() + 1);
  }

  @Override
  public void differs(Key key) {
    ready.add(job(key).build());
    if (ready.size() == together()) {
      flush();
    }
  }

  @Override
  public void onlyInReplica(Key key) {
    due++;
    if (runs.kept(due) == due) {
      candidates.add(job(key).held().build());
    }
    if (candidates.size() == together()) {
      flush();
    }
  }

  private Job.Builder job(Key key) {
    Job.Builder job = Job.builder(Runs.ITEM, pair.name(), key).run(run.id());
    return scope.isFull() ? job.full() : job;
  }

  private int together() {
    return Math.min(ENQUEUE, runs.queue().capabilities().maxBatch());
  }

  private void flush() {
    if (!ready.isEmpty()) {
      WorkQueue.Enqueued enqueued = runs.queue().enqueue(ready);
      counts.add(Count.QUEUED, enqueued.added());
      counts.add(Count.UPGRADED, enqueued.upgraded());
      counts.add(Count.ALREADY_QUEUED, enqueued.already());
      ready.clear();
    }
    if (!candidates.isEmpty()) {
      runs.queue().enqueue(candidates);
      counts.add(Count.HELD, candidates.size());
      candidates.clear();
    }
  }

  @Override
  public Optional<Key> passed(Key last) {
    RunRecord now = runs.store().require(run.id());
    endedMeanwhile(now);
    flush();
    rest = rest.after(last);
    strides++;
    hold.reached(last, due, counts);
    if (closing.getAsBoolean()) {
      hold.settle(new Settlement.Release(hold.slot()));
      throw new Abandoned();
    }
    if (now.openRanges() >= engine.settings().ranges()
        || now.ranges().size() >= MOST_RANGES
        || !runs.store().hasRoom(now)) {
      return Optional.empty();
    }
    Optional<Key> middle = engine.split(pair, rest, strides);
    middle.ifPresent(this::split);
    return middle;
  }

  private void split(Key middle) {
    Optional<Key> end = rest.to();
    RunRecord now =
        runs.store().update(run.id(), r -> r.split(range.number(), hold.fence(), middle, end));
    if (!now.range(range.number()).orElseThrow().endsAt(middle)) {
      hold.giveUp(); // somebody else has the range, and has closed it or cut it elsewhere
    }
    now.ranges().stream()
        .filter(part -> part.number() >= run.ranges().size() && !part.done())
        .filter(part -> part.pair().equals(pair.name()) && part.keys().from().equals(middle))
        .forEach(part -> runs.enqueue(now, part));
    rest = rest.before(middle);
  }
}
