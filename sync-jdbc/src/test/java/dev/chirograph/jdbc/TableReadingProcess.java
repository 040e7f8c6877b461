package dev.chirograph.jdbc;

import dev.chirograph.Slice;
import dev.chirograph.servers.Database;
import dev.chirograph.spi.table.ColumnRules;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.SourceTable;
import java.util.List;
import java.util.Optional;

/** Hashes a table here, and says how many rows it has. */
final class TableReadingProcess {

  private TableReadingProcess() {}

  public static void main(String[] arguments) {
    Database database = new Database(arguments[0], arguments[1], arguments[2]);
    SourceTable table =
        JdbcSource.builder(database.dataSource()).table("large").build().table("large");
    RowFormat format = RowFormat.agreed(table.shape(), table.shape(), ColumnRules.standard());
    Selection selection = new Selection(format, "salt", Mark.LAST);
    Slice all = new Slice.Marks(Long.MIN_VALUE, Long.MAX_VALUE);
    long rows = table.digests(selection, List.of(all)).get(0).count();
    int page = table.manifest(selection, List.of(all), Optional.empty(), 1_000).size();
    System.out.println(format.isSameInSql() + " " + rows + " " + page);
  }
}
