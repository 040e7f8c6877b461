package dev.chirograph.testkit;

import dev.chirograph.Guard;
import dev.chirograph.Outcome;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** A row is deleted only as it was seen. */
class WrongReplicaDeletesTest extends WrongReplicas {

  static Stream<Arguments> wrongs() {
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
}
