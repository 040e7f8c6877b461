package dev.chirograph.jdbc;

import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnRules;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.TableInfo;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** What tables are like now: one statement for all of them, and one for the database. */
final class TableInfos {

  private TableInfos() {}

  /** In the order of the tables. */
  static List<TableInfo> read(
      Database database,
      Collection<TableMeta> tables,
      TableScope scope,
      Supplier<String> incarnation) {
    String declared = incarnation.get();
    return TableSession.read(
        database,
        "reading what tables are like",
        connection -> {
          String own = TableIncarnation.of(connection, database.dialect());
          String life = declared.isEmpty() ? own : own + "/" + declared;
          return read(connection, database.dialect(), List.copyOf(tables), scope, life);
        });
  }

  private static List<TableInfo> read(
      Connection connection,
      Dialect dialect,
      List<TableMeta> tables,
      TableScope scope,
      String incarnation)
      throws SQLException {
    TableQuery query = new TableQuery();
    for (int i = 0; i < tables.size(); i++) {
      query.add(i == 0 ? "" : " union all ").add(one(dialect, tables.get(i), scope, i));
    }
    List<TableInfo> infos = new ArrayList<>();
    query
        .add(" order by 1")
        .each(
            connection,
            0,
            row -> {
              TableMeta meta = tables.get(row.getInt(1));
              long last = row.getLong(3);
              Optional<Mark> mark = row.wasNull() ? Optional.empty() : Optional.of(new Mark(last));
              infos.add(
                  new TableInfo(
                      meta.shape().name(),
                      row.getLong(2),
                      mark,
                      meta.shape().fingerprint(),
                      incarnation));
            });
    return infos;
  }

  private static TableQuery one(Dialect dialect, TableMeta meta, TableScope scope, int place) {
    RowFormat all = RowFormat.agreed(meta.shape(), meta.shape(), ColumnRules.standard());
    TableScan scan = new TableScan(dialect, meta, scope, all);
    String number = dialect == Dialect.MARIADB ? "signed" : "bigint";
    String last =
        meta.shape().mark().isEmpty()
            ? "cast(null as " + number + ")"
            : largest(dialect, scan.range());
    return scan.from(place + ", count(*), " + last, new TableQuery());
  }

  /** The largest version, found at the end of its index. */
  static String largest(Dialect dialect, TableMarks range) {
    Column column = range.column().column();
    String whole = "max(" + range.number() + ")";
    return switch (column.type().kind()) {
      case INTEGER ->
          switch (dialect) {
            case POSTGRESQL -> "max(" + range.compared() + ")::bigint";
            case MARIADB -> "cast(max(" + range.compared() + ") as signed)";
            default -> "cast(max(" + range.compared() + ") as bigint)";
          };
      default -> whole;
    };
  }
}
