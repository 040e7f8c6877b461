package dev.chirograph.table;

import dev.chirograph.Digest;
import dev.chirograph.Slice;
import dev.chirograph.digest.Comparison;
import dev.chirograph.spi.table.ComparableTable;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.SourceTable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Finds rows in which two tables differ: digests of ever smaller ranges, then what rows there are
 * in those that differ. Keeps the rows of one small range at a time.
 */
final class TableDiff {

  /** So many rows are worth naming one by one. */
  private static final int SMALL = 1_000;

  private static final int PARTS = 16;
  private static final int ROUND = 256;
  private static final int PAGE = 5_000;

  private final SourceTable source;
  private final ReplicaTable replica;
  private final Selection selection;
  private final TableSettings settings;

  /** Hears of differences. */
  interface Differences {

    /** Rows that the replica lacks, or has otherwise. */
    void missing(List<RowVersion> rows, Map<RowKey, RowVersion> there);

    /** Rows that only the replica has, in this range. */
    void onlyThere(List<RowVersion> rows);
  }

  TableDiff(SourceTable source, ReplicaTable replica, Selection selection, TableSettings settings) {
    this.source = source;
    this.replica = replica;
    this.selection = selection;
    this.settings = settings;
  }

  /** Everything up to the horizon. */
  Slice whole() {
    return selection.format().mark().isPresent()
        ? new Slice.Marks(Long.MIN_VALUE, selection.horizon().value())
        : Slice.Bucket.ALL;
  }

  /** The digest of everything; empty when the sides differ. */
  Optional<Digest> equal() {
    List<List<Digest>> both = digests(List.of(whole()));
    Digest mine = both.get(0).get(0);
    return mine.equals(both.get(1).get(0)) ? Optional.of(mine) : Optional.empty();
  }

  /** Both sides at once: they are different databases. */
  private List<List<Digest>> digests(List<Slice> slices) {
    CompletableFuture<List<Digest>> theirs = new CompletableFuture<>();
    Thread beside =
        settings
            .environment()
            .threads()
            .newThread(
                () -> {
                  try {
                    theirs.complete(settings.call(() -> replica.digests(selection, slices)));
                  } catch (RuntimeException | Error e) {
                    theirs.completeExceptionally(e);
                  }
                });
    beside.start();
    try {
      List<Digest> mine = settings.call(() -> source.digests(selection, slices));
      return List.of(mine, theirs.join());
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  /** Looks for all differences. */
  void find(Differences differences) {
    Comparison comparison = new Comparison(List.of(whole()), this::split, SMALL, ROUND);
    for (List<Slice> slices = comparison.next(); !slices.isEmpty(); slices = comparison.next()) {
      List<List<Digest>> both = digests(slices);
      comparison.answered(both.get(0), both.get(1));
      comparison.takeDiffering().forEach(slice -> compare(slice, differences));
    }
  }

  /** Newest versions first: that is where most changes are. */
  private List<? extends Slice> split(Slice slice, Digest mine) {
    if (slice instanceof Slice.Bucket bucket) {
      return bucket.bits() == Slice.Bucket.MAX_BITS ? List.of() : bucket.split(4);
    }
    if (slice instanceof Slice.Part part) {
      return parts(part.marks(), part.bucket());
    }
    Slice.Marks range = (Slice.Marks) slice;
    ComparableTable populated = mine.count() > 0 ? source : replica;
    List<Slice.Marks> cut =
        new ArrayList<>(settings.call(() -> populated.split(selection.format(), range, PARTS)));
    if (cut.size() < 2) {
      return parts(range, Slice.Bucket.ALL); // many rows of one version
    }
    Collections.reverse(cut);
    return cut;
  }

  private static List<Slice> parts(Slice.Marks range, Slice.Bucket bucket) {
    return bucket.bits() == Slice.Bucket.MAX_BITS
        ? List.of()
        : bucket.split(4).stream().<Slice>map(part -> new Slice.Part(range, part)).toList();
  }

  private void compare(Slice slice, Differences differences) {
    Map<RowKey, RowVersion> ours = manifest(source, slice);
    Map<RowKey, RowVersion> theirs = manifest(replica, slice);
    List<RowVersion> missing =
        ours.values().stream().filter(row -> !row.equals(theirs.get(row.key()))).toList();
    List<RowVersion> onlyThere =
        theirs.values().stream().filter(row -> !ours.containsKey(row.key())).toList();
    differences.missing(missing, theirs);
    differences.onlyThere(onlyThere);
  }

  /** All rows of a slice on one side. */
  Map<RowKey, RowVersion> manifest(ComparableTable table, Slice slice) {
    Map<RowKey, RowVersion> rows = new LinkedHashMap<>();
    Optional<RowKey> after = Optional.empty();
    List<RowVersion> page;
    do {
      Optional<RowKey> from = after;
      page = settings.call(() -> table.manifest(selection, List.of(slice), from, PAGE));
      page.forEach(row -> rows.put(row.key(), row));
      after = page.isEmpty() ? after : Optional.of(page.get(page.size() - 1).key());
    } while (page.size() == PAGE);
    return rows;
  }
}
