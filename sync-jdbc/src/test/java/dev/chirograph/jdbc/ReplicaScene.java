package dev.chirograph.jdbc;

import dev.chirograph.Outcome;
import dev.chirograph.Slice;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnRules;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.ColumnType.Kind;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.TableShape;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A replica with an agent that writes to it. */
final class ReplicaScene {

  static final String SALT = "5a17";

  static final TableShape INVOICE =
      new TableShape(
          "invoice",
          List.of(
              new Column("id", new ColumnType(Kind.INTEGER, 0, 19), false),
              new Column("customer", new ColumnType(Kind.TEXT, 0, 200), true),
              new Column("amount", new ColumnType(Kind.DECIMAL, 2, 12), true),
              new Column("version", new ColumnType(Kind.INTEGER, 0, 19), false)),
          List.of("id"),
          Optional.of("version"));

  final ReplicaTable table;
  final RowFormat format;
  long fence;

  ReplicaScene(TableShape source, ReplicaTable table) {
    this.table = table;
    this.format =
        RowFormat.agreed(
            source,
            table.shape(),
            ColumnRules.standard()
                .allowNarrower(source.columns().stream().map(Column::name).toArray(String[]::new)));
    lease("agent");
  }

  /** Makes invoices on a host of their own. */
  static ReplicaScene invoices(ReplicaHost host) throws Exception {
    return of(host, INVOICE);
  }

  static ReplicaScene of(ReplicaHost host, TableShape shape) throws Exception {
    host.create(shape, JdbcReplica.of(host.spy().dataSource()).script(shape));
    return new ReplicaScene(shape, open(host, shape));
  }

  static ReplicaTable open(ReplicaHost host, TableShape shape) {
    return JdbcReplica.builder(host.spy().dataSource())
        .table(shape.name(), ReplicaHost.options(shape))
        .build()
        .table(shape.name());
  }

  void lease(String agent) {
    fence = table.lease(agent, Duration.ofMinutes(10)).orElseThrow();
  }

  Row row(@Nullable String... cells) {
    List<@Nullable String> texts = new ArrayList<>();
    for (int i = 0; i < cells.length; i++) {
      String cell = cells[i];
      texts.add(cell == null ? null : format.columns().get(i).type().text(cell));
    }
    return new Row(format.key(texts), format.mark(texts), texts);
  }

  /** A row as it is sent, be it one that no database takes. */
  Row raw(@Nullable String... cells) {
    List<@Nullable String> texts = Arrays.asList(cells);
    return new Row(format.key(texts), new Mark(1), texts);
  }

  List<Row> invoices(int from, int to) {
    List<Row> rows = new ArrayList<>();
    for (int i = from; i <= to; i++) {
      rows.add(row("" + i, "customer " + i, i + ".50", "" + i));
    }
    return rows;
  }

  RowVersion seen(Row row) {
    return new RowVersion(row.key(), row.mark(), format.hash(SALT, row.cells()), row.count());
  }

  List<RowVersion> seen(List<Row> rows) {
    return rows.stream().map(this::seen).toList();
  }

  List<Outcome> put(Row... rows) {
    return write(List.of(rows), List.of(), Optional.empty());
  }

  List<Outcome> write(List<Row> puts, List<RowVersion> deletes, Optional<Cursor> cursor) {
    return table.write(new Write(fence, format, SALT, puts, deletes, cursor));
  }

  /** What is there, by key. */
  TreeMap<String, Row> all() {
    Selection everything = new Selection(format, SALT, Mark.LAST);
    List<RowVersion> there =
        table.manifest(everything, List.of(Slice.Bucket.ALL), Optional.empty(), 100_000);
    TreeMap<String, Row> rows = new TreeMap<>();
    table
        .rows(format, there.stream().map(RowVersion::key).toList(), Long.MAX_VALUE)
        .forEach(row -> rows.put(row.orElseThrow().key().text(), row.orElseThrow()));
    return rows;
  }

  static TreeMap<String, Row> byKey(List<Row> rows) {
    TreeMap<String, Row> map = new TreeMap<>();
    rows.forEach(row -> map.put(row.key().text(), row));
    return map;
  }
}
