package dev.chirograph.simulation;

import dev.chirograph.SyncException;
import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.memory.MemoryTable;
import dev.chirograph.memory.MemoryTables;
import dev.chirograph.spi.StateStore;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.ColumnType.Kind;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.TableShape;
import dev.chirograph.testkit.ManualClock;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** An office, its replica in the cloud, and what the engine remembers. */
final class TableWorld {

  static final String PARENT = "parent";
  static final String CHILD = "child";
  static final String PLAIN = "plain";
  static final String NAMED = "named";
  static final String BAG = "bag";
  static final String POISON = "poison";

  private static final ColumnType WHOLE = new ColumnType(Kind.INTEGER, 0, 18);
  private static final ColumnType TEXT = ColumnType.of(Kind.TEXT);

  /** Parents before children. */
  private static final List<TableShape> SHAPES =
      List.of(
          shape(
              PARENT,
              List.of("id"),
              Optional.of("version"),
              column("id", WHOLE),
              new Column("text", TEXT, true),
              new Column("tag", TEXT, true),
              column("version", WHOLE)),
          shape(
              CHILD,
              List.of("region", "id"),
              Optional.of("version"),
              column("id", WHOLE),
              column("region", TEXT),
              column("parent", WHOLE),
              new Column("text", TEXT, true),
              column("version", WHOLE)),
          shape(
              PLAIN,
              List.of("id"),
              Optional.empty(),
              column("id", WHOLE),
              new Column("text", TEXT, true)),
          shape(
              NAMED,
              List.of("name"),
              Optional.empty(),
              column("name", TEXT),
              new Column("text", TEXT, true)),
          shape(
              BAG,
              List.of(),
              Optional.empty(),
              new Column("a", TEXT, true),
              new Column("b", WHOLE, true)));

  final ManualClock clock = ManualClock.create();
  final TableTerms terms;
  final TableOffice office;
  final MemoryTables cloud;
  final List<String> names;

  /** Writes that are on their way. */
  final List<Runnable> detained = new ArrayList<>();

  private final MemoryTables officeTables;
  private final Map<TableHappening, Long> counts = new EnumMap<>(TableHappening.class);
  private int lives = 1;
  private long most;
  StateStore state;
  boolean refusing;

  TableWorld(TableTerms terms) {
    List<TableShape> shapes = SHAPES.subList(0, terms.tables());
    this.terms = terms;
    this.most = terms.most();
    this.names = shapes.stream().map(TableShape::name).toList();
    this.officeTables = MemoryTables.of(shapes, clock, "office 1");
    this.cloud = MemoryTables.of(shapes, clock, "cloud");
    this.office = new TableOffice(officeTables, terms.lag());
    this.state = MemoryBackend.create(clock).state("office");
    this.refusing = terms.refusals();
    for (String name : names) {
      MemoryTable table = cloud.table(name);
      table.refuse(row -> isRefused(name, row));
      if (name.equals(PARENT)) {
        table.unique("tag");
      }
    }
  }

  private static Column column(String name, ColumnType type) {
    return new Column(name, type, false);
  }

  private static TableShape shape(
      String name, List<String> key, Optional<String> mark, Column... columns) {
    return new TableShape(name, List.of(columns), key, mark);
  }

  private boolean isRefused(String table, Row row) {
    if (refusing && row.cells().contains(POISON)) {
      return true;
    }
    return table.equals(CHILD)
        && !has(cloud.table(PARENT), new RowKey(String.valueOf(row.cells().get(2))));
  }

  private static boolean has(MemoryTable table, RowKey key) {
    return table.all().stream().anyMatch(row -> row.key().equals(key));
  }

  /**
   * Refuses to delete a parent that has children, as a database does.
   *
   * @throws SyncException when one of them has
   */
  void checkChildren(String table, List<RowKey> deletes) {
    if (table.equals(PARENT) && names.contains(CHILD)) {
      for (Row child : cloud.table(CHILD).all()) {
        if (deletes.contains(new RowKey(String.valueOf(child.cells().get(2))))) {
          throw SyncException.invalid("a parent of " + child.key() + " cannot be deleted");
        }
      }
    }
  }

  MemoryTables another() {
    return MemoryTables.of(SHAPES.subList(0, terms.tables()), clock, "stranger");
  }

  String newLife() {
    return "office " + ++lives;
  }

  /** How many rows of a table a run may delete. */
  long most() {
    return most;
  }

  void limit(long rows) {
    most = rows;
  }

  void limitless() {
    limit(Long.MAX_VALUE);
  }

  void loseState() {
    state = MemoryBackend.create(clock).state("office");
  }

  /** The tables in which the two sides differ. */
  List<String> unequal() {
    return names.stream()
        .filter(name -> !office.rows(name).all().equals(cloud.table(name).all()))
        .toList();
  }

  /** Where they differ, in words. */
  String difference() {
    return unequal().stream()
        .map(
            name -> {
              List<Row> here = office.rows(name).all();
              List<Row> there = cloud.table(name).all();
              return name
                  + ": only in the source "
                  + here.stream().filter(row -> !there.contains(row)).toList()
                  + ", only in the replica "
                  + there.stream().filter(row -> !here.contains(row)).toList();
            })
        .collect(Collectors.joining("; "));
  }

  void count(TableHappening what) {
    count(what, 1);
  }

  void count(TableHappening what, long often) {
    if (often > 0) {
      counts.merge(what, often, Long::sum);
    }
  }

  Map<TableHappening, Long> counts() {
    return counts;
  }
}
