package dev.chirograph.testkit;

import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.WriteLimits;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** A write is made as a whole with its cursor, and twice is once. */
class WrongReplicaWritesTest extends WrongReplicas {

  static Stream<Arguments> wrongs() {
    return Stream.of(wholes(), puts()).flatMap(one -> one);
  }

  private static Stream<Arguments> wholes() {
    return Stream.of(
        wrong("TAB_8", "cursors are forgotten", t -> writing(t, w -> with(w, Optional.empty()))),
        wrong(
            "TAB_8",
            "a write without a cursor takes it away",
            t ->
                new ReplicaAround(t) {
                  private Optional<Cursor> last = Optional.empty();

                  @Override
                  public List<Outcome> write(Write w) {
                    List<Outcome> outcomes = table.write(w);
                    last = w.cursor();
                    return outcomes;
                  }

                  @Override
                  public Optional<Cursor> cursor() {
                    return last;
                  }
                }),
        wrong(
            "TAB_8",
            "the cursor comes first",
            t ->
                new ReplicaAround(t) {
                  @Override
                  public List<Outcome> write(Write w) {
                    table.write(
                        new Write(
                            w.fence(), w.format(), w.salt(), List.of(), List.of(), w.cursor()));
                    return table.write(w);
                  }
                }),
        wrong(
            "TAB_8",
            "deletes come first",
            t ->
                new ReplicaAround(t) {
                  @Override
                  public List<Outcome> write(Write w) {
                    List<Outcome> outcomes =
                        table.write(
                            new Write(
                                w.fence(),
                                w.format(),
                                w.salt(),
                                List.of(),
                                w.deletes(),
                                Optional.empty()));
                    table.write(
                        new Write(
                            w.fence(), w.format(), w.salt(), w.puts(), List.of(), w.cursor()));
                    return outcomes;
                  }
                }),
        wrong("TAB_8", "row by row", WrongReplicaWritesTest::rowByRow),
        wrong(
            "TAB_8",
            "limits are for others",
            t ->
                new ReplicaAround(t) {
                  @Override
                  public WriteLimits limits() {
                    return new WriteLimits(1_000, 1 << 20);
                  }
                }),
        wrong(
            "TAB_8",
            "the key of a cursor is cut off",
            t -> keepingKeys(t, key -> key.text().length() < 256)),
        wrong(
            "TAB_8",
            "an empty key of a cursor is none",
            t -> keepingKeys(t, key -> !key.text().isEmpty())),
        wrong(
            "TAB_8",
            "another error",
            t ->
                new ReplicaAround(t) {
                  @Override
                  public List<Outcome> write(Write w) {
                    try {
                      return table.write(w);
                    } catch (SyncException e) {
                      throw new SyncException(SyncException.Kind.UNAVAILABLE, "broken");
                    }
                  }
                }),
        wrong(
            "TAB_11",
            "cursors are shared",
            t ->
                new ReplicaAround(t) {
                  @Override
                  public Optional<Cursor> cursor() {
                    return Optional.of(new Cursor(Mark.FIRST, Optional.empty(), "shared"));
                  }
                }));
  }

  private static ReplicaTable keepingKeys(ReplicaTable t, Predicate<RowKey> kept) {
    return new ReplicaAround(t) {
      @Override
      public Optional<Cursor> cursor() {
        return table.cursor().map(c -> new Cursor(c.mark(), c.key().filter(kept), c.incarnation()));
      }
    };
  }

  private static ReplicaTable rowByRow(ReplicaTable t) {
    return new ReplicaAround(t) {
      @Override
      public List<Outcome> write(Write w) {
        for (Row row : w.puts()) {
          table.write(
              new Write(
                  w.fence(), w.format(), w.salt(), List.of(row), List.of(), Optional.empty()));
        }
        return table.write(with(w, List.of()));
      }
    };
  }

  private static Stream<Arguments> puts() {
    return Stream.of(
        wrong(
            "TAB_10",
            "an older version is not written",
            t ->
                new ReplicaAround(t) {
                  @Override
                  public List<Outcome> write(Write w) {
                    Selection all = new Selection(w.format(), w.salt(), Mark.LAST);
                    List<Row> newer =
                        w.puts().stream()
                            .filter(
                                row ->
                                    table
                                        .find(all, List.of(row.key()))
                                        .get(0)
                                        .filter(is -> is.mark().compareTo(row.mark()) > 0)
                                        .isEmpty())
                            .toList();
                    return table.write(with(w, newer));
                  }
                }),
        wrong(
            "TAB_10",
            "what is there already is not written",
            t ->
                new ReplicaAround(t) {
                  @Override
                  public List<Outcome> write(Write w) {
                    Selection all = new Selection(w.format(), w.salt(), Mark.LAST);
                    List<Row> fresh =
                        w.puts().stream()
                            .filter(row -> table.find(all, List.of(row.key())).get(0).isEmpty())
                            .toList();
                    return table.write(with(w, fresh));
                  }
                }),
        wrong(
            "TAB_10",
            "rows without key are added",
            t ->
                writing(
                    t,
                    w ->
                        w.format().key().isEmpty()
                            ? with(w, w.puts().stream().map(row -> added(t, w, row)).toList())
                            : w)));
  }

  private static Row added(ReplicaTable table, Write w, Row row) {
    long before =
        table
            .rows(w.format(), List.of(row.key()), Long.MAX_VALUE)
            .get(0)
            .map(Row::count)
            .orElse(0L);
    return new Row(row.key(), row.mark(), row.cells(), row.count() + before);
  }
}
