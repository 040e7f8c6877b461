package dev.chirograph.testkit;

import dev.chirograph.Slice.Marks;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Horizon;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.SourceTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Ranges, horizons and pages are in the order of versions and leave nothing out. */
class WrongSourceOrderTest extends WrongSources {

  static Stream<Arguments> wrongs() {
    return Stream.of(splits(), horizons(), pages()).flatMap(one -> one);
  }

  private static SourceTable cut(SourceTable t, Function<List<Marks>, List<Marks>> change) {
    return new SourceAround(t) {
      @Override
      public List<Marks> split(RowFormat format, Marks range, int parts) {
        return change.apply(table.split(format, range, parts));
      }
    };
  }

  private static Stream<Arguments> splits() {
    return Stream.of(
        wrong("TAB_5", "the last part is missing", t -> cut(t, p -> p.subList(0, p.size() - 1))),
        wrong("TAB_5", "nothing is cut", t -> cut(t, p -> List.of(whole(p)))),
        wrong(
            "TAB_5",
            "parts overlap",
            t ->
                cut(
                    t,
                    p ->
                        p.size() < 2
                            ? p
                            : List.of(p.get(0), new Marks(p.get(0).after(), whole(p).through())))),
        wrong(
            "TAB_5",
            "it is cut in the middle, wherever rows are",
            t ->
                cut(
                    t,
                    p -> {
                      Marks all = whole(p);
                      long middle = all.after() / 2 + all.through() / 2;
                      return middle <= all.after() || middle >= all.through()
                          ? List.of(all)
                          : List.of(
                              new Marks(all.after(), middle), new Marks(middle, all.through()));
                    })));
  }

  private static Marks whole(List<Marks> parts) {
    return new Marks(parts.get(0).after(), parts.get(parts.size() - 1).through());
  }

  private static SourceTable horizon(SourceTable t, Function<SourceTable, Mark> mark) {
    return new SourceAround(t) {
      @Override
      public Horizon horizon() {
        return new Horizon(mark.apply(table), Horizon.Proof.ONE_WRITER, Duration.ZERO);
      }
    };
  }

  private static Stream<Arguments> horizons() {
    return Stream.of(
        wrong("TAB_6", "everything is certain", t -> horizon(t, table -> Mark.LAST)),
        wrong(
            "TAB_6",
            "an empty table is certain",
            t -> horizon(t, table -> table.info().last().orElse(Mark.LAST))),
        wrong("TAB_6", "nothing is ever certain", t -> horizon(t, table -> Mark.FIRST)));
  }

  private static Stream<Arguments> pages() {
    return Stream.of(
        wrong(
            "TAB_7",
            "going on after a version",
            t ->
                new SourceAround(t) {
                  @Override
                  public List<Row> after(
                      RowFormat f, Optional<Cursor> after, Mark through, int n, long bytes) {
                    return table.after(
                        f,
                        after.map(c -> new Cursor(c.mark(), Optional.empty(), c.incarnation())),
                        through,
                        n,
                        bytes);
                  }
                }),
        wrong(
            "TAB_7",
            "later versions come, too",
            t ->
                new SourceAround(t) {
                  @Override
                  public List<Row> after(
                      RowFormat f, Optional<Cursor> after, Mark through, int n, long bytes) {
                    return table.after(f, after, Mark.LAST, n, bytes);
                  }
                }),
        wrong(
            "TAB_7",
            "pages are not bounded by bytes",
            t ->
                new SourceAround(t) {
                  @Override
                  public List<Row> after(
                      RowFormat f, Optional<Cursor> after, Mark through, int n, long bytes) {
                    return table.after(f, after, through, n, Long.MAX_VALUE);
                  }
                }),
        wrong(
            "TAB_7",
            "pages are not bounded",
            t ->
                new SourceAround(t) {
                  @Override
                  public List<Row> after(
                      RowFormat f, Optional<Cursor> after, Mark through, int n, long bytes) {
                    return table.after(f, after, through, n + 1, bytes);
                  }
                }),
        wrong(
            "TAB_7",
            "a page without a row where the first is too large",
            t ->
                new SourceAround(t) {
                  @Override
                  public List<Row> after(
                      RowFormat f, Optional<Cursor> after, Mark through, int n, long bytes) {
                    List<Row> page = table.after(f, after, through, n, bytes);
                    return page.size() == 1 && page.get(0).bytes() > bytes ? List.of() : page;
                  }
                }),
        wrong(
            "TAB_7",
            "in the order of keys",
            t ->
                new SourceAround(t) {
                  @Override
                  public List<Row> after(
                      RowFormat f, Optional<Cursor> after, Mark through, int n, long bytes) {
                    List<Row> page = new ArrayList<>(table.after(f, after, through, n, bytes));
                    page.sort((a, b) -> a.key().text().compareTo(b.key().text()));
                    return page;
                  }
                }));
  }
}
