package dev.chirograph.reconcile;

import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.partitioningBy;
import static java.util.stream.Collectors.toList;

import dev.chirograph.Key;
import dev.chirograph.KeyRange;
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
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs, their tallies and the folders they saw, in a state store. */
final class RunStore {

  private static final Logger LOG = LoggerFactory.getLogger(RunStore.class);

  private static final String RUNS = "reconcile-runs";
  private static final String OPEN = "reconcile-open";
  private static final String TALLIES = "reconcile-tallies";
  private static final String FOLDERS = "reconcile-folders";

  /** Every state store takes records of 64 KiB; lists in a record stay well below. */
  private static final int LIST_BYTES = 32_000;

  /** Folders in one record: with the longest keys they take less than 64 KiB. */
  private static final int FOLDERS_TOGETHER = 40;

  private static final int ERROR_LENGTH = 300;

  private final Records records;

  RunStore(StateStore state, Engine<?> engine) {
    this.records = new Records(state, engine);
  }

  // ---- runs: those that have not ended are marked, so that looking after them reads no others

  /** Keeps a new run; answers whether its id was free. */
  boolean create(RunRecord run) {
    byte[] bytes = run.toBytes();
    records.change(OPEN, runKey(run.id()), old -> Optional.of(new byte[] {1}));
    records.change(RUNS, runKey(run.id()), old -> old.isPresent() ? old : Optional.of(bytes));
    return records
        .get(RUNS, runKey(run.id()))
        .filter(stored -> Arrays.equals(stored.value(), bytes))
        .isPresent();
  }

  Optional<RunRecord> read(long run) {
    return records.get(RUNS, runKey(run)).map(stored -> RunRecord.of(stored.value()));
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
    records.change(
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
    for (Stored mark : records.scan(OPEN, KeyRange.all())) {
      Optional<RunRecord> run = records.get(RUNS, mark.key()).flatMap(RunStore::legible);
      if (run.isPresent() && run.get().phase().ended()) {
        records.change(OPEN, mark.key(), old -> Optional.empty());
      } else {
        run.ifPresent(runs::add); // without a record it is about to be created, or never was
      }
    }
    return runs;
  }

  /** A record that cannot be read keeps no other run from being looked after, or forgotten. */
  private static Optional<RunRecord> legible(Stored stored) {
    try {
      return Optional.of(RunRecord.of(stored.value()));
    } catch (SyncException e) {
      LOG.warn("run {} is left alone, its record cannot be read", runId(stored.key()), e);
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
    return records.select(RUNS, KeyRange.all(), stored -> legible(stored).filter(which));
  }

  /** Removes all that is kept of a run. */
  void forget(long run) {
    for (String space : List.of(TALLIES, FOLDERS)) {
      clear(space, runKey(run));
    }
    records.change(OPEN, runKey(run), old -> Optional.empty());
    records.change(RUNS, runKey(run), old -> Optional.empty());
  }

  private void clear(String space, Key prefix) {
    records
        .scan(space, KeyRange.prefix(prefix))
        .forEach(stored -> records.change(space, stored.key(), old -> Optional.empty()));
  }

  // ---- tallies: one record for each run and worker, so that workers never wait for each other

  /** What one worker counted for one run. */
  record TallyRecord(Map<Tally.Count, Long> counts, List<Report.Trouble> failures) {}

  void addTally(long run, String worker, Tally tally, List<Report.Trouble> failures) {
    Key key = Key.ofBytes(concat(runKey(run).toBytes(), Key.utf8(worker).toBytes()));
    records.change(
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
    return records.scan(TALLIES, KeyRange.prefix(runKey(run))).stream()
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
      records.change(FOLDERS, Key.ofBytes(concat(prefix, number(from))), old -> Optional.of(bytes));
    }
  }

  /** The folders of a range, as whoever closed it saw them. */
  Folders.Edges folders(long run, int range, long fence) {
    byte[] prefix = folderPrefix(run, range, fence);
    List<FoldersRecord> parts =
        records.scan(FOLDERS, KeyRange.prefix(Key.ofBytes(prefix))).stream()
            .map(stored -> RunRecord.read(stored.value(), FoldersRecord.class))
            .toList();
    Map<Boolean, List<Folders.Seen>> seen =
        parts.stream()
            .flatMap(record -> record.folders().stream())
            .collect(partitioningBy(FolderRecord::inner, mapping(FolderRecord::seen, toList())));
    return new Folders.Edges(
        seen.getOrDefault(true, List.of()),
        parts.stream().mapToLong(FoldersRecord::number).sum(),
        seen.getOrDefault(false, List.of()));
  }

  private static byte[] folderPrefix(long run, int range, long fence) {
    return ByteBuffer.allocate(20).putLong(run).putInt(range).putLong(fence).array();
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
