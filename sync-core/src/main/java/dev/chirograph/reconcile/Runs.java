package dev.chirograph.reconcile;

import dev.chirograph.Key;
import dev.chirograph.Report;
import dev.chirograph.RunPhase;
import dev.chirograph.SyncException;
import dev.chirograph.Tally;
import dev.chirograph.Tally.Count;
import dev.chirograph.reconcile.RunRecord.Range;
import dev.chirograph.reconcile.RunRecord.Refusal;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.SupportsRuns;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of durable runs. A run is FINDING while ranges are open; whoever closes the last one
 * judges the deletes and moves it to APPLYING; it is DONE when no job of it is left.
 *
 * <p>Every step can be repeated by anybody after a crash: ranges are jobs whose lease runs out, the
 * judgement is made again by whoever finds all ranges closed, and the end is looked for by every
 * worker.
 */
final class Runs<V> {

  private static final Logger LOG = LoggerFactory.getLogger(Runs.class);

  static final String RANGE = "range";
  static final String ITEM = "item";

  private static final int RANGE_PRIORITY = 500;

  private final Engine<V> engine;
  private final RunStore store;
  private final PairStore pairs;
  private final PatientQueue queue;

  Runs(Engine<V> engine) {
    this.engine = engine;
    this.store = new RunStore(engine.state(), engine);
    this.pairs = new PairStore(engine.state(), engine);
    this.queue = engine.queue();
  }

  RunStore store() {
    return store;
  }

  PairStore pairs() {
    return pairs;
  }

  PatientQueue queue() {
    return queue;
  }

  // ---- beginning

  /** Makes a run and puts its ranges into the queue. */
  RunRecord submit(Scope scope) {
    List<String> names = engine.pairs(scope).stream().map(Pair::name).toList();
    long now = engine.clock().millis();
    RunRecord run = created(scope, names, now);
    names.forEach(pair -> pairs.update(pair, state -> state.requested(now)));
    enqueueRanges(run);
    engine.listen(l -> l.runMoved(report(run)));
    return run;
  }

  private RunRecord created(Scope scope, List<String> names, long now) {
    while (true) {
      RunRecord run = RunRecord.begun(engine.newRunId(), scope, names, now);
      if (store.create(run)) {
        return run;
      }
    }
  }

  /** Puts all open ranges into the queue; those that are there stay as they are. */
  void enqueueRanges(RunRecord run) {
    run.ranges().stream().filter(range -> !range.done()).forEach(range -> enqueue(run, range));
  }

  void enqueue(RunRecord run, Range range) {
    queue.enqueue(
        List.of(
            Job.builder(RANGE, range.pair(), rangeKey(run.id(), range.number()))
                .run(run.id())
                .priority(RANGE_PRIORITY)
                .build()));
  }

  static Key rangeKey(long run, int number) {
    return Key.ofBytes(ByteBuffer.allocate(12).putLong(run).putInt(number).array());
  }

  static int rangeNumber(Key key) {
    return ByteBuffer.wrap(key.toBytes()).getInt(8);
  }

  // ---- going on

  /**
   * Moves a run on if it can: judges its deletes once all ranges are closed, and ends it once
   * nothing of it is left. May be called by anybody at any time.
   */
  RunRecord settle(long id) {
    RunRecord before;
    RunRecord now;
    engine.settling().lock();
    try {
      before = store.require(id);
      now = advanced(before);
    } finally {
      engine.settling().unlock();
    }
    if (now.phase() != before.phase()) {
      engine.listen(l -> l.runMoved(report(now)));
    }
    return now;
  }

  private RunRecord advanced(RunRecord run) {
    if (run.phase().ended() || !known(run)) {
      return run;
    }
    if (run.phase() == RunPhase.APPLYING) {
      return ended(run);
    }
    if (run.found()) {
      return judged(run);
    }
    if (queue.remaining(run.id(), 1) == 0) {
      enqueueRanges(run); // whoever made the run or cut a range died before this
    }
    return run;
  }

  private boolean known(RunRecord run) {
    return run.pairs().stream().allMatch(pair -> engine.pair(pair).isPresent());
  }

  /** The judgement is written down first: of several judges one wins, and all act by its word. */
  private RunRecord judged(RunRecord run) {
    Map<String, String> refused = new LinkedHashMap<>();
    for (String pair : run.pairs()) {
      judge(run, pair).ifPresent(why -> refused.put(pair, why));
    }
    RunRecord judged =
        store.update(
            run.id(),
            now -> now.phase() == RunPhase.FINDING && now.found() ? applying(now, refused) : now);
    if (judged.phase() == RunPhase.APPLYING) {
      letGo(judged);
    }
    return store.require(run.id());
  }

  private RunRecord applying(RunRecord run, Map<String, String> refused) {
    RunRecord judged = run;
    for (Map.Entry<String, String> entry : refused.entrySet()) {
      String pair = entry.getKey();
      judged =
          judged.refused(
              new Refusal(pair, RunStore.shortened(entry.getValue()), kept(run, pair)),
              due(run, pair));
    }
    return judged.moved(RunPhase.APPLYING, engine.clock().millis(), null);
  }

  /** Why the deletes of a pair may not be made; empty when they may. */
  private Optional<String> judge(RunRecord run, String pair) {
    long due = due(run, pair);
    return due == 0
        ? Optional.empty()
        : DeleteGate.judge(
            engine.deletes(),
            engine.requirePair(pair),
            due,
            counts(run, pair),
            run.incomplete(pair),
            engine.listings());
  }

  private static long due(RunRecord run, String pair) {
    return run.ranges().stream().filter(r -> pair.equals(r.pair())).mapToLong(Range::due).sum();
  }

  private static Tally counts(RunRecord run, String pair) {
    Tally sum = new Tally();
    run.ranges().stream()
        .filter(r -> r.pair().equals(pair))
        .forEach(r -> sum.add(Tally.of(r.counts())));
    return sum;
  }

  /** How many candidates of a range are kept in the queue: beyond the limit none will be made. */
  long kept(long due) {
    return Math.min(due, engine.mostCandidates());
  }

  private long kept(RunRecord run, String pair) {
    return run.ranges().stream()
        .filter(range -> range.pair().equals(pair))
        .mapToLong(range -> kept(range.due()))
        .sum();
  }

  // ---- letting go what is held

  /**
   * Releases or discards what is held, pair by pair. The queue counts what it released, so this may
   * be repeated, and be done by several at once.
   */
  private void letGo(RunRecord run) {
    for (String pair : run.pairs()) {
      Optional<Refusal> refused = run.refusal(pair).or(() -> release(run, pair));
      refused.ifPresent(refusal -> discard(run, refusal));
    }
  }

  /**
   * Releases what is held of a pair when it is within its limit, with all that was released before;
   * answers the refusal that was written down otherwise.
   */
  private Optional<Refusal> release(RunRecord run, String pair) {
    long held = queue.release(run.id(), pair, 0).held(); // a limit of zero only counts
    if (held == 0) {
      return Optional.empty();
    }
    if (run.incomplete(pair)) {
      return refused(run, pair, held, "not every listing was complete");
    }
    Optional<String> emptied =
        DeleteGate.emptied(engine.deletes(), engine.requirePair(pair), engine.listings());
    if (emptied.isPresent()) {
      return refused(run, pair, held, emptied.get());
    }
    long allowed = engine.deletes().allowed(counts(run, pair).get(Count.REPLICA_IN_SCOPE));
    SupportsRuns.Release release = queue.release(run.id(), pair, allowed);
    if (!release.released()) {
      return refused(
          run,
          pair,
          release.held(),
          "with those that were released they are more than the " + allowed + " that may be made");
    }
    if (release.held() > 0) {
      store.update(run.id(), now -> now.withReleased(release.held()));
    }
    return Optional.empty();
  }

  /** Writes down why nothing more of a pair is deleted, unless somebody else has. */
  private Optional<Refusal> refused(RunRecord run, String pair, long held, String why) {
    String text = RunStore.shortened(pair + ": " + held + " deletes were due, but " + why);
    return store
        .update(
            run.id(),
            now ->
                now.phase().ended() || now.refusal(pair).isPresent()
                    ? now
                    : now.refused(new Refusal(pair, text, held), held))
        .refusal(pair);
  }

  /** Discards what is held of a pair that may not delete, and counts what was not counted yet. */
  private void discard(RunRecord run, Refusal refusal) {
    String pair = refusal.pair();
    long discarded = queue.discard(run.id(), pair);
    if (discarded == 0) {
      return;
    }
    store.update(
        run.id(),
        now ->
            now.refusal(pair)
                .map(
                    present ->
                        now.refused(
                            new Refusal(
                                pair, present.why(), Math.max(0, present.counted() - discarded)),
                            Math.max(0, discarded - present.counted())))
                .orElse(now));
  }

  // ---- ending

  /**
   * Ends a run of which nothing is left. Deletes that workers found due after the judgement are
   * judged by the same limit first.
   */
  private RunRecord ended(RunRecord run) {
    if (queue.remaining(run.id(), 1) > 0) {
      return run;
    }
    letGo(run);
    if (queue.remaining(run.id(), 1) > 0) {
      return run;
    }
    long now = engine.clock().millis();
    // First, because nobody comes back to a run that has ended.
    run.pairs().forEach(pair -> pairs.update(pair, state -> completed(run, pair, state, now)));
    return store.update(
        run.id(), r -> r.phase() == RunPhase.APPLYING ? r.moved(RunPhase.DONE, now, null) : r);
  }

  private static PairStore.State completed(
      RunRecord run, String pair, PairStore.State state, long now) {
    PairStore.State completed = state.completed(now);
    return run.toScope().isWhole() && !run.incomplete()
        ? completed.sized(counts(run, pair).get(Count.REPLICA_IN_SCOPE))
        : completed;
  }

  /** Ends a run early. */
  void cancel(long id) {
    stop(id, RunPhase.CANCELLED, null);
  }

  /** Ends a run that cannot go on. */
  void fail(long id, SyncException why) {
    long now = engine.clock().millis();
    store.require(id).pairs().forEach(pair -> pairs.update(pair, s -> s.failed(now)));
    stop(id, RunPhase.FAILED, RunStore.shortened(why.summary()));
  }

  /**
   * Removes what was held under a run after it was stopped. What is ready is left: to look at an
   * item is never wrong, and another run may have come to count on it.
   */
  void sweep(RunRecord ended) {
    ended.pairs().forEach(pair -> queue.discard(ended.id(), pair));
  }

  private void stop(long id, RunPhase phase, @Nullable String why) {
    boolean[] moved = new boolean[1];
    RunRecord stopped =
        store.update(
            id,
            run -> {
              moved[0] = !run.phase().ended();
              return moved[0] ? run.moved(phase, engine.clock().millis(), why) : run;
            });
    if (stopped.phase() == phase) {
      queue.cancel(id); // again, when whoever stopped it died before this
    }
    if (moved[0]) {
      engine.listen(l -> l.runMoved(report(stopped)));
    }
  }

  /**
   * Looks after every run that has not ended: what a worker does when it has nothing else to do.
   */
  void tend() {
    for (RunRecord run : store.unended()) {
      try {
        settle(run.id());
      } catch (RuntimeException e) {
        LOG.warn(
            "run {} could not be looked after and is again later: {}", run.id(), e.toString(), e);
      }
    }
  }

  /** Forgets runs that ended before a time, and what waits for them in vain. */
  int forget(long endedBefore) {
    List<RunRecord> old = store.ended(endedBefore);
    for (RunRecord run : old) {
      queue.forget(run.id());
      store.forget(run.id());
    }
    return old.size();
  }

  long remaining(long run) {
    return queue.remaining(run, Long.MAX_VALUE);
  }

  // ---- reporting

  Report report(RunRecord run) {
    Tally tally = Tally.of(run.counts());
    List<Report.Trouble> incomplete = new ArrayList<>();
    List<Report.Trouble> failures = new ArrayList<>();
    List<Report.Folder> folders = folders(run, tally);
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
        folders,
        run.refusals().isEmpty()
            ? Optional.empty()
            : Optional.of(
                run.refusals().stream().map(Refusal::why).collect(Collectors.joining("; "))));
  }

  private List<Report.Folder> folders(RunRecord run, Tally tally) {
    List<Report.Folder> folders = new ArrayList<>();
    if (run.scope().folders() && run.found() && !run.incomplete()) {
      for (String pair : run.pairs()) {
        List<Folders.Edges> edges =
            run.ranges().stream()
                .filter(range -> range.pair().equals(pair))
                .map(range -> store.folders(run.id(), range.number(), range.fence()))
                .toList();
        Folders.Joined joined = Folders.joined(pair, run.toScope().range(), edges);
        folders.addAll(joined.folders());
        tally.add(Count.FOLDERS, joined.number());
      }
    }
    return folders;
  }
}
