package dev.chirograph.reconcile;

import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.partitioningBy;
import static java.util.stream.Collectors.toList;

import dev.chirograph.Change;
import dev.chirograph.CloseableIterator;
import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Outcome;
import dev.chirograph.Report;
import dev.chirograph.RunPhase;
import dev.chirograph.SyncException;
import dev.chirograph.Tally;
import dev.chirograph.reconcile.RunRecord.FolderRecord;
import dev.chirograph.spi.StateStore;
import dev.chirograph.spi.StateStore.Stored;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs, tallies and the state of scopes in a state store. Every change is a read, a pure function
 * and a compare-and-set; on a conflict or a lost reply it begins again with the read.
 */
final class RunStore {

  private static final Logger LOG = LoggerFactory.getLogger(RunStore.class);

  private static final String RUNS = "reconcile-runs";
  private static final String OPEN = "reconcile-open";
  private static final String TALLIES = "reconcile-tallies";
  private static final String FOLDERS = "reconcile-folders";
  private static final String SCOPES = "reconcile-scopes";
  private static final String BUDGETS = "reconcile-budgets";

  /** Writers of one record are few; so many conflicts in a row mean that something is wrong. */
  private static final int MOST_CONFLICTS = 100;

  /** Every state store takes records of 64 KiB; lists in a record stay well below. */
  private static final int LIST_BYTES = 32_000;

  /** Folders in one record: with the longest keys they take less than 64 KiB. */
  private static final int FOLDERS_TOGETHER = 40;

  private static final int ERROR_LENGTH = 300;

  private final StateStore state;
  private final Engine<?> engine;

  RunStore(StateStore state, Engine<?> engine) {
    this.state = state;
    this.engine = engine;
  }

  // ---- runs: those that have not ended are marked, so that looking after them reads no others

  /** Keeps a new run; answers whether its id was free. */
  boolean create(RunRecord run) {
    byte[] bytes = run.toBytes();
    change(OPEN, runKey(run.id()), old -> Optional.of(new byte[] {1}));
    change(RUNS, runKey(run.id()), old -> old.isPresent() ? old : Optional.of(bytes));
    return get(RUNS, runKey(run.id()))
        .filter(stored -> Arrays.equals(stored.value(), bytes))
        .isPresent();
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
          return result[0].equals(before) ? old : Optional.of(result[0].toBytes());
        });
    return result[0];
  }

  /** Whether the record of a run has room for one more range. */
  boolean hasRoom(RunRecord run) {
    return run.toBytes().length < LIST_BYTES;
  }

  /** Runs that have not ended, oldest first. */
  List<RunRecord> unended() {
    List<RunRecord> runs = new ArrayList<>();
    for (Stored mark : scan(OPEN, KeyRange.all())) {
      Optional<RunRecord> run = legible(runId(mark.key()));
      if (run.isPresent() && run.get().phase().ended()) {
        change(OPEN, mark.key(), old -> Optional.empty());
      } else {
        run.ifPresent(runs::add); // without a record it is about to be created, or never was
      }
    }
    return runs;
  }

  /** A record that cannot be read keeps no other run from being looked after. */
  private Optional<RunRecord> legible(long run) {
    try {
      return read(run);
    } catch (SyncException e) {
      if (e.kind() != SyncException.Kind.CORRUPT) {
        throw e;
      }
      LOG.warn("run {} is left alone, its record cannot be read", run, e);
      return Optional.empty();
    }
  }

  /** Runs that came to their end after a time and saw both sides whole. */
  List<RunRecord> completed(long after) {
    return all(run -> run.phase() == RunPhase.DONE && run.ended() > after && !run.incomplete());
  }

  /** Runs that ended before a time. */
  List<RunRecord> ended(long before) {
    return all(run -> run.phase().ended() && run.ended() < before);
  }

  private List<RunRecord> all(Predicate<RunRecord> which) {
    return engine.call(
        () -> {
          List<RunRecord> runs = new ArrayList<>();
          try (CloseableIterator<Stored> stored = state.scan(RUNS, KeyRange.all())) {
            while (stored.hasNext()) {
              RunRecord run = RunRecord.of(stored.next().value());
              if (which.test(run)) {
                runs.add(run);
              }
            }
          }
          return runs;
        });
  }

  /** Removes all that is kept of a run. */
  void forget(long run) {
    for (String space : List.of(TALLIES, FOLDERS)) {
      clear(space, runKey(run));
    }
    change(OPEN, runKey(run), old -> Optional.empty());
    change(RUNS, runKey(run), old -> Optional.empty());
  }

  private void clear(String space, Key prefix) {
    scan(space, KeyRange.prefix(prefix))
        .forEach(stored -> change(space, stored.key(), old -> Optional.empty()));
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
          Optional<TallyRecord> before = old.map(b -> RunRecord.read(b, TallyRecord.class));
          Tally sum = Tally.of(tally.toMap());
          before.ifPresent(b -> sum.add(Tally.of(b.counts())));
          List<Report.Trouble> all =
              cut(
                  Stream.concat(
                      before.stream().flatMap(b -> b.failures().stream()),
                      failures.stream().map(RunStore::shortened)));
          return Optional.of(RunRecord.bytes(new TallyRecord(sum.toMap(), all)));
        });
  }

  /** As many as fit into a record; the count of failures beside them stays exact. */
  private static List<Report.Trouble> cut(Stream<Report.Trouble> troubles) {
    List<Report.Trouble> kept = new ArrayList<>();
    int bytes = 0;
    for (Report.Trouble trouble : (Iterable<Report.Trouble>) troubles::iterator) {
      bytes += RunRecord.bytes(trouble).length;
      if (bytes > LIST_BYTES) {
        break;
      }
      kept.add(trouble);
    }
    return kept;
  }

  private static Report.Trouble shortened(Report.Trouble trouble) {
    return new Report.Trouble(trouble.where(), shortened(trouble.error()));
  }

  static String shortened(String error) {
    return error.length() <= ERROR_LENGTH ? error : error.substring(0, ERROR_LENGTH);
  }

  List<TallyRecord> tallies(long run) {
    return scan(TALLIES, KeyRange.prefix(runKey(run))).stream()
        .map(stored -> RunRecord.read(stored.value(), TallyRecord.class))
        .toList();
  }

  // ---- folders: some records for each range, because one would be too large

  /**
   * Some folders that were seen in one range.
   *
   * @param number how many of the range differ, in its first record
   */
  record FoldersRecord(List<FolderRecord> folders, long number) {}

  void putFolders(long run, int range, long fence, Folders.Edges edges) {
    byte[] prefix = folderPrefix(run, range, fence);
    clear(FOLDERS, Key.ofBytes(prefix)); // of an earlier walk over the same range
    List<FolderRecord> all =
        Stream.concat(
                edges.inner().stream().map(seen -> FolderRecord.of(seen, true)),
                edges.outer().stream().map(seen -> FolderRecord.of(seen, false)))
            .toList();
    for (int from = 0; from < all.size(); from += FOLDERS_TOGETHER) {
      List<FolderRecord> some = all.subList(from, Math.min(all.size(), from + FOLDERS_TOGETHER));
      byte[] bytes = RunRecord.bytes(new FoldersRecord(some, from == 0 ? edges.number() : 0));
      change(FOLDERS, Key.ofBytes(concat(prefix, number(from))), old -> Optional.of(bytes));
    }
  }

  /** The folders of a range, as whoever closed it saw them. */
  Folders.Edges folders(long run, int range, long fence) {
    byte[] prefix = folderPrefix(run, range, fence);
    List<FoldersRecord> records =
        scan(FOLDERS, KeyRange.prefix(Key.ofBytes(prefix))).stream()
            .map(stored -> RunRecord.read(stored.value(), FoldersRecord.class))
            .toList();
    Map<Boolean, List<Folders.Seen>> seen =
        records.stream()
            .flatMap(record -> record.folders().stream())
            .collect(partitioningBy(FolderRecord::inner, mapping(FolderRecord::seen, toList())));
    return new Folders.Edges(
        seen.getOrDefault(true, List.of()),
        records.stream().mapToLong(FoldersRecord::number).sum(),
        seen.getOrDefault(false, List.of()));
  }

  private static byte[] folderPrefix(long run, int range, long fence) {
    return ByteBuffer.allocate(20).putLong(run).putInt(range).putLong(fence).array();
  }

  // ---- scopes

  /**
   * When a pair was last asked for and last completed, in milliseconds since 1970; 0 means never.
   *
   * @param size how many items its replica had when it was last walked whole; 0 when it never was
   */
  record ScopeState(long lastRequested, long lastCompleted, long lastFailed, long size) {
    static final ScopeState NEVER = new ScopeState(0, 0, 0, 0);

    ScopeState requested(long at) {
      return new ScopeState(Math.max(at, lastRequested), lastCompleted, lastFailed, size);
    }

    ScopeState completed(long at) {
      return new ScopeState(lastRequested, Math.max(at, lastCompleted), lastFailed, size);
    }

    ScopeState failed(long at) {
      return new ScopeState(lastRequested, lastCompleted, Math.max(at, lastFailed), size);
    }

    ScopeState sized(long items) {
      return new ScopeState(lastRequested, lastCompleted, lastFailed, items);
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

  /**
   * How many deletes were made in a time window.
   *
   * @param spender drawn by who spent last, so that nobody takes another's write for their own
   */
  record Budget(long windowStart, long spent, long spender) {}

  /**
   * Gives back a delete that was certainly not made.
   *
   * @param window what {@link #spend} answered; once another window has begun, nothing is given
   *     back
   */
  void giveBack(String pair, long window) {
    long me = engine.random().nextLong();
    change(
        BUDGETS,
        Key.utf8(pair),
        old ->
            old.map(bytes -> RunRecord.read(bytes, Budget.class))
                .map(
                    now ->
                        now.windowStart() == window
                            ? new Budget(window, Math.max(0, now.spent() - 1), me)
                            : now)
                .map(RunRecord::bytes));
  }

  /**
   * Takes one delete out of the budget of a pair; answers the window it was taken from, or nothing
   * when none was left. The window is measured by the clocks of the workers: one that runs fast
   * opens the next one early, once.
   */
  OptionalLong spend(String pair, long now, long windowMillis, long limit) {
    OptionalLong[] granted = {OptionalLong.empty()};
    long me = engine.random().nextLong();
    change(
        BUDGETS,
        Key.utf8(pair),
        old -> {
          Budget before =
              old.map(bytes -> RunRecord.read(bytes, Budget.class)).orElse(new Budget(now, 0, me));
          boolean over = now - before.windowStart() >= windowMillis;
          Budget window = over ? new Budget(now, 0, me) : before;
          boolean left = window.spent() < limit;
          granted[0] = left ? OptionalLong.of(window.windowStart()) : OptionalLong.empty();
          Budget after = left ? new Budget(window.windowStart(), window.spent() + 1, me) : window;
          return Optional.of(RunRecord.bytes(after));
        });
    return granted[0];
  }

  // ---- compare-and-set

  private Optional<Stored> get(String space, Key key) {
    return engine.call(() -> state.read(space, List.of(key)).get(0));
  }

  /** The records of a range that holds few. */
  private List<Stored> scan(String space, KeyRange range) {
    return engine.call(
        () -> {
          List<Stored> found = new ArrayList<>();
          try (CloseableIterator<Stored> records = state.scan(space, range)) {
            records.forEachRemaining(found::add);
          }
          return found;
        });
  }

  /** Empty in or out of the function means that there is no record. */
  private void change(
      String space, Key key, Function<Optional<byte[]>, Optional<byte[]>> function) {
    int failures = 0;
    for (int i = 0; i < MOST_CONFLICTS; i++) {
      Optional<Stored> old = get(space, key);
      Optional<byte[]> next = function.apply(old.map(stored -> stored.value().clone()));
      if (same(old, next)) {
        return;
      }
      Outcome outcome = write(space, key, old, next);
      if (outcome instanceof Outcome.Applied || outcome instanceof Outcome.Unchanged) {
        return;
      }
      Optional<SyncException> why = trouble(outcome);
      if (why.isEmpty()) {
        continue; // somebody was faster
      }
      if (outcome instanceof Outcome.Unsure && same(get(space, key), next)) {
        return; // only the reply was lost; to count twice would be wrong
      }
      if (!engine.callRetries().again(why.get(), ++failures)) {
        throw why.get();
      }
      engine.pacing().await(engine.callRetries().pause(failures, engine.random()));
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

  private Outcome write(String space, Key key, Optional<Stored> old, Optional<byte[]> next) {
    Expect expect = old.map(stored -> Expect.at(stored.version())).orElse(Expect.absent());
    Change<byte[]> change =
        next.map(value -> Change.put(key, value, expect))
            .orElseGet(() -> Change.delete(key, expect));
    try {
      return state.write(space, List.of(change)).get(0);
    } catch (RuntimeException e) {
      return Outcome.unsure(SyncException.of(e));
    }
  }

  private static Optional<SyncException> trouble(Outcome outcome) {
    if (outcome instanceof Outcome.Rejected rejected) {
      return Optional.of(rejected.why());
    }
    return outcome instanceof Outcome.Unsure unsure ? Optional.of(unsure.why()) : Optional.empty();
  }

  private static boolean same(Optional<Stored> stored, Optional<byte[]> wanted) {
    return stored.isPresent() == wanted.isPresent()
        && (stored.isEmpty() || Arrays.equals(stored.get().value(), wanted.orElseThrow()));
  }

  static Key runKey(long run) {
    return Key.ofBytes(ByteBuffer.allocate(8).putLong(run).array());
  }

  private static long runId(Key key) {
    return ByteBuffer.wrap(key.toBytes()).getLong();
  }

  private static byte[] number(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  private static byte[] concat(byte[] first, byte[] second) {
    return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
  }
}
