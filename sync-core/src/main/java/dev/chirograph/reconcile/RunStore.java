package dev.chirograph.reconcile;

import dev.chirograph.Change;
import dev.chirograph.CloseableIterator;
import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Outcome;
import dev.chirograph.Report;
import dev.chirograph.SyncException;
import dev.chirograph.Tally;
import dev.chirograph.spi.StateStore;
import dev.chirograph.spi.StateStore.Stored;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Runs, tallies and the state of scopes in a state store. Every change is a read, a pure function
 * and a compare-and-set; on a conflict or a lost reply it begins again with the read.
 */
final class RunStore {

  private static final String RUNS = "reconcile-runs";
  private static final String TALLIES = "reconcile-tallies";
  private static final String SCOPES = "reconcile-scopes";
  private static final String BUDGETS = "reconcile-budgets";

  /** Writers of one record are few; so many conflicts in a row mean that something is wrong. */
  private static final int MOST_CONFLICTS = 100;

  private final StateStore state;

  RunStore(StateStore state) {
    this.state = state;
  }

  // ---- runs

  void create(RunRecord run) {
    change(RUNS, runKey(run.id()), old -> old.isPresent() ? old : Optional.of(run.toBytes()));
  }

  Optional<RunRecord> read(long run) {
    return get(RUNS, runKey(run)).map(stored -> RunRecord.of(stored.value()));
  }

  RunRecord require(long run) {
    return read(run)
        .orElseThrow(
            () ->
                new SyncException(
                    SyncException.Kind.NOT_FOUND,
                    "there is no run " + run + " in the state store"));
  }

  /** Changes a run; the function may be called several times. Answers the run as it is then. */
  RunRecord update(long run, Function<RunRecord, RunRecord> function) {
    RunRecord[] result = new RunRecord[1];
    change(
        RUNS,
        runKey(run),
        old -> {
          RunRecord before =
              old.map(RunRecord::of)
                  .orElseThrow(
                      () ->
                          new SyncException(
                              SyncException.Kind.NOT_FOUND,
                              "the run " + run + " is gone from the state store"));
          result[0] = function.apply(before);
          return Optional.of(result[0].toBytes());
        });
    return result[0];
  }

  /** Runs that have not ended, oldest first. */
  List<RunRecord> unended() {
    List<RunRecord> runs = new ArrayList<>();
    try (CloseableIterator<Stored> all = state.scan(RUNS, KeyRange.all())) {
      while (all.hasNext()) {
        RunRecord run = RunRecord.of(all.next().value());
        if (!run.phase().ended()) {
          runs.add(run);
        }
      }
    }
    return runs;
  }

  /** Forgets runs that ended before a time; answers how many. */
  int forget(long endedBefore) {
    List<Long> old = new ArrayList<>();
    try (CloseableIterator<Stored> all = state.scan(RUNS, KeyRange.all())) {
      while (all.hasNext()) {
        RunRecord run = RunRecord.of(all.next().value());
        if (run.phase().ended() && run.ended() < endedBefore) {
          old.add(run.id());
        }
      }
    }
    for (long run : old) {
      try (CloseableIterator<Stored> tallies = state.scan(TALLIES, KeyRange.prefix(runKey(run)))) {
        while (tallies.hasNext()) {
          Key key = tallies.next().key();
          change(TALLIES, key, ignored -> Optional.empty());
        }
      }
      change(RUNS, runKey(run), ignored -> Optional.empty());
    }
    return old.size();
  }

  // ---- tallies: one record for each run and worker, so that workers never wait for each other

  /** What one worker counted for one run. */
  record TallyRecord(Map<Tally.Count, Long> counts, List<Report.Trouble> failures) {}

  void addTally(long run, String worker, Tally tally, List<Report.Trouble> failures) {
    Key key = Key.ofBytes(concat(runKey(run).toBytes(), Key.utf8(worker).toBytes()));
    change(
        TALLIES,
        key,
        old -> {
          Tally sum = Tally.of(tally.toMap());
          List<Report.Trouble> all = new ArrayList<>();
          old.map(bytes -> RunRecord.read(bytes, TallyRecord.class))
              .ifPresent(
                  before -> {
                    sum.add(Tally.of(before.counts()));
                    all.addAll(before.failures());
                  });
          failures.stream()
              .limit(Math.max(0, 100 - all.size()))
              .map(RunStore::shortened)
              .forEach(all::add);
          return Optional.of(RunRecord.bytes(new TallyRecord(sum.toMap(), all)));
        });
  }

  private static Report.Trouble shortened(Report.Trouble trouble) {
    String error = trouble.error();
    return error.length() <= 300
        ? trouble
        : new Report.Trouble(trouble.where(), error.substring(0, 300));
  }

  List<TallyRecord> tallies(long run) {
    List<TallyRecord> all = new ArrayList<>();
    try (CloseableIterator<Stored> records = state.scan(TALLIES, KeyRange.prefix(runKey(run)))) {
      while (records.hasNext()) {
        all.add(RunRecord.read(records.next().value(), TallyRecord.class));
      }
    }
    return all;
  }

  // ---- scopes

  /**
   * When a pair was last asked for and last completed, in milliseconds since 1970; 0 means never.
   */
  record ScopeState(
      long lastRequested,
      long lastRun,
      long lastCompleted,
      long lastCompletedRun,
      long lastFailed) {
    static final ScopeState NEVER = new ScopeState(0, 0, 0, 0, 0);

    ScopeState requested(long run, long at) {
      return new ScopeState(
          Math.max(at, lastRequested),
          Math.max(run, lastRun),
          lastCompleted,
          lastCompletedRun,
          lastFailed);
    }

    ScopeState completed(long run, long at) {
      return new ScopeState(
          lastRequested,
          lastRun,
          Math.max(at, lastCompleted),
          Math.max(run, lastCompletedRun),
          lastFailed);
    }

    ScopeState failed(long at) {
      return new ScopeState(
          lastRequested, lastRun, lastCompleted, lastCompletedRun, Math.max(at, lastFailed));
    }
  }

  ScopeState scope(String pair) {
    return get(SCOPES, Key.utf8(pair))
        .map(stored -> RunRecord.read(stored.value(), ScopeState.class))
        .orElse(ScopeState.NEVER);
  }

  void updateScope(String pair, Function<ScopeState, ScopeState> function) {
    change(
        SCOPES,
        Key.utf8(pair),
        old ->
            Optional.of(
                RunRecord.bytes(
                    function.apply(
                        old.map(bytes -> RunRecord.read(bytes, ScopeState.class))
                            .orElse(ScopeState.NEVER)))));
  }

  // ---- budgets for deletes outside runs

  /** How many deletes were made in a time window. */
  record Budget(long windowStart, long spent) {}

  /** Takes one delete out of the budget of a pair; answers whether there was one left. */
  boolean spend(String pair, long now, long windowMillis, long limit) {
    boolean[] granted = new boolean[1];
    change(
        BUDGETS,
        Key.utf8(pair),
        old -> {
          Budget before =
              old.map(bytes -> RunRecord.read(bytes, Budget.class)).orElse(new Budget(now, 0));
          Budget window = now - before.windowStart() >= windowMillis ? new Budget(now, 0) : before;
          granted[0] = window.spent() < limit;
          Budget after = granted[0] ? new Budget(window.windowStart(), window.spent() + 1) : window;
          return Optional.of(RunRecord.bytes(after));
        });
    return granted[0];
  }

  // ---- compare-and-set

  private Optional<Stored> get(String space, Key key) {
    return state.read(space, List.of(key)).get(0);
  }

  /** Empty in or out of the function means that there is no record. */
  private void change(
      String space, Key key, Function<Optional<byte[]>, Optional<byte[]>> function) {
    for (int i = 0; i < MOST_CONFLICTS; i++) {
      Optional<Stored> old = get(space, key);
      Optional<byte[]> next = function.apply(old.map(Stored::value));
      if (old.isEmpty() && next.isEmpty()) {
        return;
      }
      Expect expect = old.map(stored -> Expect.at(stored.version())).orElse(Expect.absent());
      Change<byte[]> change =
          next.map(value -> Change.put(key, value, expect))
              .orElseGet(() -> Change.delete(key, expect));
      Outcome outcome = state.write(space, List.of(change)).get(0);
      if (outcome instanceof Outcome.Rejected rejected) {
        throw rejected.why();
      }
      if (outcome instanceof Outcome.Applied || outcome instanceof Outcome.Unchanged) {
        return;
      }
      if (outcome instanceof Outcome.Unsure unsure && i == MOST_CONFLICTS - 1) {
        throw unsure.why();
      }
    }
    throw new SyncException(
        SyncException.Kind.CONFLICT,
        "the record "
            + key
            + " in "
            + space
            + " changed "
            + MOST_CONFLICTS
            + " times while it was written");
  }

  static Key runKey(long run) {
    return Key.ofBytes(ByteBuffer.allocate(8).putLong(run).array());
  }

  private static byte[] concat(byte[] first, byte[] second) {
    return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
  }
}
