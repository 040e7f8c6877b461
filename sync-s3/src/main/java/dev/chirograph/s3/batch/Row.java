package dev.chirograph.s3.batch;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import java.util.List;

/** The fields of one row. */
record Row(List<String> fields) {

  /** A field; empty where the schema has no such column. */
  String at(int column) {
    if (column < 0) {
      return "";
    }
    if (column >= fields.size()) {
      throw new SyncException(
          Kind.CORRUPT,
          "has " + fields.size() + " fields, and its schema at least " + (column + 1));
    }
    return fields.get(column);
  }
}
