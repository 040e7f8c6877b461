package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.ColumnType.Kind;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.TableShape;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Makes shapes of what the catalogue says and the host has declared. */
final class TableShapes {

  /** Values of these are not found again by comparing, or have no order. */
  private static final Set<Kind> NO_KEY = EnumSet.of(Kind.FLOAT, Kind.DOUBLE, Kind.JSON);

  private TableShapes() {}

  /**
   * A table as it is to us.
   *
   * @param scope columns that tell whose rows they are: no part of the shape
   * @throws SyncException of kind UNSUPPORTED when a column has a type that we cannot read
   */
  static TableMeta of(
      Dialect dialect,
      String schema,
      String table,
      TableFacts facts,
      JdbcTable options,
      List<String> scope) {
    Map<String, TableColumn> columns = new LinkedHashMap<>();
    Set<String> names = new LinkedHashSet<>();
    List<Column> shown = new ArrayList<>();
    for (TableFacts.Raw raw : facts.columns()) {
      names.add(raw.name());
      if (!options.leftOut().contains(raw.name()) && !scope.contains(raw.name())) {
        ColumnType type = type(dialect, table, raw, options);
        Column column = new Column(raw.name(), type, raw.nullable(), raw.filled());
        boolean label = raw.type().equalsIgnoreCase("enum");
        columns.put(raw.name(), new TableColumn(column, raw.sqlType(), label, raw.written()));
        shown.add(column);
      }
    }
    options.check(table, names);
    names.removeAll(columns.keySet());
    scope.forEach(names::remove);
    Optional<List<String>> unique = uniqueKey(facts, columns, scope);
    List<String> key = options.key().isEmpty() ? unique.orElse(List.of()) : options.key();
    TableShape shape = new TableShape(table, shown, key, options.mark());
    checkMark(shape);
    Set<String> indexed = new LinkedHashSet<>();
    for (TableFacts.Index index : facts.indexes().values()) {
      List<String> mine = new ArrayList<>(index.columns());
      mine.removeAll(scope);
      if (index.ranges() && !mine.isEmpty()) {
        indexed.add(mine.get(0));
      }
    }
    boolean sorted = isUnique(facts, key, scope);
    return new TableMeta(schema, shape, columns, names, indexed, sorted);
  }

  private static void checkMark(TableShape shape) {
    Optional<Column> mark = shape.mark().flatMap(shape::column);
    if (mark.isPresent() && !Mark.isOrdered(mark.get().type())) {
      throw new SyncException(
          SyncException.Kind.UNSUPPORTED,
          "the column '"
              + mark.get().name()
              + "' of the table "
              + shape.name()
              + " is "
              + mark.get().type()
              + "; rows are ordered by whole numbers, times of at most 6 digits and up to 8 bytes");
    }
  }

  private static ColumnType type(
      Dialect dialect, String table, TableFacts.Raw raw, JdbcTable options) {
    ColumnType declared = options.types().get(raw.name());
    if (declared != null) {
      return declared;
    }
    return TableTypes.of(dialect, raw)
        .orElseThrow(
            () ->
                new SyncException(
                    SyncException.Kind.UNSUPPORTED,
                    "the column '"
                        + raw.name()
                        + "' of the table "
                        + table
                        + " is of type '"
                        + raw.type()
                        + "', which has no text that is the same in every database; leave it out,"
                        + " or declare how it is read, by JdbcTable.leaveOut or JdbcTable.type"));
  }

  /** The primary key, else the first unique index over columns that are never null. */
  private static Optional<List<String>> uniqueKey(
      TableFacts facts, Map<String, TableColumn> columns, List<String> scope) {
    for (TableFacts.Index index : facts.indexes().values()) {
      List<String> mine = new ArrayList<>(index.columns());
      mine.removeAll(scope);
      boolean usable =
          index.identifies()
              && !mine.isEmpty()
              && mine.stream()
                  .allMatch(
                      name -> {
                        TableColumn column = columns.get(name);
                        return column != null
                            && !column.column().nullable()
                            && !NO_KEY.contains(column.kind());
                      });
      if (usable) {
        return Optional.of(mine);
      }
    }
    return Optional.empty();
  }

  private static boolean isUnique(TableFacts facts, List<String> key, List<String> scope) {
    return facts.indexes().values().stream()
        .filter(index -> index.identifies() && index.exact().isEmpty())
        .anyMatch(
            index -> {
              List<String> mine = new ArrayList<>(index.columns());
              mine.removeAll(scope);
              return mine.equals(key);
            });
  }
}
