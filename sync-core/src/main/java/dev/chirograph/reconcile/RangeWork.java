package dev.chirograph.reconcile;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.SyncException;
import dev.chirograph.Tally;
import dev.chirograph.Tally.Count;
import dev.chirograph.reconcile.RunRecord.Range;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.Settlement;
import dev.chirograph.spi.WorkQueue;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Walks one range of a run and puts what differs into the queue. The position is kept in the job's
 * note, so whoever gets the job after a crash goes on there.
 */
final class RangeWork<V> {

  private static final Logger LOG = LoggerFactory.getLogger(RangeWork.class);

  /** Jobs are put into the queue in lists of this length. */
  private static final int ENQUEUE = 1_000;

  /** Room for every range of a run in one record of the state store. */
  private static final int MOST_RANGES = 64;

  private final Engine<V> engine;
  private final Runs<V> runs;
  private final AtomicReference<@Nullable Lease> held = new AtomicReference<>();
  private volatile boolean closing;

  RangeWork(Engine<V> engine, Runs<V> runs) {
    this.engine = engine;
    this.runs = runs;
  }

  /** Where a walk stands, as the note of its job. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Position(@Nullable String last, long due, Map<Count, Long> counts) {}

  /** The range was given up: to somebody else, or because its run has ended. */
  private static final class Abandoned extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Leases one range and walks it; answers whether there was one. */
  boolean step() {
    Optional<Lease> lease = runs.queue().lease(Runs.RANGE, 1, engine.settings().lease());
    if (lease.isEmpty()) {
      return false;
    }
    Lease.LeasedJob leased = lease.get().jobs().get(0);
    held.set(lease.get());
    try {
      work(lease.get(), leased);
    } catch (Abandoned e) {
      LOG.debug("a range was given up: {}", leased.job());
      return true;
    } catch (RuntimeException e) {
      failed(lease.get(), leased, SyncException.of(e));
    } finally {
      held.set(null);
    }
    return true;
  }

  /** Keeps the lease that is being worked on; that it was lost is noticed at the next note. */
  void keepAlive() {
    Lease lease = held.get();
    if (lease != null) {
      WorkQueue.Settled settled = runs.queue().settle(lease, List.of());
      LOG.debug("lease {} of a range extended: {}", lease.fence(), settled);
    }
  }

  /** Lets the range at hand go at its next note; whoever gets it goes on from there. */
  void stopSoon() {
    closing = true;
  }

  private void work(Lease lease, Lease.LeasedJob leased) {
    Job job = leased.job();
    int number = Runs.rangeNumber(job.key());
    RunRecord run = runs.store().read(job.run()).orElse(null);
    Pair<V> pair = engine.pair(job.scope()).orElse(null);
    if (run == null || run.phase().ended() || run.range(number).isEmpty()) {
      settle(lease, new Settlement.Done(leased.slot()));
      return;
    }
    if (pair == null) {
      throw new SyncException(
          SyncException.Kind.NOT_FOUND,
          SyncException.Advice.MAY_RETRY,
          "no pair named '" + job.scope() + "' is known to this worker");
    }
    if (!run.range(number).orElseThrow().done()) {
      new Walk(lease, leased, run, run.range(number).orElseThrow(), pair).walk();
    }
    runs.settle(run.id());
    settle(lease, new Settlement.Done(leased.slot()));
  }

  private void failed(Lease lease, Lease.LeasedJob leased, SyncException why) {
    int failures = leased.attempts() + 1;
    if (engine.settings().jobRetries().again(why, failures)) {
      runs.queue()
          .settle(
              lease,
              List.of(
                  new Settlement.Retry(
                      leased.slot(),
                      engine.settings().jobRetries().pause(failures, engine.random()),
                      why.summary())));
    } else {
      // Buried first: whoever lost the lease has no say in what becomes of the run.
      settle(lease, new Settlement.Bury(leased.slot(), why.summary()));
      runs.fail(leased.job().run(), why);
    }
  }

  private void settle(Lease lease, Settlement settlement) {
    if (runs.queue().settle(lease, List.of(settlement)) == WorkQueue.Settled.STALE) {
      throw new Abandoned();
    }
  }

  /** One walk over one range. */
  private final class Walk implements Finder.Findings {
    private final Lease lease;
    private final Lease.LeasedJob leased;
    private final RunRecord run;
    private final Scope scope;
    private final Range range;
    private final Pair<V> pair;
    private final List<Job> ready = new ArrayList<>();
    private final List<Job> candidates = new ArrayList<>();
    private final Tally counts;
    private KeyRange rest;
    private int strides;
    private long due;

    Walk(Lease lease, Lease.LeasedJob leased, RunRecord run, Range range, Pair<V> pair) {
      this.lease = lease;
      this.leased = leased;
      this.run = run;
      this.scope = run.toScope();
      this.range = range;
      this.pair = pair;
      // Folders are seen only by a walk over the whole range, so that one begins anew.
      boolean resume = !leased.job().note().isEmpty() && !scope.tellsFolders();
      Position position =
          resume
              ? RunRecord.read(leased.job().note().getBytes(StandardCharsets.UTF_8), Position.class)
              : new Position(null, 0, Map.of());
      this.counts = Tally.of(position.counts());
      this.due = position.due();
      this.rest =
          position.last() == null
              ? range.keys()
              : range.keys().after(RunRecord.decode(position.last()));
    }

    void walk() {
      Instant asked = Instant.ofEpochMilli(run.requested());
      Finder.Walk walk =
          new Finder<>(pair, scope, asked, engine.listings()).walk(rest, counts, this);
      flush();
      if (walk.trouble().isPresent() && walk.retryable() && mayTryAgain()) {
        throw new SyncException(SyncException.Kind.UNAVAILABLE, walk.trouble().get().error());
      }
      stillMine();
      if (scope.tellsFolders()) {
        runs.store().putFolders(run.id(), range.number(), walk.folders());
      }
      Tally all = Tally.of(counts.toMap());
      String trouble = walk.trouble().map(t -> RunStore.shortened(t.error())).orElse(null);
      runs.store()
          .update(
              run.id(),
              now -> now.withRange(range.number(), open -> open.finished(due, all, trouble)));
    }

    private boolean mayTryAgain() {
      SyncException error = new SyncException(SyncException.Kind.UNAVAILABLE, "listing");
      return engine.settings().jobRetries().again(error, leased.attempts() + 1);
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
      flush();
      rest = rest.after(last);
      strides++;
      note(last);
      RunRecord now = runs.store().require(run.id());
      if (now.phase().ended()) {
        settle(lease, new Settlement.Done(leased.slot()));
        throw new Abandoned();
      }
      if (closing) {
        settle(lease, new Settlement.Release(leased.slot()));
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
      RunRecord now = runs.store().update(run.id(), r -> r.split(range.number(), middle, end));
      if (!now.range(range.number()).orElseThrow().endsAt(middle)) {
        throw new Abandoned(); // somebody else has the range, and has closed it or cut it elsewhere
      }
      now.ranges().stream()
          .filter(part -> part.number() >= run.ranges().size() && !part.done())
          .filter(part -> part.pair().equals(pair.name()) && part.keys().from().equals(middle))
          .forEach(part -> runs.enqueue(now, part));
      rest = rest.before(middle);
    }

    /**
     * A lease that was lost means that somebody else walks the range, and will say how it ended.
     */
    private void stillMine() {
      if (runs.queue().settle(lease, List.of()) == WorkQueue.Settled.STALE) {
        throw new Abandoned();
      }
    }

    private void note(Key last) {
      Position position = new Position(RunRecord.encode(last), due, counts.toMap());
      String note = new String(RunRecord.bytes(position), StandardCharsets.UTF_8);
      settle(lease, new Settlement.Note(leased.slot(), note));
    }
  }
}
