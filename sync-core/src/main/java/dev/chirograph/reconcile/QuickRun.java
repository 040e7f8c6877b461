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
import java.util.concurrent.atomic.AtomicLong;

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
    private final AtomicLong due = new AtomicLong();

    PairRun(Pair<V> pair, Parallel lookers, Parallel walkers) {
      this.pair = pair;
      this.walkers = walkers;
      this.applier = engine.applier(pair, lookers);
    }

    void run() {
      walkers.forked(scope.range(), this::walk);
      if (scope.tellsFolders() && complete()) {
        Folders.Joined joined = Folders.joined(pair.name(), scope.range(), edges);
        folders.addAll(joined.folders());
        counts.add(Count.FOLDERS, joined.number());
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
      batch.finish();
      walk.trouble().ifPresent(incomplete::add);
      edges.add(walk.folders());
    }

    /** Collects what differs and works on it in batches, in the thread that walks. */
    private final class Batch implements Finder.Findings {
      private KeyRange rest;
      private int strides;
      private final Parallel.Fork<KeyRange> fork;
      private final List<Key> keys = new ArrayList<>();
      private final Work work = new Work();

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
        strides++;
        if (!fork.wanted()) {
          return Optional.empty();
        }
        Optional<Key> middle = engine.split(pair, rest, strides);
        middle.ifPresent(
            key -> {
              fork.fork(rest.startingAt(key));
              rest = rest.before(key);
            });
        return middle;
      }

      private void flush() {
        work.on(keys.stream().map(key -> new Task(key, scope.isFull(), false)).toList());
        keys.clear();
      }

      void finish() {
        flush();
        work.finish();
      }
    }

    private void candidate(Key key) {
      if (due.incrementAndGet() <= engine.mostCandidates()) {
        candidates.add(key);
      }
    }

    private void delete() {
      if (due.get() == 0) {
        return;
      }
      Optional<String> refused =
          DeleteGate.judge(
              engine.deletes(), pair, due.get(), counts, !complete(), engine.listings());
      if (refused.isPresent()) {
        heldBack.add(refused.get());
        counts.add(Count.NOT_DELETED, due.get());
        return;
      }
      List<Key> keys = List.copyOf(candidates);
      Work deletes = new Work();
      for (int from = 0; from < keys.size(); from += engine.batch()) {
        deletes.on(
            keys.subList(from, Math.min(keys.size(), from + engine.batch())).stream()
                .map(key -> new Task(key, scope.isFull(), true))
                .toList());
      }
      deletes.finish();
    }

    // ---- working on batches, retrying what may pass

    /** Works on batches; what has to be tried again waits together, so that it delays no other. */
    private final class Work {
      private final List<Task> later = new ArrayList<>();

      void on(List<Task> tasks) {
        later.addAll(tried(tasks, 1));
        if (later.size() >= engine.batch()) {
          finish();
        }
      }

      void finish() {
        List<Task> open = List.copyOf(later);
        later.clear();
        for (int failures = 1; !open.isEmpty(); failures++) {
          engine.pacing().await(engine.callRetries().pause(failures, engine.random()));
          open = tried(open, failures + 1);
        }
      }

      /** Tries; answers what has to be tried again. */
      private List<Task> tried(List<Task> tasks, int attempt) {
        if (tasks.isEmpty()) {
          return List.of();
        }
        List<Result> results = write ? applier.apply(tasks, Hold.FREE) : applier.plan(tasks);
        return results.stream()
            .filter(result -> settle(result, attempt))
            .map(Result::task)
            .toList();
      }
    }

    /** Counts a result; answers whether the task has to be tried again. */
    private boolean settle(Result result, int attempt) {
      Optional<SyncException> error = result.error();
      boolean again =
          write && error.isPresent() && engine.callRetries().again(error.get(), attempt);
      ItemResult shown = again ? ItemResult.RETRIED : result.result();
      engine.itemDone(id, pair.name(), result.task().key(), shown, result.told());
      if (again) {
        counts.add(Count.RETRIED, 1);
        return true;
      }
      if (result.result() == ItemResult.HELD) {
        candidate(result.task().key()); // judged, and perhaps made, with those that the walk found
      } else {
        counts.add(Engine.countOf(result.result()), 1);
      }
      if (result.told().isPresent() && failures.size() < Report.MAX_ITEMS) {
        failures.add(trouble(result));
      }
      return false;
    }

    private Report.Trouble trouble(Result result) {
      return new Report.Trouble(
          pair.name() + "/" + result.task().key(),
          result.told().map(SyncException::summary).orElse(""));
    }
  }
}
