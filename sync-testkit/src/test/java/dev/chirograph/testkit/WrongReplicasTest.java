package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Guard;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.memory.MemoryTable;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.TableShape;
import dev.chirograph.spi.table.WriteLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A replica that breaks a guarantee fails a test that is named after it. */
class WrongReplicasTest {

  /** The suite, with something wrong in front of a table that is right. */
  static final class Suite extends ReplicaTableConformance {
    private final ManualClock clock = ManualClock.create();
    private final UnaryOperator<ReplicaTable> wrong;

    Suite(UnaryOperator<ReplicaTable> wrong) {
      this.wrong = wrong;
    }

    private MemoryTable table(TableShape shape) {
      return MemoryTable.of(shape, clock, "cloud").limit(new WriteLimits(5_000, 1 << 24));
    }

    @Override
    protected ReplicaTable newReplica(TableShape shape) {
      return wrong.apply(table(shape));
    }

    @Override
    protected ReplicaTable newReplica(TableShape shape, String unique) {
      return wrong.apply(table(shape).unique(unique));
    }

    @Override
    protected ReplicaTable reopened(ReplicaTable table) {
      return table instanceof ReplicaAround around ? wrong.apply(around.table) : table;
    }

    @Override
    protected void advance(Duration time) {
      clock.advance(time);
    }
  }

  @Test
  void whatIsRightFailsNothing() {
    assertThat(Suites.failures(Suite.class, () -> new Suite(ReplicaAround::new))).isEmpty();
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("wrongs")
  void whatIsWrongFails(String guarantee, String what, UnaryOperator<ReplicaTable> wrong) {
    assertThat(Suites.failures(Suite.class, () -> new Suite(wrong)))
        .anyMatch(test -> test.startsWith(guarantee));
  }

  private static Arguments wrong(String guarantee, String what, UnaryOperator<ReplicaTable> wrong) {
    return Arguments.of(guarantee, what, wrong);
  }

  static Stream<Arguments> wrongs() {
    return Stream.of(fences(), wholes(), deletes(), puts()).flatMap(one -> one);
  }

  private static ReplicaTable writing(ReplicaTable t, UnaryOperator<Write> change) {
    return new ReplicaAround(t) {
      @Override
      public List<Outcome> write(Write write) {
        return table.write(change.apply(write));
      }
    };
  }

  private static ReplicaTable deleting(
      ReplicaTable t, Function<ReplicaTable, Function<Write, List<RowVersion>>> change) {
    return new ReplicaAround(t) {
      @Override
      public List<Outcome> write(Write w) {
        return table.write(
            new Write(
                w.fence(),
                w.format(),
                w.salt(),
                w.puts(),
                change.apply(table).apply(w),
                w.cursor()));
      }
    };
  }

  private static Write with(Write w, List<Row> puts) {
    return new Write(w.fence(), w.format(), w.salt(), puts, w.deletes(), w.cursor());
  }

  private static Write with(Write w, Optional<Cursor> cursor) {
    return new Write(w.fence(), w.format(), w.salt(), w.puts(), w.deletes(), cursor);
  }

  private static Stream<Arguments> fences() {
    return Stream.of(
        wrong(
            "TAB_8",
            "any fence will do",
            t ->
                new ReplicaAround(t) {
                  private long last;

                  @Override
                  public Optional<Long> lease(String agent, Duration duration) {
                    Optional<Long> given = table.lease(agent, duration);
                    last = given.orElse(last);
                    return given;
                  }

                  @Override
                  public List<Outcome> write(Write w) {
                    return table.write(
                        new Write(last, w.format(), w.salt(), w.puts(), w.deletes(), w.cursor()));
                  }
                }),
        wrong(
            "TAB_8",
            "everybody gets the lease",
            t ->
                new ReplicaAround(t) {
                  @Override
                  public Optional<Long> lease(String agent, Duration duration) {
                    return table.lease("anybody", duration);
                  }
                }),
        wrong(
            "TAB_8",
            "a lease never ends",
            t ->
                new ReplicaAround(t) {
                  @Override
                  public Optional<Long> lease(String agent, Duration duration) {
                    return table.lease(agent, Duration.ofDays(1_000));
                  }
                }),
        wrong(
            "TAB_8",
            "a lease ends too early",
            t ->
                new ReplicaAround(t) {
                  @Override
                  public Optional<Long> lease(String agent, Duration duration) {
                    return table.lease(agent, duration.dividedBy(3));
                  }
                }),
        wrong(
            "TAB_8",
            "asking again extends nothing",
            t ->
                new ReplicaAround(t) {
                  private Optional<Long> held = Optional.empty();
                  private int asked;

                  @Override
                  public Optional<Long> lease(String agent, Duration duration) {
                    if (agent.equals("suite") && asked++ > 0) {
                      return held;
                    }
                    held = table.lease(agent, duration);
                    return held;
                  }
                }),
        wrong(
            "TAB_8",
            "nothing is given back",
            t ->
                new ReplicaAround(t) {
                  @Override
                  public void release(long fence) {}
                }),
        wrong(
            "TAB_8",
            "anybody gives it back",
            t ->
                new ReplicaAround(t) {
                  private long last;

                  @Override
                  public Optional<Long> lease(String agent, Duration duration) {
                    Optional<Long> given = table.lease(agent, duration);
                    last = given.orElse(last);
                    return given;
                  }

                  @Override
                  public void release(long fence) {
                    table.release(last);
                  }
                }),
        wrong(
            "TAB_8",
            "fences count downwards",
            t ->
                new ReplicaAround(t) {
                  @Override
                  public Optional<Long> lease(String agent, Duration duration) {
                    return table.lease(agent, duration).map(fence -> 1_000 - fence);
                  }

                  @Override
                  public void release(long fence) {
                    table.release(1_000 - fence);
                  }

                  @Override
                  public List<Outcome> write(Write w) {
                    return table.write(
                        new Write(
                            1_000 - w.fence(),
                            w.format(),
                            w.salt(),
                            w.puts(),
                            w.deletes(),
                            w.cursor()));
                  }
                }));
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
        wrong("TAB_8", "row by row", WrongReplicasTest::rowByRow),
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
            t ->
                new ReplicaAround(t) {
                  @Override
                  public Optional<Cursor> cursor() {
                    return table
                        .cursor()
                        .map(
                            c ->
                                new Cursor(
                                    c.mark(),
                                    c.key().filter(k -> k.text().length() < 256),
                                    c.incarnation()));
                  }
                }),
        wrong(
            "TAB_8",
            "an empty key of a cursor is none",
            t ->
                new ReplicaAround(t) {
                  @Override
                  public Optional<Cursor> cursor() {
                    return table
                        .cursor()
                        .map(
                            c ->
                                new Cursor(
                                    c.mark(),
                                    c.key().filter(k -> !k.text().isEmpty()),
                                    c.incarnation()));
                  }
                }),
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

  private static Stream<Arguments> deletes() {
    return Stream.of(
        wrong(
            "TAB_9",
            "deletes whatever is there",
            t -> deleting(t, table -> w -> now(table, w, (seen, is) -> is))),
        wrong(
            "TAB_9",
            "the hash does not count",
            t ->
                deleting(
                    t,
                    table ->
                        w ->
                            now(
                                table,
                                w,
                                (seen, is) -> is.mark().equals(seen.mark()) ? is : seen))),
        wrong(
            "TAB_9",
            "the version does not count",
            t ->
                deleting(
                    t,
                    table ->
                        w -> now(table, w, (seen, is) -> is.hash() == seen.hash() ? is : seen))),
        wrong(
            "TAB_9",
            "the number does not count",
            t ->
                deleting(
                    t,
                    table ->
                        w ->
                            now(
                                table,
                                w,
                                (seen, is) ->
                                    new RowVersion(
                                        seen.key(), seen.mark(), seen.hash(), is.count())))),
        wrong("TAB_9", "nothing is deleted", t -> deleting(t, table -> w -> List.of())),
        wrong(
            "TAB_9",
            "every delete was done",
            t ->
                new ReplicaAround(t) {
                  @Override
                  public List<Outcome> write(Write w) {
                    table.write(w);
                    return Collections.nCopies(w.deletes().size(), Outcome.deleted(Guard.ATOMIC));
                  }
                }),
        wrong(
            "TAB_9",
            "outcomes come in another order",
            t ->
                new ReplicaAround(t) {
                  @Override
                  public List<Outcome> write(Write w) {
                    List<Outcome> outcomes = new ArrayList<>(table.write(w));
                    Collections.reverse(outcomes);
                    return outcomes;
                  }
                }),
        wrong(
            "TAB_9",
            "deletes come after puts",
            t ->
                new ReplicaAround(t) {
                  @Override
                  public List<Outcome> write(Write w) {
                    List<Outcome> outcomes = table.write(w);
                    List<RowVersion> put =
                        w.puts().stream()
                            .filter(
                                row ->
                                    w.deletes().stream().anyMatch(d -> d.key().equals(row.key())))
                            .map(row -> TableSubject.version(w.format(), w.salt(), row))
                            .toList();
                    if (!put.isEmpty()) {
                      table.write(
                          new Write(
                              w.fence(), w.format(), w.salt(), List.of(), put, Optional.empty()));
                    }
                    return outcomes;
                  }
                }));
  }

  /** What is seen of a row, given what a delete says and what there is. */
  private interface Seen {
    RowVersion of(RowVersion seen, RowVersion is);
  }

  private static List<RowVersion> now(ReplicaTable table, Write w, Seen seen) {
    Selection all = new Selection(w.format(), w.salt(), Mark.LAST);
    return w.deletes().stream()
        .map(
            one ->
                table.find(all, List.of(one.key())).get(0).map(is -> seen.of(one, is)).orElse(one))
        .toList();
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
