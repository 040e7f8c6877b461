package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Digest;
import dev.chirograph.Slice;
import dev.chirograph.Slice.Bucket;
import dev.chirograph.Slice.Marks;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.SourceTable;
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
import org.junit.jupiter.params.provider.Arguments;

/** Rows, hashes and digests are as a format says, and digests add up. */
class WrongSourceDigestsTest extends WrongSources {

  @Test
  void whatIsRightFailsNothing() {
    assertThat(Suites.failures(Suite.class, () -> new Suite(SourceAround::new))).isEmpty();
  }

  static Stream<Arguments> wrongs() {
    return Stream.of(rows(), digests()).flatMap(one -> one);
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

  private static Row cells(Row row, Function<@Nullable String, @Nullable String> change) {
    List<@Nullable String> cells = new ArrayList<>();
    row.cells().forEach(cell -> cells.add(change.apply(cell)));
    return new Row(row.key(), row.mark(), cells, row.count());
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

  private static SourceTable sliced(SourceTable t, Function<Slice, Slice> change) {
    return new SourceAround(t) {
      @Override
      public List<Digest> digests(Selection selection, List<? extends Slice> slices) {
        return table.digests(selection, slices.stream().map(change).toList());
      }
    };
  }

  private static Slice slice(Slice slice, Function<Marks, Marks> change) {
    return slice instanceof Marks marks ? change.apply(marks) : slice;
  }
}
