package dev.chirograph.spi.table;

import dev.chirograph.SyncException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What two tables have agreed on: which columns are compared, in which order, and as what.
 *
 * <p>The text of a row is the texts of its columns joined by {@code |}, where a {@code \} or {@code
 * |} in a text has a {@code \} before it and null is written {@code \N}: different rows have
 * different texts. The hash of a row is the first eight bytes, big-endian, of the MD5 digest of a
 * salt, a {@code |} and that text in UTF-8: a fingerprint, no defence against somebody who makes up
 * colliding rows. Databases compute the same.
 *
 * @param columns all that are sent, in their order; nullable where either side's is
 * @param key those that identify a row, in the source's order
 * @param mark the one that grows with each change
 * @param ignored those that are sent but not compared
 */
public record RowFormat(
    List<Column> columns, List<String> key, Optional<String> mark, Set<String> ignored) {

  static final char SEPARATOR = '|';
  static final char ESCAPE = '\\';
  static final char NONE = 'N';

  public RowFormat {
    columns = List.copyOf(columns);
    key = List.copyOf(key);
    ignored = Set.copyOf(ignored);
  }

  /**
   * The columns of the source as the replica can hold them. The replica may have columns of its
   * own, which must be nullable or have a default.
   *
   * @param ignored columns that are sent but not compared
   * @throws SyncException of kind UNSUPPORTED when a column of the source has no counterpart, or
   *     one that would keep less; the message names column and both types
   */
  public static RowFormat agreed(
      TableShape source, TableShape replica, Collection<String> ignored) {
    List<Column> columns = new ArrayList<>();
    for (Column mine : source.columns()) {
      Column theirs =
          replica
              .column(mine.name())
              .orElseThrow(() -> drifted(source, mine, "the replica has no such column"));
      ColumnType common =
          mine.type()
              .common(theirs.type())
              .orElseThrow(() -> drifted(source, mine, "in the replica it is " + theirs.type()));
      if (mine.nullable() && !theirs.nullable()) {
        throw drifted(source, mine, "it may be null, and not in the replica");
      }
      columns.add(new Column(mine.name(), common, mine.nullable() || theirs.nullable()));
    }
    if (!new HashSet<>(source.key()).equals(new HashSet<>(replica.key()))) {
      throw new SyncException(
          SyncException.Kind.UNSUPPORTED,
          "rows of "
              + source.name()
              + " are identified by "
              + source.key()
              + ", in the replica by "
              + replica.key());
    }
    for (String one : ignored) {
      if (source.column(one).isEmpty() || source.key().contains(one)) {
        throw SyncException.invalid(
            "'" + one + "' is no column of " + source.name() + " that could be ignored");
      }
    }
    return new RowFormat(columns, source.key(), source.mark(), Set.copyOf(ignored));
  }

  private static SyncException drifted(TableShape table, Column column, String why) {
    return new SyncException(
        SyncException.Kind.UNSUPPORTED,
        "the column '"
            + column.name()
            + "' of "
            + table.name()
            + " is "
            + column.type()
            + ", and "
            + why
            + "; change the replica, or leave the column out");
  }

  /** The columns that are compared. */
  public List<Column> compared() {
    return columns.stream().filter(column -> !ignored.contains(column.name())).toList();
  }

  /** Where a column is; -1 when it is not there. */
  public int indexOf(String column) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).name().equals(column)) {
        return i;
      }
    }
    return -1;
  }

  /** Whether databases can hash rows by themselves. */
  public boolean isSameInSql() {
    return compared().stream().allMatch(column -> column.type().isSameInSql());
  }

  // ---- rows

  /** The identity of a row. */
  public RowKey key(List<@Nullable String> cells) {
    if (key.isEmpty()) {
      return new RowKey(text(cells));
    }
    StringBuilder text = new StringBuilder();
    for (String one : key) {
      append(text, cells.get(indexOf(one)));
    }
    return new RowKey(text.substring(1));
  }

  /** The text of the columns that are compared. */
  public String text(List<@Nullable String> cells) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < columns.size(); i++) {
      if (!ignored.contains(columns.get(i).name())) {
        append(text, cells.get(i));
      }
    }
    return text.substring(1);
  }

  private static void append(StringBuilder text, @Nullable String cell) {
    text.append(SEPARATOR);
    if (cell == null) {
      text.append(ESCAPE).append(NONE);
      return;
    }
    for (int i = 0; i < cell.length(); i++) {
      char c = cell.charAt(i);
      if (c == SEPARATOR || c == ESCAPE) {
        text.append(ESCAPE);
      }
      text.append(c);
    }
  }

  /** The hash of a row. */
  public long hash(String salt, List<@Nullable String> cells) {
    MessageDigest md5 = TextHash.digest("MD5");
    md5.update((salt + SEPARATOR + text(cells)).getBytes(StandardCharsets.UTF_8));
    return ByteBuffer.wrap(md5.digest()).getLong();
  }
}
