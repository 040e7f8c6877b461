package dev.chirograph.table;

import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Sends rows that the replica lacks or has otherwise; counts those that are to be deleted. */
final class Mending implements TableDiff.Differences {

  private final Lookup source;
  private final TableContext context;
  private final Uploads uploads;
  private final BatchSize size;
  private long deletes;

  Mending(TableContext context, Selection selection, Uploads uploads, BatchSize size) {
    this.context = context;
    this.source = new Lookup(context.source(), selection, context);
    this.uploads = uploads;
    this.size = size;
  }

  @Override
  public void missing(List<RowVersion> rows, Map<RowKey, RowVersion> there) {
    send(rows.stream().map(RowVersion::key).toList());
  }

  /** A row that is not in these slices may have moved to another one: only its key tells. */
  @Override
  public void onlyThere(List<RowVersion> rows) {
    source.find(
        rows,
        (row, found) -> {
          if (found.isEmpty()) {
            deletes++;
          } else if (!found.get().equals(row)) {
            send(List.of(row.key()));
          }
        });
  }

  /**
   * Sends rows.
   *
   * @return the keys of those that the source does not have; whoever compares finds them again
   */
  List<RowKey> send(List<RowKey> keys) {
    List<RowKey> absent = new ArrayList<>();
    for (int from = 0; from < keys.size(); ) {
      List<RowKey> some = keys.subList(from, Math.min(keys.size(), from + Lookup.MANY));
      List<Optional<Row>> rows =
          context.call(
              () -> context.source().rows(source.selection().format(), some, size.bytes()));
      for (int i = 0; i < rows.size(); i++) {
        rows.get(i).ifPresent(uploads::add);
        if (rows.get(i).isEmpty()) {
          absent.add(some.get(i));
        }
      }
      from += rows.size();
    }
    return absent;
  }

  /** How many rows were found only in the replica. */
  long deletes() {
    return deletes;
  }
}
