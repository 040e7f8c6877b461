package dev.chirograph.testkit;

import dev.chirograph.Digest;
import dev.chirograph.Slice;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnRules;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.ColumnType.Kind;
import dev.chirograph.spi.table.ComparableTable;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.SourceTable;
import dev.chirograph.spi.table.TableShape;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;

/** What the suites of tables have in common: a source and a replica with rows of one shape. */
abstract class TableHarness {

  protected static final TableShape SHAPE =
      new TableShape(
          "invoice",
          List.of(
              new Column("id", ColumnType.of(Kind.INTEGER), false),
              new Column("customer", ColumnType.of(Kind.TEXT), true),
              new Column("amount", new ColumnType(Kind.DECIMAL, 2), true),
              new Column("version", ColumnType.of(Kind.INTEGER), false)),
          List.of("id"),
          Optional.of("version"));

  static final RowFormat FORMAT = RowFormat.agreed(SHAPE, SHAPE, ColumnRules.standard());
  static final String SALT = "5a17";

  SourceTable source;
  ReplicaTable replica;
  long fence;

  /** An empty table of the shape that {@link #SHAPE} is, which the host writes. */
  protected abstract SourceTable newSource();

  /** An empty replica of the same shape, of a tenant that has nothing yet. */
  protected abstract ReplicaTable newReplica();

  /** Writes a row of the source as its host does: null for a column that is null. */
  protected abstract void put(@Nullable String... cells);

  /** Deletes a row of the source as its host does. */
  protected abstract void remove(String id);

  @BeforeEach
  void open() {
    source = newSource();
    replica = newReplica();
    fence = replica.lease("suite", Duration.ofMinutes(10)).orElseThrow();
  }

  // ---- shorthands

  void rows(int from, int to) {
    for (int i = from; i <= to; i++) {
      put(String.valueOf(i), "customer " + i, i + ".50", String.valueOf(i));
    }
  }

  static Row row(@Nullable String... cells) {
    List<@Nullable String> all = new ArrayList<>(Arrays.asList(cells));
    return new Row(FORMAT.key(all), new Mark(Long.parseLong(String.valueOf(cells[3]))), all);
  }

  static RowVersion version(Row row) {
    return new RowVersion(row.key(), row.mark(), FORMAT.hash(SALT, row.cells()), 1);
  }

  static RowKey key(int id) {
    return new RowKey(String.valueOf(id));
  }

  static Selection upTo(long mark) {
    return new Selection(FORMAT, SALT, new Mark(mark));
  }

  static Selection everything() {
    return upTo(Long.MAX_VALUE);
  }

  static Digest digest(ComparableTable table, Slice slice) {
    return table.digests(everything(), List.of(slice)).get(0);
  }

  static Digest digest(List<Row> rows) {
    return rows.stream()
        .map(row -> Digest.of(FORMAT.hash(SALT, row.cells())))
        .reduce(Digest.EMPTY, Digest::plus);
  }

  void write(Row... puts) {
    replica.write(new Write(fence, FORMAT, SALT, List.of(puts), List.of(), Optional.empty()));
  }
}
