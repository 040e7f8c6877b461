package dev.chirograph.reconcile;

import dev.chirograph.Key;
import dev.chirograph.Report;
import dev.chirograph.RunPhase;
import dev.chirograph.SyncException;
import dev.chirograph.Tally;
import dev.chirograph.Tally.Count;
import dev.chirograph.reconcile.RunRecord.Range;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.SupportsRuns;
import dev.chirograph.spi.WorkQueue;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The life of durable runs. A run is FINDING while ranges are open; whoever closes the last one
 * judges the deletes and moves it to APPLYING; it is DONE when no job of it is left.
 *
 * <p>Every step can be repeated by anybody after a crash: ranges are jobs whose lease runs out, the
 * judgement is made again by whoever finds all ranges closed, and the end is looked for by every
 * worker.
 */
final class Runs<V> {

  static final String RANGE = "range";
  static final String ITEM = "item";

  private static final int RANGE_PRIORITY = 500;

  private final Engine<V> engine;
  private final RunStore store;
  private final WorkQueue queue;
  private final SupportsRuns held;

  Runs(Engine<V> engine) {
    this.engine = engine;
    this.store = new RunStore(engine.state());
    this.queue = engine.queue();
    this.held = (SupportsRuns) queue;
  }

  RunStore store() {
    return store;
  }

  WorkQueue queue() {
    return queue;
  }

  // ---- beginning

  /** Makes a run and puts its ranges into the queue. */
  RunRecord submit(Scope scope) {
    List<String> pairs = engine.pairs(scope).stream().map(Pair::name).toList();
    long now = engine.clock().millis();
    RunRecord run = RunRecord.begun(engine.newRunId(), scope, pairs, now);
    store.create(run);
    pairs.forEach(pair -> store.updateScope(pair, state -> state.requested(run.id(), now)));
    enqueueRanges(run);
    engine.listen(l -> l.runMoved(report(run)));
    return run;
  }

  /** Puts all open ranges into the queue; those that are there stay as they are. */
  void enqueueRanges(RunRecord run) {
    List<Job> jobs = new ArrayList<>();
    for (Range range : run.ranges()) {
      if (!range.done()) {
        jobs.add(
            Job.builder(RANGE, range.pair(), rangeKey(run.id(), range.number()))
                .run(run.id())
                .priority(RANGE_PRIORITY)
                .build());
      }
    }
    if (!jobs.isEmpty()) {
      queue.enqueue(jobs);
    }
  }

  static Key rangeKey(long run, int number) {
    return Key.ofBytes(ByteBuffer.allocate(12).putLong(run).putInt(number).array());
  }

  static int rangeNumber(Key key) {
    return ByteBuffer.wrap(key.toBytes()).getInt(8);
  }

  // ---- going on

  /** Judges the deletes of a run whose ranges are all closed, and lets it apply. */
  RunRecord found(RunRecord run) {
    if (run.phase() != RunPhase.FINDING || !run.found()) {
      return run;
    }
    List<String> refused = new ArrayList<>();
    long allowed = 0;
    for (String pair : run.pairs()) {
      DeleteGate.Verdict verdict = judge(run, pair);
      verdict.refused().ifPresent(refused::add);
      allowed += verdict.allowed();
    }
    RunRecord judged =
        refused.isEmpty() ? release(run, allowed) : refuse(run, refused, due(run, run.pairs()));
    RunRecord applying =
        store.update(
            run.id(),
            now ->
                now.phase() == RunPhase.FINDING
                    ? now.moved(RunPhase.APPLYING, engine.clock().millis(), null)
                    : now);
    engine.listen(l -> l.runMoved(report(applying)));
    return judged.phase().ended() ? judged : applying;
  }

  private DeleteGate.Verdict judge(RunRecord run, String pair) {
    long due = due(run, List.of(pair));
    if (due == 0) {
      boolean incomplete = incomplete(run);
      // Workers may still find deletes due; how many they may make follows from the same limit.
      return new DeleteGate.Verdict(
          incomplete ? 0 : engine.deletes().allowed(counts(run, pair).get(Count.REPLICA_LISTED)),
          Optional.empty());
    }
    return DeleteGate.judge(
        engine.deletes(), engine.requirePair(pair), due, counts(run, pair), incomplete(run));
  }

  private static boolean incomplete(RunRecord run) {
    return run.ranges().stream().anyMatch(range -> range.trouble() != null);
  }

  private static long due(RunRecord run, List<String> pairs) {
    return run.ranges().stream().filter(r -> pairs.contains(r.pair())).mapToLong(Range::due).sum();
  }

  private static Tally counts(RunRecord run, String pair) {
    Tally sum = new Tally();
    run.ranges().stream()
        .filter(r -> r.pair().equals(pair))
        .forEach(r -> sum.add(Tally.of(r.counts())));
    return sum;
  }

  private RunRecord release(RunRecord run, long allowed) {
    SupportsRuns.Release release = held.release(run.id(), Math.max(0, allowed - run.released()));
    if (release.released()) {
      return release.held() == 0
          ? run
          : store.update(run.id(), now -> now.withReleased(release.held()));
    }
    return refuse(
        run,
        List.of(release.held() + " deletes were found due, at most " + allowed + " may be made"),
        release.held());
  }

  private RunRecord refuse(RunRecord run, List<String> why, long notDeleted) {
    held.discard(run.id());
    return store.update(run.id(), now -> now.refused(why, notDeleted));
  }

  // ---- ending

  /**
   * Ends the run if nothing of it is left. Deletes that workers found due after the judgement are
   * judged by the same limit first.
   */
  RunRecord settle(RunRecord run) {
    if (run.phase() == RunPhase.FINDING && run.found()) {
      return found(run);
    }
    if (run.phase() != RunPhase.APPLYING || held.remaining(run.id(), 1) > 0) {
      return run;
    }
    RunRecord judged = late(run);
    if (held.remaining(run.id(), 1) > 0) {
      return judged;
    }
    RunRecord done =
        store.update(
            run.id(),
            now ->
                now.phase() == RunPhase.APPLYING
                    ? now.moved(RunPhase.DONE, engine.clock().millis(), null)
                    : now);
    done.pairs()
        .forEach(pair -> store.updateScope(pair, s -> s.completed(done.id(), done.ended())));
    engine.listen(l -> l.runMoved(report(done)));
    return done;
  }

  private RunRecord late(RunRecord run) {
    long allowed = 0;
    if (!incomplete(run) && run.heldBack().isEmpty()) {
      for (String pair : run.pairs()) {
        allowed += engine.deletes().allowed(counts(run, pair).get(Count.REPLICA_LISTED));
      }
    }
    return release(run, allowed);
  }

  /** Ends a run early. */
  RunRecord cancel(long id) {
    RunRecord cancelled =
        store.update(
            id,
            now ->
                now.phase().ended()
                    ? now
                    : now.moved(RunPhase.CANCELLED, engine.clock().millis(), null));
    held.cancel(id);
    engine.listen(l -> l.runMoved(report(cancelled)));
    return cancelled;
  }

  /** Ends a run that cannot go on. */
  void fail(long id, SyncException why) {
    RunRecord failed =
        store.update(
            id,
            now ->
                now.phase().ended()
                    ? now
                    : now.moved(RunPhase.FAILED, engine.clock().millis(), why.summary()));
    held.cancel(id);
    failed.pairs().forEach(pair -> store.updateScope(pair, s -> s.failed(failed.ended())));
    engine.listen(l -> l.runMoved(report(failed)));
  }

  /**
   * Looks after every run that has not ended: what a worker does when it has nothing else to do.
   */
  void tend() {
    for (RunRecord run : store.unended()) {
      if (run.pairs().stream().allMatch(pair -> engine.pair(pair).isPresent())) {
        settle(run);
      }
    }
  }

  long remaining(long run) {
    return held.remaining(run, Long.MAX_VALUE);
  }

  // ---- reporting

  Report report(RunRecord run) {
    Tally tally = Tally.of(run.counts());
    List<Report.Trouble> incomplete = new ArrayList<>();
    List<Report.Trouble> failures = new ArrayList<>();
    for (Range range : run.ranges()) {
      tally.add(Tally.of(range.counts()));
      if (range.trouble() != null) {
        incomplete.add(new Report.Trouble(range.pair() + " " + range.keys(), range.trouble()));
      }
    }
    for (RunStore.TallyRecord record : store.tallies(run.id())) {
      tally.add(Tally.of(record.counts()));
      failures.addAll(record.failures());
    }
    if (run.failure() != null) {
      failures.add(new Report.Trouble("run " + run.id(), run.failure()));
    }
    return new Report(
        run.id(),
        run.phase(),
        Instant.ofEpochMilli(run.requested()),
        run.ended() == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(run.ended())),
        tally,
        incomplete,
        failures,
        folders(run),
        run.heldBack().isEmpty()
            ? Optional.empty()
            : Optional.of(String.join("; ", run.heldBack())));
  }

  private List<Report.Folder> folders(RunRecord run) {
    List<Report.Folder> folders = new ArrayList<>();
    if (run.scope().folders() && run.found() && !incomplete(run)) {
      for (String pair : run.pairs()) {
        List<Folders.Edges> edges =
            run.ranges().stream().filter(r -> r.pair().equals(pair)).map(Range::edges).toList();
        folders.addAll(Folders.joined(pair, run.toScope().range(), edges));
      }
    }
    return folders;
  }
}
