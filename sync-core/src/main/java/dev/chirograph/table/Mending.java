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
  private final OnlyThere onlyThere;
  private long deletes;

  /**
   * Nothing was found yet.
   *
   * @param onlyThere where rows are kept that only the replica has
   */
  Mending(
      TableContext context,
      Selection selection,
      Uploads uploads,
      BatchSize size,
      OnlyThere onlyThere) {
    this.context = context;
    this.source = new Lookup(context.source(), selection, context);
    this.uploads = uploads;
    this.size = size;
    this.onlyThere = onlyThere;
  }

  @Override
  public void missing(List<RowVersion> rows, Map<RowKey, RowVersion> there) {
    List<RowKey> keys = new ArrayList<>();
    for (RowVersion row : rows) {
      long more = surplus(row, there);
      deletes += more;
      if (more == 0) {
        keys.add(row.key());
      }
    }
    send(keys);
  }

  /** How many equal rows the replica has too many, where rows have no key: each is a delete. */
  static long surplus(RowVersion row, Map<RowKey, RowVersion> there) {
    RowVersion other = there.get(row.key());
    return other == null ? 0 : Math.max(0, other.count() - row.count());
  }

  /** A row that is not in these slices may have moved to another one: only its key tells. */
  @Override
  public void onlyThere(List<RowVersion> rows) {
    source.find(
        rows,
        (row, found) -> {
          if (found.isEmpty()) {
            deletes += row.count();
            onlyThere.add(row);
          } else if (!found.get().equals(row) && found.get().count() >= row.count()) {
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

  Lookup source() {
    return source;
  }

  /** How many rows were found only in the replica. */
  long deletes() {
    return deletes;
  }
}
