package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Digest;
import dev.chirograph.Slice;
import dev.chirograph.Slice.Bucket;
import dev.chirograph.Slice.Marks;
import dev.chirograph.memory.MemoryTable;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Horizon;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.SourceTable;
import dev.chirograph.spi.table.TableShape;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A source that breaks a guarantee fails a test that is named after it. */
class WrongSourcesTest {

  /** The suite, with something wrong in front of a table that is right. */
  static final class Suite extends SourceTableConformance {
    private final Function<SourceTable, SourceTable> wrong;

    Suite(Function<SourceTable, SourceTable> wrong) {
      this.wrong = wrong;
    }

    @Override
    protected SourceTable newSource(TableShape shape) {
      return wrong.apply(MemoryTable.of(shape, ManualClock.create(), "office"));
    }

    private static MemoryTable host(SourceTable table) {
      return (MemoryTable) (table instanceof SourceAround around ? around.table : table);
    }

    @Override
    protected void put(SourceTable table, List<@Nullable String> cells) {
      host(table).put(cells.toArray(String[]::new));
    }

    @Override
    protected void remove(SourceTable table, List<@Nullable String> key) {
      host(table).remove(key.toArray(String[]::new));
    }
  }

  @Test
  void whatIsRightFailsNothing() {
    assertThat(Suites.failures(Suite.class, () -> new Suite(SourceAround::new))).isEmpty();
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("wrongs")
  void whatIsWrongFails(String guarantee, String what, Function<SourceTable, SourceTable> wrong) {
    assertThat(Suites.failures(Suite.class, () -> new Suite(wrong)))
        .anyMatch(test -> test.startsWith(guarantee));
  }

  private static Arguments wrong(
      String guarantee, String what, Function<SourceTable, SourceTable> wrong) {
    return Arguments.of(guarantee, what, wrong);
  }

  private static Row cells(Row row, Function<@Nullable String, @Nullable String> change) {
    List<@Nullable String> cells = new ArrayList<>();
    row.cells().forEach(cell -> cells.add(change.apply(cell)));
    return new Row(row.key(), row.mark(), cells, row.count());
  }

  private static Slice slice(Slice slice, Function<Marks, Marks> change) {
    return slice instanceof Marks marks ? change.apply(marks) : slice;
  }

  static Stream<Arguments> wrongs() {
    return Stream.of(rows(), digests(), manifests(), lookups(), splits(), horizons(), pages())
        .flatMap(one -> one);
  }

  private static Stream<Arguments> rows() {
    return Stream.of(
        wrong("TAB_1", "null is empty", t -> rows(t, cell -> cell == null ? "" : cell)),
        wrong("TAB_1", "empty is null", t -> rows(t, cell -> "".equals(cell) ? null : cell)),
        wrong("TAB_1", "spaces are trimmed", t -> rows(t, c -> c == null ? null : c.strip())),
        wrong(
            "TAB_1",
            "the salt does not count",
            t ->
                new SourceAround(t) {
                  @Override
                  public List<Digest> digests(Selection s, List<? extends Slice> slices) {
                    return table.digests(new Selection(s.format(), "5a17", s.horizon()), slices);
                  }
                }),
        wrong(
            "TAB_1",
            "what is ignored counts",
            t ->
                new SourceAround(t) {
                  @Override
                  public List<Digest> digests(Selection s, List<? extends Slice> slices) {
                    RowFormat f = s.format();
                    RowFormat all = new RowFormat(f.columns(), f.key(), f.mark(), Set.of());
                    return table.digests(new Selection(all, s.salt(), s.horizon()), slices);
                  }
                }),
        wrong(
            "TAB_1",
            "equal rows count once",
            t ->
                new SourceAround(t) {
                  @Override
                  public List<RowVersion> manifest(
                      Selection s, List<? extends Slice> slices, Optional<RowKey> after, int n) {
                    return table.manifest(s, slices, after, n).stream()
                        .map(row -> new RowVersion(row.key(), row.mark(), row.hash(), 1))
                        .toList();
                  }
                }));
  }

  private static SourceTable rows(
      SourceTable t, Function<@Nullable String, @Nullable String> change) {
    return new SourceAround(t) {
      @Override
      public List<Optional<Row>> rows(RowFormat format, List<RowKey> keys, long bytes) {
        return table.rows(format, keys, bytes).stream()
            .map(row -> row.map(one -> cells(one, change)))
            .toList();
      }
    };
  }

  private static SourceTable sliced(SourceTable t, Function<Slice, Slice> change) {
    return new SourceAround(t) {
      @Override
      public List<Digest> digests(Selection selection, List<? extends Slice> slices) {
        return table.digests(selection, slices.stream().map(change).toList());
      }
    };
  }

  private static Stream<Arguments> digests() {
    return Stream.of(
        wrong(
            "TAB_2",
            "a range includes its lower end",
            t ->
                sliced(
                    t,
                    one ->
                        slice(
                            one,
                            m ->
                                m.after() <= Long.MIN_VALUE + 1
                                    ? m
                                    : new Marks(m.after() - 1, m.through())))),
        wrong(
            "TAB_2",
            "a range leaves its upper end out",
            t ->
                sliced(
                    t,
                    one ->
                        slice(
                            one,
                            m ->
                                m.after() < m.through()
                                    ? new Marks(m.after(), m.through() - 1)
                                    : m))),
        wrong(
            "TAB_2",
            "a bucket is its neighbour",
            t ->
                sliced(
                    t,
                    one ->
                        one instanceof Bucket b && b.bits() > 0
                            ? new Bucket(b.bits(), b.prefix() ^ 1)
                            : one)),
        wrong(
            "TAB_2",
            "of a part only the range counts",
            t -> sliced(t, one -> one instanceof Slice.Part part ? part.marks() : one)),
        wrong(
            "TAB_2",
            "of a part only the bucket counts",
            t -> sliced(t, one -> one instanceof Slice.Part part ? part.bucket() : one)),
        wrong(
            "TAB_2",
            "the horizon does not count",
            t ->
                new SourceAround(t) {
                  @Override
                  public List<Digest> digests(Selection s, List<? extends Slice> slices) {
                    return table.digests(new Selection(s.format(), s.salt(), Mark.LAST), slices);
                  }
                }),
        wrong(
            "TAB_2",
            "each digest is of a moment of its own",
            t ->
                new SourceAround(t) {
                  @Override
                  public List<Digest> digests(Selection s, List<? extends Slice> slices) {
                    List<Digest> answers = new ArrayList<>();
                    for (Slice one : slices) {
                      LockSupport.parkNanos(50_000); // so that others may write
                      answers.addAll(table.digests(s, List.of(one)));
                    }
                    return answers;
                  }
                }),
        wrong(
            "TAB_2",
            "digests come in another order",
            t ->
                new SourceAround(t) {
                  @Override
                  public List<Digest> digests(Selection s, List<? extends Slice> slices) {
                    List<Digest> answers = new ArrayList<>(table.digests(s, slices));
                    Collections.reverse(answers);
                    return answers;
                  }
                }));
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
