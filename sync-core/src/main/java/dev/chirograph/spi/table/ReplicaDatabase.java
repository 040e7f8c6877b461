package dev.chirograph.spi.table;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The tables of a database that is brought into agreement; one tenant's, where it has several. */
public interface ReplicaDatabase {

  /**
   * What all its tables are like.
   *
   * @param tag changes whenever one of them has been written to, or has another shape
   * @param tables what each is like, as far as its writes tell: somebody who changes rows past this
   *     interface is found by comparing
   */
  record State(String tag, List<TableInfo> tables) {
    public State {
      Objects.requireNonNull(tag, "tag");
      tables = List.copyOf(tables);
    }
  }

  /**
   * What its tables are like, asked for with a number of statements that does not grow with them or
   * with their rows.
   *
   * @param known the tag of an earlier answer
   * @return empty when nothing has changed since
   */
  Optional<State> state(Optional<String> known);

  /**
   * One of its tables.
   *
   * @throws dev.chirograph.SyncException of kind NOT_FOUND when there is no such table
   */
  ReplicaTable table(String name);
}
