package dev.chirograph.table;

import dev.chirograph.spi.table.ComparableTable;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Looks rows of one side up on the other one by their keys. */
record Lookup(ComparableTable table, Selection selection, TableContext context) {

  /** So many at once. */
  static final int MANY = 500;

  /** Tells of each row what the other side has under its key. */
  void find(List<RowVersion> rows, BiConsumer<RowVersion, Optional<RowVersion>> each) {
    for (int i = 0; i < rows.size(); i += MANY) {
      List<RowVersion> some = rows.subList(i, Math.min(rows.size(), i + MANY));
      List<RowKey> keys = some.stream().map(RowVersion::key).toList();
      List<Optional<RowVersion>> found = context.call(() -> table.find(selection, keys));
      for (int j = 0; j < some.size(); j++) {
        each.accept(some.get(j), found.get(j));
      }
    }
  }
}
