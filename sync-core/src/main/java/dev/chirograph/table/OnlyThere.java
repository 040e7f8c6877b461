package dev.chirograph.table;

import dev.chirograph.spi.table.RowVersion;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows that were found only in the replica, as they were seen, while they are few: then they need
 * not be looked for again to be deleted.
 */
final class OnlyThere {

  private static final int MOST = 10_000;
  private static final int MOST_CHARACTERS = 1_000_000;

  private final List<RowVersion> rows = new ArrayList<>();
  private long number;
  private long kept;
  private long characters;

  void add(RowVersion row) {
    number += row.count();
    characters += row.key().text().length();
    if (rows.size() < MOST && characters <= MOST_CHARACTERS) {
      rows.add(row);
      kept += row.count();
    }
  }

  /** Whether those that are kept are all there are. */
  boolean areAll(long found) {
    return kept == found;
  }

  /** How many were found, kept or not. */
  long number() {
    return number;
  }

  List<RowVersion> rows() {
    return List.copyOf(rows);
  }
}
