package dev.chirograph.table;

import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Counts differences and does nothing about them. */
final class Census implements TableDiff.Differences {

  private static final int EXAMPLES = 100;

  private final Lookup source;
  private final List<TablePlan.Example> examples = new ArrayList<>();
  private long missing;
  private long changed;
  private long moved;
  private long deletes;

  Census(TableContext context, Selection selection) {
    this.source = new Lookup(context.source(), selection, context);
  }

  @Override
  public void missing(List<RowVersion> rows, Map<RowKey, RowVersion> there) {
    for (RowVersion row : rows) {
      long copies = Mending.surplus(row, there);
      if (copies > 0) {
        deletes += copies;
        example(row.key(), "is there more often in the replica, so copies would be deleted");
      } else if (there.containsKey(row.key())) {
        changed++;
        example(row.key(), "is different in the replica, so it would be sent");
      } else {
        missing++;
        example(row.key(), "is not in this part of the replica, so it would be sent");
      }
    }
  }

  @Override
  public void onlyThere(List<RowVersion> rows) {
    source.find(
        rows,
        (row, found) -> {
          if (found.isEmpty()) {
            deletes += row.count();
            example(row.key(), "is not in the source, so it would be deleted");
          } else if (!found.get().equals(row)) {
            moved++; // it is counted as missing where the source has it
          }
        });
  }

  /** The same, and a check after each number of rows. */
  TableDiff.Differences checked(Runnable check) {
    return new TableDiff.Differences() {
      @Override
      public void missing(List<RowVersion> rows, Map<RowKey, RowVersion> there) {
        Census.this.missing(rows, there);
        check.run();
      }

      @Override
      public void onlyThere(List<RowVersion> rows) {
        Census.this.onlyThere(rows);
        check.run();
      }
    };
  }

  private void example(RowKey key, String why) {
    if (examples.size() < EXAMPLES) {
      examples.add(new TablePlan.Example(key, why));
    }
  }

  /** Rows that would be sent. */
  long sent() {
    return missing + changed;
  }

  /** Rows that would be deleted. */
  long deletes() {
    return deletes;
  }

  /** Rows of the replica of which nothing would be left. */
  long lost() {
    return changed + moved + deletes;
  }

  List<TablePlan.Example> examples() {
    return List.copyOf(examples);
  }
}
