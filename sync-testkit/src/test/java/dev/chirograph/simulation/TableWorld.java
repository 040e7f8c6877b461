package dev.chirograph.simulation;

import dev.chirograph.Digest;
import dev.chirograph.SyncException;
import dev.chirograph.memory.MemoryTable;
import dev.chirograph.memory.MemoryTables;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnRules;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.ColumnType.Kind;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.TableShape;
import dev.chirograph.spi.table.Tenant;
import java.util.ArrayList;
import java.util.HashMap;
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

  final TableTown town;
  final TableTerms terms;
  final TableHistory history = new TableHistory();

  /** Of the engine. */
  final String name;

  final TableOffice office;
  final MemoryTables cloud;
  final List<String> names;

  /** Writes that are on their way. */
  final List<Runnable> detained = new ArrayList<>();

  /** So many rows each one is in digests, where it is more: a single one is worth naming. */
  private static final int DIGEST_ROWS = 100;

  private final Map<String, RowFormat> formats = new HashMap<>();
  private final MemoryTables officeTables;
  private int lives = 1;
  private long most;
  boolean refusing;

  TableWorld(TableTerms terms) {
    this(terms, town(terms), "office");
  }

  /**
   * An office.
   *
   * @param name of its engine
   */
  TableWorld(TableTerms terms, TableTown town, String name) {
    List<TableShape> shapes = SHAPES.subList(0, terms.tables());
    Tenant tenant = new Tenant("shop", "n" + name.length());
    town.cloud.register(tenant);
    this.town = town;
    this.terms = terms;
    this.name = name;
    this.most = terms.most();
    this.names = shapes.stream().map(TableShape::name).toList();
    this.officeTables = MemoryTables.of(shapes, town.clock, "office 1");
    this.cloud = town.cloud.database(tenant);
    this.office = new TableOffice(officeTables, terms.lag());
    this.refusing = terms.refusals();
    for (String table : names) {
      MemoryTable rows = cloud.table(table);
      formats.put(table, RowFormat.agreed(rows.shape(), rows.shape(), ColumnRules.standard()));
      rows.refuse(row -> isRefused(table, row));
      if (table.equals(PARENT)) {
        rows.unique("tag");
      }
    }
  }

  static TableTown town(TableTerms terms) {
    return new TableTown(SHAPES.subList(0, terms.tables()));
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
    return switch (table) {
      case CHILD -> row(cloud, PARENT, new RowKey(String.valueOf(row.cells().get(2)))).isEmpty();
      case NAMED -> alias(cloud.table(NAMED), row.key()).isPresent();
      default -> false;
    };
  }

  /** The row whose name a database takes for the same, although it is another one. */
  static Optional<Row> alias(MemoryTable table, RowKey key) {
    return table.all().stream()
        .filter(row -> row.key().text().equalsIgnoreCase(key.text()) && !row.key().equals(key))
        .findFirst();
  }

  /** A row of one of these databases. */
  Optional<Row> row(MemoryTables database, String table, RowKey key) {
    return database.table(table).rows(formats.get(table), List.of(key), Long.MAX_VALUE).get(0);
  }

  /** A row of the office. */
  Optional<Row> row(String table, RowKey key) {
    return row(officeTables, table, key);
  }

  RowFormat format(String table) {
    return formats.get(table);
  }

  /** Whether the office is its own source. */
  boolean isItself() {
    return office.stranger == null;
  }

  /** As the databases say it: each row seems to be many. */
  Digest magnified(Digest digest) {
    return terms.size() == 1
        ? digest
        : new Digest(digest.count() * DIGEST_ROWS, digest.sum(), digest.xor());
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
    return MemoryTables.of(SHAPES.subList(0, terms.tables()), town.clock, "stranger");
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

  /** The tables in which the two sides differ. */
  List<String> unequal() {
    return names.stream()
        .filter(name -> !office.rows(name).all().equals(cloud.table(name).all()))
        .toList();
  }

  /** The rows of the source that the replica does not have as they are. */
  List<Row> missing() {
    return names.stream()
        .flatMap(
            name -> {
              List<Row> there = cloud.table(name).all();
              return office.rows(name).all().stream().filter(row -> !there.contains(row));
            })
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
    town.count(what, often);
  }
}
