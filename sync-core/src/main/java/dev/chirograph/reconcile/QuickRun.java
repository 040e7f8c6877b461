package dev.chirograph.reconcile;

import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Report;
import dev.chirograph.RunPhase;
import dev.chirograph.SyncException;
import dev.chirograph.SyncListener.ItemResult;
import dev.chirograph.Tally;
import dev.chirograph.Tally.Count;
import dev.chirograph.reconcile.Applier.Result;
import dev.chirograph.reconcile.Applier.Task;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Finds and writes here and now, without queue or state. What differs is written while the walk
 * goes on; deletes wait until all ranges have ended.
 *
 * <p>Holds one batch of keys for each range that is walked at the time, and at most as many delete
 * candidates as the limit allows, plus one.
 */
final class QuickRun<V> {

  private final Engine<V> engine;
  private final Scope scope;
  private final boolean write;
  private final long id;
  private final Instant started;
  private final Tally tally = new Tally();
  private final ConcurrentLinkedQueue<Report.Trouble> incomplete = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Report.Trouble> failures = new ConcurrentLinkedQueue<>();
  private final List<Report.Folder> folders = new ArrayList<>();
  private final List<String> heldBack = new ArrayList<>();

  QuickRun(Engine<V> engine, Scope scope, boolean write) {
    this.engine = engine;
    this.scope = scope;
    this.write = write;
    this.id = engine.newRunId();
    this.started = engine.clock().instant();
  }

  Report run() {
    List<Pair<V>> pairs = engine.pairs(scope);
    engine.listen(l -> l.runMoved(report(RunPhase.FINDING)));
    try (Parallel lookers = engine.lookers();
        Parallel walkers = engine.walkers()) {
      for (Pair<V> pair : pairs) {
        new PairRun(pair, lookers, walkers).run();
      }
    }
    Report report = report(RunPhase.DONE);
    engine.listen(l -> l.runMoved(report));
    return report;
  }

  private Report report(RunPhase phase) {
    return new Report(
        id,
        phase,
        started,
        phase.ended() ? Optional.of(engine.clock().instant()) : Optional.empty(),
        tally,
        List.copyOf(incomplete),
        List.copyOf(failures),
        folders,
        heldBack.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", heldBack)));
  }

  /** The part of a run that is about one pair. */
  private final class PairRun {
    private final Pair<V> pair;
    private final Parallel walkers;
    private final Applier<V> applier;
    private final List<Key> candidates = Collections.synchronizedList(new ArrayList<>());
    private final Tally counts = new Tally();
    private final ConcurrentLinkedQueue<Folders.Edges> edges = new ConcurrentLinkedQueue<>();
    private final long troubleBefore = incomplete.size();
    private final java.util.concurrent.atomic.AtomicLong due =
        new java.util.concurrent.atomic.AtomicLong();

    PairRun(Pair<V> pair, Parallel lookers, Parallel walkers) {
      this.pair = pair;
      this.walkers = walkers;
      this.applier = engine.applier(pair, lookers);
    }

    void run() {
      walkers.forked(scope.range(), this::walk);
      if (scope.tellsFolders() && complete()) {
        folders.addAll(Folders.joined(pair.name(), scope.range(), edges));
      }
      delete();
      tally.add(counts);
    }

    private boolean complete() {
      return incomplete.size() == troubleBefore;
    }

    private void walk(KeyRange range, Parallel.Fork<KeyRange> fork) {
      Batch batch = new Batch(range, fork);
      Finder.Walk walk =
          new Finder<>(pair, scope, started, engine.listings()).walk(range, counts, batch);
      batch.flush();
      walk.trouble().ifPresent(incomplete::add);
      edges.add(walk.folders());
    }

    /** Collects what differs and works on it in batches, in the thread that walks. */
    private final class Batch implements Finder.Findings {
      private KeyRange rest;
      private final Parallel.Fork<KeyRange> fork;
      private final List<Key> keys = new ArrayList<>();

      Batch(KeyRange range, Parallel.Fork<KeyRange> fork) {
        this.rest = range;
        this.fork = fork;
      }

      @Override
      public void differs(Key key) {
        keys.add(key);
        if (keys.size() == engine.batch()) {
          flush();
        }
      }

      @Override
      public void onlyInReplica(Key key) {
        candidate(key);
      }

      @Override
      public Optional<Key> passed(Key last) {
        rest = rest.after(last);
        if (!fork.wanted()) {
          return Optional.empty();
        }
        Optional<Key> middle = engine.split(pair, rest);
        middle.ifPresent(
            key -> {
              fork.fork(rest.startingAt(key));
              rest = rest.before(key);
            });
        return middle;
      }

      void flush() {
        if (!keys.isEmpty()) {
          work(keys.stream().map(key -> new Task(key, scope.isFull(), false)).toList());
          keys.clear();
        }
      }
    }

    private void candidate(Key key) {
      if (due.incrementAndGet() <= engine.deletes().count() + 1) {
        candidates.add(key);
      }
    }

    private void delete() {
      if (due.get() == 0) {
        return;
      }
      DeleteGate.Verdict verdict =
          DeleteGate.judge(engine.deletes(), pair, due.get(), counts, !complete());
      if (verdict.refused().isPresent()) {
        heldBack.add(verdict.refused().get());
        counts.add(Count.NOT_DELETED, due.get());
        return;
      }
      List<Key> keys = List.copyOf(candidates);
      for (int from = 0; from < keys.size(); from += engine.batch()) {
        work(
            keys.subList(from, Math.min(keys.size(), from + engine.batch())).stream()
                .map(key -> new Task(key, scope.isFull(), true))
                .toList());
      }
    }

    // ---- working on a batch, retrying what may pass

    private void work(List<Task> tasks) {
      List<Task> open = tasks;
      for (int failures = 1; !open.isEmpty(); failures++) {
        List<Result> results = write ? applier.apply(open, () -> true) : applier.plan(open);
        List<Task> again = new ArrayList<>();
        for (Result result : results) {
          if (settle(result, failures)) {
            again.add(result.task());
          }
        }
        open = again;
        if (!open.isEmpty()) {
          engine.pacing().await(engine.callRetries().pause(failures, engine.random()));
        }
      }
    }

    /** Counts a result; answers whether the task has to be tried again. */
    private boolean settle(Result result, int failures) {
      Optional<SyncException> error = result.error();
      boolean again =
          write && error.isPresent() && engine.callRetries().again(error.get(), failures);
      ItemResult shown = again ? ItemResult.RETRIED : result.result();
      engine.itemDone(id, pair.name(), result.task().key(), shown, error);
      if (again) {
        counts.add(Count.RETRIED, 1);
        return true;
      }
      switch (result.result()) {
        case HELD -> {
          candidate(result.task().key());
          counts.add(Count.HELD, 1);
        }
        case PARTIAL, FAILED -> {
          counts.add(result.result() == ItemResult.PARTIAL ? Count.PARTIAL : Count.FAILED, 1);
          if (failures() < Report.MAX_ITEMS) {
            QuickRun.this.failures.add(trouble(result));
          }
        }
        default -> counts.add(Engine.countOf(result.result()), 1);
      }
      return false;
    }

    private int failures() {
      return QuickRun.this.failures.size();
    }

    private Report.Trouble trouble(Result result) {
      return new Report.Trouble(
          pair.name() + "/" + result.task().key(),
          result.error().map(SyncException::summary).orElse(""));
    }
  }
}
