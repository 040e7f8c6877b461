package dev.chirograph.reconcile;

import dev.chirograph.SyncException;
import dev.chirograph.jobs.HeldLease;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.Settlement;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Leases ranges of runs, walks them and settles them. */
final class RangeWork<V> {

  private static final Logger LOG = LoggerFactory.getLogger(RangeWork.class);

  private final Engine<V> engine;
  private final Runs<V> runs;
  private final AtomicReference<@Nullable HeldLease> held = new AtomicReference<>();
  private volatile boolean closing;

  RangeWork(Engine<V> engine, Runs<V> runs) {
    this.engine = engine;
    this.runs = runs;
  }

  /** The range was given up: to somebody else, or because its run has ended. */
  static final class Abandoned extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Leases one range and walks it; answers whether there was one. */
  boolean step() {
    Optional<HeldLease> taken =
        HeldLease.take(runs.queue(), engine.pacing(), Runs.RANGE, 1, engine.settings().lease());
    if (taken.isEmpty()) {
      return false;
    }
    HeldLease lease = taken.get();
    held.set(lease);
    try {
      work(new RangeWalk.Hold(lease, lease.jobs().get(0)));
    } catch (Abandoned e) {
      LOG.debug("a range was given up: {}", lease.jobs().get(0).job());
    } finally {
      held.set(null);
    }
    return true;
  }

  /** Keeps the lease that is being worked on; that it was lost is noticed at the next note. */
  void keepAlive() {
    HeldLease lease = held.get();
    if (lease != null) {
      LOG.debug("{} of a range extended: {}", lease, lease.extend());
    }
  }

  /** Lets the range at hand go at its next note; whoever gets it goes on from there. */
  void stopSoon() {
    closing = true;
  }

  private void work(RangeWalk.Hold hold) {
    try {
      Optional<SyncException> hopeless =
          HeldLease.hopeless(engine.settings().jobRetries(), hold.tries());
      if (hopeless.isPresent()) {
        fail(hold, hopeless.get());
      } else {
        walk(hold);
      }
    } catch (Abandoned e) {
      throw e;
    } catch (RuntimeException e) {
      if (Thread.currentThread().isInterrupted()) { // nothing is wrong with the range
        handBack(hold);
        throw e;
      }
      failed(hold, SyncException.of(e));
    }
  }

  private static void handBack(RangeWalk.Hold hold) {
    try {
      HeldLease.shielded(() -> hold.settle(new Settlement.Release(hold.slot())));
    } catch (RuntimeException e) {
      LOG.debug("a range is given up, and comes back when its lease has run out", e);
    }
  }

  private void walk(RangeWalk.Hold hold) {
    Job job = hold.leased().job();
    int number = Runs.rangeNumber(job.key());
    RunRecord run = runs.store().read(job.run()).orElse(null);
    Pair<V> pair = engine.pair(job.scope()).orElse(null);
    if (run == null || run.phase().ended() || run.range(number).isEmpty()) {
      if (run != null && run.phase().ended()) {
        runs.sweep(run); // whoever walked it before may have died before this
      }
      hold.settle(new Settlement.Done(hold.slot()));
      return;
    }
    if (pair == null) {
      throw new SyncException(
          SyncException.Kind.NOT_FOUND,
          SyncException.Advice.MAY_RETRY,
          "no pair named '" + job.scope() + "' is known to this worker");
    }
    RunRecord mine =
        runs.store()
            .update(run.id(), now -> now.withRange(number, range -> range.heldUnder(hold.fence())));
    hold.stillMine(); // otherwise the fence of whoever has it now was just overwritten by ours
    RunRecord.Range range = mine.range(number).orElseThrow();
    if (!range.done()) {
      new RangeWalk<>(engine, runs, hold, mine, range, pair, () -> closing).walk();
    }
    runs.settle(run.id());
    hold.settle(new Settlement.Done(hold.slot()));
  }

  private void failed(RangeWalk.Hold hold, SyncException why) {
    int failures = hold.tries() + 1;
    if (engine.settings().jobRetries().again(why, failures)) {
      hold.settle(
          new Settlement.Retry(
              hold.slot(),
              engine.settings().jobRetries().pause(failures, engine.random()),
              why.summary()));
    } else {
      fail(hold, why);
    }
  }

  /** Buried first: whoever lost the lease has no say in what becomes of the run. */
  private void fail(RangeWalk.Hold hold, SyncException why) {
    hold.settle(new Settlement.Bury(hold.slot(), why.summary()));
    long run = hold.leased().job().run();
    try {
      runs.fail(run, why);
    } catch (SyncException e) { // looking after runs puts the range into the queue again
      LOG.warn("run {} cannot be marked as failed for {}", run, why.summary(), e);
    }
  }
}
