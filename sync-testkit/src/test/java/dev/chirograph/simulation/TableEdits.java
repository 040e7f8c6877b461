package dev.chirograph.simulation;

import static dev.chirograph.simulation.TableWorld.BAG;
import static dev.chirograph.simulation.TableWorld.CHILD;
import static dev.chirograph.simulation.TableWorld.NAMED;
import static dev.chirograph.simulation.TableWorld.PARENT;
import static dev.chirograph.simulation.TableWorld.PLAIN;
import static dev.chirograph.simulation.TableWorld.POISON;

import dev.chirograph.memory.MemoryTable;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Whoever works in the office, and in the cloud behind its back. */
final class TableEdits {

  private static final List<String> REGIONS = List.of("n", "s|", "\\");
  private static final int IDS = 25;
  private static final int TAGS = 8;

  private final TableWorld world;
  private final RandomGenerator random;
  private final TableTrace trace;
  private long next;

  TableEdits(TableWorld world, RandomGenerator random, TableTrace trace) {
    this.world = world;
    this.random = random;
    this.trace = trace;
  }

  private void told(TableHappening what, String table, Object row) {
    world.count(what);
    trace.tell(" ", what, table, row);
  }

  // ---- rows

  private static @Nullable String cell(Row row, int column) {
    return row.cells().get(column);
  }

  private String text() {
    return "v" + random.nextInt(1_000_000);
  }

  private @Nullable String textOrNull() {
    return random.nextInt(6) == 0 ? null : text();
  }

  private String mark() {
    return String.valueOf(++next);
  }

  private Optional<Row> any(MemoryTable table) {
    List<Row> rows = table.all();
    return rows.isEmpty() ? Optional.empty() : Optional.of(rows.get(random.nextInt(rows.size())));
  }

  private static void write(MemoryTable table, List<@Nullable String> cells) {
    table.put(cells.toArray(String[]::new));
  }

  private static void erase(MemoryTable table, Row row) {
    List<@Nullable String> key = table.shape().key().isEmpty() ? row.cells() : row.key().cells();
    table.remove(key.toArray(String[]::new));
  }

  private void put(String name, List<@Nullable String> cells) {
    write(world.office.rows(name), cells);
    became(name, world.format(name).key(cells));
  }

  private void remove(String name, Row row) {
    erase(world.office.rows(name), row);
    became(name, row.key());
  }

  private void became(String name, RowKey key) {
    world.history.became(name, key, world.row(name, key).orElse(null));
  }

  // ---- in the office

  /** One change. */
  void edit() {
    String name = world.names.get(random.nextInt(world.names.size()));
    MemoryTable table = world.office.rows(name);
    int dice = random.nextInt(100);
    if (dice < 40 || table.size() < 3) {
      insert(name, table);
    } else if (world.terms.appends()) {
      update(name, table);
    } else if (dice < 60) {
      update(name, table);
    } else if (dice < 78) {
      any(table).ifPresent(row -> delete(name, row));
    } else if (dice < 86) {
      reinsert(name, table);
    } else if (dice < 90) {
      silently(name, table);
    } else if (dice < 97) {
      swap();
    } else {
      deleteMany(name, table);
    }
  }

  private void insert(String name, MemoryTable table) {
    List<@Nullable String> cells = fresh(name);
    if (cells == null) {
      return;
    }
    RowKey key = world.format(name).key(cells);
    if (!name.equals(BAG) && world.row(name, key).isPresent()) {
      return;
    }
    if (name.equals(NAMED)) {
      TableWorld.alias(table, key).ifPresent(this::rename);
    }
    if (mayBeLate(name)) {
      open(name, cells, null);
      return;
    }
    put(name, cells);
    told(TableHappening.INSERT, name, cells);
  }

  /** A name is written otherwise from now on; the database takes both for the same. */
  private void rename(Row row) {
    remove(NAMED, row);
    told(TableHappening.RENAME, NAMED, row.key());
  }

  /** A row that is new; null when there cannot be one. */
  private @Nullable List<@Nullable String> fresh(String name) {
    String id = String.valueOf(random.nextInt(IDS));
    List<@Nullable String> cells = new ArrayList<>();
    switch (name) {
      case PARENT -> Collections.addAll(cells, id, textOrPoison(), tag(), mark());
      case CHILD -> {
        Optional<Row> parent = any(world.office.rows(PARENT));
        if (parent.isEmpty()) {
          return null;
        }
        String region = REGIONS.get(random.nextInt(REGIONS.size()));
        Collections.addAll(cells, id, region, parent.get().key().text(), textOrPoison(), mark());
      }
      case PLAIN -> Collections.addAll(cells, id, textOrNull());
      case BAG ->
          Collections.addAll(cells, "a" + random.nextInt(4), random.nextInt(3) == 0 ? null : "1");
      default -> {
        String initial = random.nextInt(4) == 0 ? "N" : "n";
        Collections.addAll(cells, initial + "ame " + id, textOrNull());
      }
    }
    return cells;
  }

  private @Nullable String textOrPoison() {
    if (world.terms.refusals() && random.nextInt(12) == 0) {
      world.count(TableHappening.POISON);
      return POISON;
    }
    return textOrNull();
  }

  /**
   * One that no row has, or null. There is none where others refer to these rows: a new parent that
   * waits for the value of an old one, whose child waits for the new parent, waits for ever.
   */
  private @Nullable String tag() {
    String tag = "t" + random.nextInt(TAGS);
    boolean taken =
        world.office.rows(PARENT).all().stream().anyMatch(row -> tag.equals(cell(row, 2)));
    boolean open =
        world.office.open().stream().anyMatch(one -> tag.equals(one.row().cells().get(2)));
    boolean knot = world.names.contains(CHILD) || !world.terms.refusals();
    return knot || taken || open ? null : tag;
  }

  private void update(String name, MemoryTable table) {
    Optional<Row> row = any(table);
    if (row.isEmpty() || name.equals(BAG)) {
      return;
    }
    List<@Nullable String> cells = new ArrayList<>(row.get().cells());
    changeText(name, cells, textOrPoisonOf(name));
    if (marked(name)) {
      cells.set(cells.size() - 1, mark());
    }
    if (mayBeLate(name)) {
      open(name, cells, row.get());
      return;
    }
    put(name, cells);
    told(TableHappening.UPDATE, name, cells);
  }

  private @Nullable String textOrPoisonOf(String name) {
    return marked(name) ? textOrPoison() : textOrNull();
  }

  private static void changeText(String name, List<@Nullable String> cells, @Nullable String text) {
    cells.set(name.equals(CHILD) ? 3 : 1, text);
  }

  private static boolean marked(String name) {
    return name.equals(PARENT) || name.equals(CHILD);
  }

  private void delete(String name, Row row) {
    if (name.equals(PARENT)) {
      children(row).forEach(child -> delete(CHILD, child));
    }
    remove(name, row);
    told(TableHappening.DELETE, name, row.key());
  }

  private List<Row> children(Row parent) {
    return world.names.contains(CHILD)
        ? world.office.rows(CHILD).all().stream()
            .filter(child -> Objects.equals(cell(child, 2), parent.key().text()))
            .toList()
        : List.of();
  }

  private void deleteMany(String name, MemoryTable table) {
    List<Row> rows = table.all();
    world.count(TableHappening.DELETE_MANY);
    for (Row row : rows.subList(random.nextInt(rows.size()), rows.size())) {
      delete(name, row);
    }
  }

  /** The same key, other contents; sometimes without a version that has grown. */
  private void reinsert(String name, MemoryTable table) {
    Optional<Row> row = any(table);
    if (row.isEmpty() || name.equals(BAG)) {
      return;
    }
    List<@Nullable String> cells = new ArrayList<>(row.get().cells());
    remove(name, row.get());
    changeText(name, cells, textOrNull());
    if (marked(name) && random.nextInt(3) > 0) {
      cells.set(cells.size() - 1, mark());
    }
    put(name, cells);
    told(TableHappening.REINSERT, name, cells);
  }

  private void silently(String name, MemoryTable table) {
    Optional<Row> row = any(table);
    if (row.isEmpty() || name.equals(BAG) || !world.terms.tampering()) {
      return;
    }
    List<@Nullable String> cells = new ArrayList<>(row.get().cells());
    changeText(name, cells, textOrNull());
    put(name, cells);
    told(TableHappening.SILENT_UPDATE, name, cells);
  }

  /** Two rows exchange a value that is unique. */
  private void swap() {
    MemoryTable table = world.office.rows(PARENT);
    Optional<Row> one = any(table);
    Optional<Row> other = any(table);
    if (one.isEmpty() || one.equals(other)) {
      return;
    }
    List<@Nullable String> first = new ArrayList<>(one.get().cells());
    List<@Nullable String> second = new ArrayList<>(other.orElseThrow().cells());
    String tag = first.get(2);
    first.set(2, second.get(2));
    second.set(2, tag);
    first.set(3, mark());
    second.set(3, mark());
    put(PARENT, first);
    put(PARENT, second);
    told(TableHappening.SWAP, PARENT, first + " " + second);
  }

  // ---- transactions that stay open

  private boolean mayBeLate(String name) {
    return world.terms.late() && marked(name) && random.nextInt(5) == 0;
  }

  private void open(String name, List<@Nullable String> cells, @Nullable Row before) {
    RowKey key = world.format(name).key(cells);
    if (world.office.open().stream()
        .anyMatch(one -> one.table().equals(name) && one.row().key().equals(key))) {
      return;
    }
    Mark mark = new Mark(Long.parseLong(String.valueOf(cells.get(cells.size() - 1))));
    world.office.open().add(new TableOffice.Open(name, new Row(key, mark, cells), before));
    trace.tell("  begins", name, cells);
  }

  /** Ends the oldest transaction; the locks of a database would have kept others from its row. */
  void commit() {
    List<TableOffice.Open> open = world.office.open();
    if (open.isEmpty()) {
      return;
    }
    TableOffice.Open one = open.remove(random.nextInt(open.size()));
    boolean mine =
        Objects.equals(world.row(one.table(), one.row().key()).orElse(null), one.before())
            && (!one.table().equals(CHILD)
                || world.row(PARENT, new RowKey(String.valueOf(cell(one.row(), 2)))).isPresent());
    if (mine) {
      put(one.table(), one.row().cells());
      told(TableHappening.LATE_COMMIT, one.table(), one.row().cells());
    } else {
      told(TableHappening.ROLLBACK, one.table(), one.row().key());
    }
  }

  // ---- whole databases

  /** The office goes back; versions are given out again from there. */
  void wentBack() {
    next = 0;
    for (String name : world.names) {
      MemoryTable table = world.office.rows(name);
      table.info().last().ifPresent(last -> next = Math.max(next, last.value()));
      Set<RowKey> keys = new LinkedHashSet<>(world.history.keys(name));
      table.all().forEach(row -> keys.add(row.key()));
      keys.forEach(key -> became(name, key));
    }
  }

  /** Somebody changes rows of the replica past everybody. */
  void tamper() {
    String name = world.names.get(random.nextInt(world.names.size()));
    MemoryTable table = world.cloud.table(name);
    Optional<Row> row = any(table);
    boolean parent = name.equals(PARENT) && world.names.contains(CHILD);
    if (row.isPresent() && !parent && random.nextInt(3) == 0) {
      erase(table, row.get());
      world.history.touched(name, row.get().key());
    } else if (row.isPresent() && !name.equals(BAG) && random.nextBoolean()) {
      List<@Nullable String> cells = new ArrayList<>(row.get().cells());
      changeText(name, cells, text());
      tamper(name, cells);
    } else if (!name.equals(PARENT) && !name.equals(CHILD)) {
      List<@Nullable String> cells = fresh(name);
      if (cells != null) {
        tamper(name, cells);
      }
    }
    told(TableHappening.TAMPERING, name, "");
  }

  private void tamper(String name, List<@Nullable String> cells) {
    MemoryTable table = world.cloud.table(name);
    RowKey key = world.format(name).key(cells);
    if (!name.equals(NAMED) || TableWorld.alias(table, key).isEmpty()) {
      write(table, cells);
      world.history.touched(name, key);
    }
  }

  /** Rows of a database that has nothing to do with this one. */
  void fill(MemoryTable table, String name) {
    for (int i = random.nextInt(30); i > 0; i--) {
      List<@Nullable String> cells = fresh(name);
      if (cells != null) {
        if (name.equals(PARENT)) {
          cells.set(2, null);
        }
        if (TableWorld.alias(table, world.format(name).key(cells)).isEmpty()) {
          write(table, cells);
        }
      }
    }
  }

  /** Rows that are refused become rows that are not. */
  void heal() {
    for (String name : world.names) {
      MemoryTable table = world.office.rows(name);
      for (Row row : table.all()) {
        if (row.cells().contains(POISON)) {
          List<@Nullable String> cells = new ArrayList<>(row.cells());
          changeText(name, cells, text());
          cells.set(cells.size() - 1, mark());
          put(name, cells);
          told(TableHappening.UPDATE, name, cells);
        }
      }
    }
  }
}
