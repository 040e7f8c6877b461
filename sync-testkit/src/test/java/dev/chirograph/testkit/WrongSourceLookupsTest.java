package dev.chirograph.testkit;

import dev.chirograph.Slice;
import dev.chirograph.Slice.Bucket;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.SourceTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Every row is named once, and absent only when the database has said so. */
class WrongSourceLookupsTest extends WrongSources {

  static Stream<Arguments> wrongs() {
    return Stream.of(manifests(), lookups()).flatMap(one -> one);
  }

  private static Stream<Arguments> manifests() {
    return Stream.of(
        wrong(
            "TAB_3",
            "a page begins with the last row of the one before",
            t ->
                new SourceAround(t) {
                  private Optional<RowVersion> last = Optional.empty();

                  @Override
                  public List<RowVersion> manifest(
                      Selection s, List<? extends Slice> slices, Optional<RowKey> after, int n) {
                    List<RowVersion> page = new ArrayList<>(table.manifest(s, slices, after, n));
                    if (after.isPresent() && last.isPresent() && !page.isEmpty()) {
                      page.set(0, last.get());
                    }
                    last = page.isEmpty() ? last : Optional.of(page.get(page.size() - 1));
                    return page;
                  }
                }),
        wrong(
            "TAB_3",
            "pages are counted",
            t ->
                new SourceAround(t) {
                  private int seen;

                  @Override
                  public List<RowVersion> manifest(
                      Selection s, List<? extends Slice> slices, Optional<RowKey> after, int n) {
                    seen = after.isEmpty() ? 0 : seen;
                    List<RowVersion> page =
                        table.manifest(s, slices, Optional.empty(), Integer.MAX_VALUE).stream()
                            .skip(seen)
                            .limit(n)
                            .toList();
                    seen += page.size();
                    return page;
                  }
                }),
        wrong(
            "TAB_3",
            "slices but the first are forgotten",
            t ->
                new SourceAround(t) {
                  @Override
                  public List<RowVersion> manifest(
                      Selection s, List<? extends Slice> slices, Optional<RowKey> after, int n) {
                    return table.manifest(
                        s, slices.subList(0, Math.min(1, slices.size())), after, n);
                  }
                }),
        wrong(
            "TAB_3",
            "a page may end early",
            t ->
                new SourceAround(t) {
                  @Override
                  public List<RowVersion> manifest(
                      Selection s, List<? extends Slice> slices, Optional<RowKey> after, int n) {
                    return table.manifest(s, slices, after, Math.max(1, n - 1));
                  }
                }));
  }

  private static Stream<Arguments> lookups() {
    return Stream.of(
        wrong(
            "TAB_4",
            "keys are compared leniently",
            t ->
                new SourceAround(t) {
                  @Override
                  public List<Optional<Row>> rows(RowFormat format, List<RowKey> keys, long n) {
                    return table.rows(format, leniently(table, format, keys), n);
                  }
                }),
        wrong(
            "TAB_4",
            "versions are looked up leniently",
            t ->
                new SourceAround(t) {
                  @Override
                  public List<Optional<RowVersion>> find(Selection s, List<RowKey> keys) {
                    return table.find(s, leniently(table, s.format(), keys));
                  }
                }),
        wrong(
            "TAB_4",
            "what lies beyond the horizon is absent",
            t ->
                new SourceAround(t) {
                  @Override
                  public List<Optional<RowVersion>> find(Selection s, List<RowKey> keys) {
                    return table.find(s, keys).stream()
                        .map(one -> one.filter(row -> row.mark().compareTo(s.horizon()) <= 0))
                        .toList();
                  }
                }),
        wrong("TAB_4", "rows are not bounded", t -> bounded(t, bytes -> Long.MAX_VALUE)),
        wrong(
            "TAB_4",
            "no row where the first is too large",
            t ->
                new SourceAround(t) {
                  @Override
                  public List<Optional<Row>> rows(RowFormat format, List<RowKey> keys, long n) {
                    List<Optional<Row>> rows = table.rows(format, keys, n);
                    boolean large =
                        rows.stream().flatMap(Optional::stream).anyMatch(r -> r.bytes() > n);
                    return large ? List.of() : rows;
                  }
                }),
        wrong(
            "TAB_4",
            "at most a thousand keys",
            t ->
                new SourceAround(t) {
                  @Override
                  public List<Optional<RowVersion>> find(Selection s, List<RowKey> keys) {
                    return table.find(s, keys.subList(0, Math.min(1_000, keys.size())));
                  }
                }));
  }

  private static SourceTable bounded(SourceTable t, Function<Long, Long> change) {
    return new SourceAround(t) {
      @Override
      public List<Optional<Row>> rows(RowFormat format, List<RowKey> keys, long bytes) {
        return table.rows(format, keys, change.apply(bytes));
      }
    };
  }

  /** Each key, or one that a database might take for it. */
  private static List<RowKey> leniently(SourceTable table, RowFormat format, List<RowKey> keys) {
    Selection all = new Selection(format, "", Mark.LAST);
    List<RowKey> known =
        table.manifest(all, List.of(Bucket.ALL), Optional.empty(), Integer.MAX_VALUE).stream()
            .map(RowVersion::key)
            .toList();
    return keys.stream()
        .map(
            key ->
                known.contains(key)
                    ? key
                    : known.stream()
                        .filter(one -> one.text().strip().equalsIgnoreCase(key.text().strip()))
                        .findFirst()
                        .orElse(key))
        .toList();
  }
}
