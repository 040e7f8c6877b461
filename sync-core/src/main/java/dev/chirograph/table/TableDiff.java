package dev.chirograph.table;

import dev.chirograph.Digest;
import dev.chirograph.Slice;
import dev.chirograph.digest.Comparison;
import dev.chirograph.spi.table.ComparableTable;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Finds rows in which two tables differ: digests of ever smaller slices, then what rows there are
 * in those that differ. Keeps the manifests of a few thousand rows at a time.
 */
final class TableDiff {

  /** So many rows are worth naming one by one. */
  private static final int SMALL = 128;

  /** So many rows are meant to be in one slice of a large one: naming them costs little. */
  private static final int ROWS_PER_SLICE = 250;

  /** Up to so many are named as they are where most slices differ: cutting them finds little. */
  private static final int DENSE = 2_000;

  /** Ranges of so many rows at most are cut by the hashes of keys, which needs no look at them. */
  private static final int RANGE = 4_096;

  private static final int PARTS = 16;
  private static final int PARTS_BITS = 4;
  private static final int PAGE = 5_000;

  private final TableContext context;
  private final Selection mine;
  private final Selection theirs;
  private final Pace.Keeper pace;
  private final Map<Slice, Digest> others = new HashMap<>();
  private boolean dense;

  /** Hears of differences. */
  interface Differences {

    /**
     * Rows that the replica lacks, or has otherwise.
     *
     * @param there those that it has
     */
    void missing(List<RowVersion> rows, Map<RowKey, RowVersion> there);

    /** Rows that only the replica has in these slices; the source may have them elsewhere. */
    void onlyThere(List<RowVersion> rows);
  }

  /**
   * What became of the slices that were compared.
   *
   * @param equal the digest of all that was found equal, in slices as small as were asked for
   * @param differing the smallest slices that were not, which are all the rest
   */
  record Piece(Digest equal, List<Slice> differing) {}

  private record Both(List<Digest> here, List<Digest> there) {

    int differing() {
      int number = 0;
      for (int i = 0; i < here.size(); i++) {
        number += here.get(i).equals(there.get(i)) ? 0 : 1;
      }
      return number;
    }

    Digest equal() {
      Digest all = Digest.EMPTY;
      for (int i = 0; i < here.size(); i++) {
        all = here.get(i).equals(there.get(i)) ? all.plus(here.get(i)) : all;
      }
      return all;
    }
  }

  private record Manifests(Map<RowKey, RowVersion> here, Map<RowKey, RowVersion> there) {}

  TableDiff(TableContext context, Selection mine, Selection theirs, Pace.Keeper pace) {
    this.context = context;
    this.mine = mine;
    this.theirs = theirs;
    this.pace = pace;
  }

  // ---- slices

  /** Everything up to a value of the column of ranges, and the horizon. */
  Slice below(long through) {
    if (mine.format().range().isEmpty()) {
      return Slice.Bucket.ALL;
    }
    long last =
        mine.format().mark().isPresent() ? Math.min(through, mine.horizon().value()) : through;
    return new Slice.Marks(Long.MIN_VALUE, last);
  }

  /** Cuts a slice into parts of so many rows, newest first; buckets stay whole. */
  List<Slice> parts(Slice slice, long rows, long each) {
    long parts = Math.min(most(), (rows + each - 1) / each);
    return slice instanceof Slice.Marks range && parts > 1
        ? new ArrayList<>(ranges(range, (int) parts, true))
        : List.of(slice);
  }

  private int most() {
    return Math.min(context.source().slices(), context.replica().slices());
  }

  private List<Slice.Marks> ranges(Slice.Marks range, int parts, boolean here) {
    List<Slice.Marks> cut =
        new ArrayList<>(
            context.call(
                () ->
                    here
                        ? context.source().split(mine.format(), range, parts)
                        : context.replica().split(theirs.format(), range, parts)));
    Collections.reverse(cut);
    return cut;
  }

  /** Few rows into few parts, many into many: the next look at them has to tell where. */
  private List<? extends Slice> split(Slice slice, Digest digest) {
    long there = others.getOrDefault(slice, Digest.EMPTY).count();
    long rows = Math.max(digest.count(), there);
    if (dense && rows <= DENSE) {
      return List.of();
    }
    int parts = (int) Math.max(PARTS, Math.min(most(), rows / ROWS_PER_SLICE));
    if (slice instanceof Slice.Bucket bucket) {
      int more = Integer.SIZE - Integer.numberOfLeadingZeros(parts - 1);
      return bucket.bits() == Slice.Bucket.MAX_BITS ? List.of() : bucket.split(more);
    }
    if (slice instanceof Slice.Part part) {
      return parts(part.marks(), part.bucket());
    }
    Slice.Marks range = (Slice.Marks) slice;
    if (rows <= RANGE) {
      return parts(range, Slice.Bucket.ALL);
    }
    List<Slice.Marks> cut = ranges(range, parts, digest.count() >= there);
    return cut.size() > 1 ? cut : parts(range, Slice.Bucket.ALL); // many rows of one version
  }

  private static List<Slice> parts(Slice.Marks range, Slice.Bucket bucket) {
    return bucket.bits() == Slice.Bucket.MAX_BITS
        ? List.of()
        : bucket.split(PARTS_BITS).stream()
            .<Slice>map(part -> new Slice.Part(range, part))
            .toList();
  }

  // ---- comparing

  /** Compares slices that share no row; tells of every difference. */
  Piece compare(List<? extends Slice> slices, Differences differences) {
    int round =
        Math.max(slices.size(), Math.min(context.source().slices(), context.replica().slices()));
    Comparison comparison = new Comparison(slices, this::split, SMALL, round);
    Digest equal = Digest.EMPTY;
    List<Slice> differing = new ArrayList<>();
    for (List<Slice> asked = comparison.next(); !asked.isEmpty(); asked = comparison.next()) {
      Both both = digests(asked);
      equal = equal.plus(both.equal());
      dense = asked.size() >= PARTS && 2 * both.differing() >= asked.size();
      others.clear();
      for (int i = 0; i < asked.size(); i++) {
        others.put(asked.get(i), both.there.get(i));
      }
      comparison.answered(both.here, both.there);
      List<Comparison.Difference> small = comparison.takeDiffering();
      small.forEach(one -> differing.add(one.slice()));
      exchange(small, differences);
    }
    return new Piece(equal, differing);
  }

  /** Whether both sides have the same rows in a slice. */
  boolean isEqual(Slice slice) {
    return digests(List.of(slice)).differing() == 0;
  }

  /** Both sides at once: they are different databases. */
  private Both digests(List<Slice> slices) {
    Both both =
        Beside.both(
            context.settings().environment(),
            () -> context.call(() -> context.source().digests(mine, slices)),
            () -> context.call(() -> context.replica().digests(theirs, slices)),
            Both::new);
    pace.rows(both.here.stream().mapToLong(Digest::count).sum());
    return both;
  }

  /** Fetches manifests of slices, of so many at once that they stay small. */
  private void exchange(List<Comparison.Difference> all, Differences differences) {
    List<Slice> batch = new ArrayList<>();
    long rows = 0;
    for (Comparison.Difference one : all) {
      if (!batch.isEmpty() && rows + one.items() > PAGE) {
        exchangeBatch(batch, differences);
        batch.clear();
        rows = 0;
      }
      batch.add(one.slice());
      rows += one.items();
    }
    if (!batch.isEmpty()) {
      exchangeBatch(batch, differences);
    }
  }

  private void exchangeBatch(List<Slice> slices, Differences differences) {
    List<Slice> asked = List.copyOf(slices);
    Manifests both =
        Beside.both(
            context.settings().environment(),
            () -> manifest(context.source(), mine, asked),
            () -> manifest(context.replica(), theirs, asked),
            Manifests::new);
    Map<RowKey, RowVersion> ours = both.here();
    Map<RowKey, RowVersion> there = both.there();
    List<RowVersion> missing =
        ours.values().stream().filter(row -> !row.equals(there.get(row.key()))).toList();
    List<RowVersion> onlyThere =
        there.values().stream().filter(row -> !ours.containsKey(row.key())).toList();
    if (!missing.isEmpty()) {
      differences.missing(missing, there);
    }
    if (!onlyThere.isEmpty()) {
      differences.onlyThere(onlyThere);
    }
  }

  private Map<RowKey, RowVersion> manifest(
      ComparableTable table, Selection selection, List<Slice> slices) {
    Map<RowKey, RowVersion> rows = new LinkedHashMap<>();
    pages(
        after -> table.manifest(selection, slices, after, PAGE),
        page -> page.forEach(row -> rows.put(row.key(), row)));
    return rows;
  }

  private void pages(
      Function<Optional<RowKey>, List<RowVersion>> read, Consumer<List<RowVersion>> each) {
    Optional<RowKey> after = Optional.empty();
    List<RowVersion> page;
    do {
      Optional<RowKey> from = after;
      page = context.call(() -> read.apply(from));
      if (!page.isEmpty()) {
        after = Optional.of(page.get(page.size() - 1).key());
        each.accept(page);
      }
    } while (page.size() == PAGE);
  }

  /** Tells of all rows that the replica has beyond the horizon. */
  void beyond(Differences differences) {
    if (mine.format().mark().isEmpty() || mine.horizon().value() == Long.MAX_VALUE) {
      return;
    }
    Slice.Marks range = new Slice.Marks(mine.horizon().value(), Long.MAX_VALUE);
    Selection all = new Selection(theirs.format(), theirs.salt(), Mark.LAST);
    pages(
        after -> context.replica().manifest(all, List.of(range), after, PAGE),
        differences::onlyThere);
  }
}
