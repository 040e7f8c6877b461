package dev.chirograph.spi.table;

import dev.chirograph.SyncException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
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
   * The columns of the source as the replica can hold them, under the source's names; {@link
   * #renamed} gives them the replica's. The replica may have columns of its own that are nullable
   * or filled in.
   *
   * @throws SyncException of kind UNSUPPORTED when a column of the source has no counterpart, or
   *     one that would keep less, or the replica wants one that the source has not; the message
   *     names column and both types
   */
  public static RowFormat agreed(TableShape source, TableShape replica, ColumnRules rules) {
    List<Column> columns = new ArrayList<>();
    Set<String> known = new HashSet<>();
    for (Column mine : source.columns()) {
      if (!rules.leftOut().contains(mine.name())) {
        String name = rules.renamed().getOrDefault(mine.name(), mine.name());
        if (!known.add(name)) {
          throw drifted(source, mine, "another column, too, is '" + name + "' of the replica");
        }
        columns.add(agreed(source, mine, replica.column(name), rules));
      }
    }
    for (Column theirs : replica.columns()) {
      if (!known.contains(theirs.name()) && !theirs.nullable() && !theirs.filled()) {
        throw drifted(replica, theirs, "the source has no such column to fill it from");
      }
    }
    RowFormat format = new RowFormat(columns, source.key(), source.mark(), rules.ignored());
    Set<String> theirKey = new HashSet<>(replica.key());
    if (!theirKey.equals(new HashSet<>(format.renamed(rules.renamed()).key()))) {
      throw new SyncException(
          SyncException.Kind.UNSUPPORTED,
          "rows of "
              + source.name()
              + " are identified by "
              + source.key()
              + ", in the replica by "
              + replica.key());
    }
    checkRules(source, format, rules);
    checkMark(source, replica, format, rules);
    return format;
  }

  private static Column agreed(
      TableShape source, Column mine, Optional<Column> there, ColumnRules rules) {
    Column theirs =
        there.orElseThrow(() -> drifted(source, mine, "the replica has no such column"));
    ColumnType common =
        mine.type()
            .common(theirs.type())
            .orElseThrow(() -> drifted(source, mine, "in the replica it is " + theirs.type()));
    if (!theirs.type().hasRoomFor(mine.type()) && !rules.narrower().contains(mine.name())) {
      throw drifted(source, mine, "in the replica it is " + theirs.type() + ", which is narrower");
    }
    if (mine.nullable() && !theirs.nullable() && !rules.narrower().contains(mine.name())) {
      throw drifted(source, mine, "it may be null, and not in the replica");
    }
    return new Column(mine.name(), common, mine.nullable() || theirs.nullable());
  }

  private static void checkRules(TableShape source, RowFormat format, ColumnRules rules) {
    Set<String> named = new HashSet<>(rules.leftOut());
    named.addAll(rules.ignored());
    named.addAll(rules.narrower());
    named.addAll(rules.renamed().keySet());
    for (String one : named) {
      if (source.column(one).isEmpty()) {
        throw SyncException.invalid(
            "a rule names '" + one + "', and " + source.name() + " has no such column");
      }
    }
    Set<String> needed = new HashSet<>(format.key());
    format.mark().ifPresent(needed::add);
    for (String one : needed) {
      if (rules.leftOut().contains(one) || rules.ignored().contains(one)) {
        throw SyncException.invalid(
            "'"
                + one
                + "' identifies or orders the rows of "
                + source.name()
                + ": no rule can leave it out");
      }
    }
  }

  /** Versions are compared as numbers, so neither side may round them. */
  private static void checkMark(
      TableShape source, TableShape replica, RowFormat format, ColumnRules rules) {
    if (format.mark().isEmpty()) {
      return;
    }
    String name = format.mark().get();
    Column mine = source.column(name).orElseThrow();
    Column theirs = replica.column(rules.renamed().getOrDefault(name, name)).orElseThrow();
    if (!Mark.isOrdered(mine.type())) {
      throw drifted(source, mine, "rows are ordered by whole numbers, times or bytes only");
    }
    if (theirs.type().digits() < mine.type().digits()) {
      throw drifted(source, mine, "in the replica it is " + theirs.type() + ", which rounds it");
    }
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
            + "; change the replica, or give a rule for the column");
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

  /**
   * The column by whose values a table is cut into ranges: the one that grows with each change, or
   * the key where it is a single whole number; empty when rows are told apart by hashes only.
   */
  public Optional<Column> range() {
    Optional<String> name = mark.isPresent() || key.size() != 1 ? mark : Optional.of(key.get(0));
    return name.map(one -> columns.get(indexOf(one)))
        .filter(column -> mark.isPresent() || isWhole(column.type()));
  }

  /** Whether values of a type fit into 64 bits. */
  private static boolean isWhole(ColumnType type) {
    return type.kind() == ColumnType.Kind.INTEGER && type.size() > 0 && type.size() < 20;
  }

  /** The same columns under other names, which the hashes of rows do not depend on. */
  public RowFormat renamed(Map<String, String> names) {
    if (names.isEmpty()) {
      return this;
    }
    UnaryOperator<String> other = name -> names.getOrDefault(name, name);
    return new RowFormat(
        columns.stream()
            .map(column -> new Column(other.apply(column.name()), column.type(), column.nullable()))
            .toList(),
        key.stream().map(other).toList(),
        mark.map(other),
        ignored.stream().map(other).collect(Collectors.toSet()));
  }

  /** The version of a row; {@link Mark#FIRST} where it has none. */
  public Mark mark(List<@Nullable String> cells) {
    if (mark.isEmpty()) {
      return Mark.FIRST;
    }
    int at = indexOf(mark.get());
    String cell = cells.get(at);
    return cell == null ? Mark.FIRST : Mark.of(columns.get(at).type(), cell);
  }

  /** Whether databases can hash rows by themselves. */
  public boolean isSameInSql() {
    return compared().stream().allMatch(column -> column.type().isSameInSql());
  }

  // ---- rows

  /** The identity of a row. */
  public RowKey key(List<@Nullable String> cells) {
    if (key.isEmpty()) {
      return new RowKey(TextHash.sha256(text(cells)));
    }
    List<@Nullable String> own = new ArrayList<>();
    key.forEach(one -> own.add(cells.get(indexOf(one))));
    return RowKey.of(own);
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

  static void append(StringBuilder text, @Nullable String cell) {
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
