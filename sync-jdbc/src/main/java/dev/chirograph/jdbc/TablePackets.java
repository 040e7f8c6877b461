package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.jdbc.TablePuts.Put;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnType;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Packets of MariaDB and MySQL, which drop the connection of one who sends too large a row: so it
 * is not sent.
 */
final class TablePackets {

  /** No server takes less. */
  private static final long SMALL = 1 << 20;

  private TablePackets() {}

  /**
   * Looks at the rows of a write.
   *
   * @throws SyncException of kind TOO_LARGE when one of them is larger than a packet
   */
  static void check(Connection connection, TablePuts puts) throws SQLException {
    List<Column> columns = puts.columns();
    long largest = puts.rows().stream().mapToLong(put -> bytes(columns, put)).max().orElse(0);
    if (largest < SMALL) {
      return;
    }
    long most =
        TableQuery.of("select @@session.max_allowed_packet")
            .read(connection, 0, row -> row.next() ? row.getLong(1) : Long.MAX_VALUE);
    if (largest >= most) {
      throw new SyncException(
          Kind.TOO_LARGE,
          "a row of about "
              + largest
              + " bytes is more than the server takes at once, which is "
              + most
              + ": raise its max_allowed_packet");
    }
  }

  private static long bytes(List<Column> columns, Put put) {
    long bytes = 0;
    for (int i = 0; i < columns.size(); i++) {
      @Nullable String cell = put.cells().get(i);
      if (cell != null) {
        boolean hex = columns.get(i).type().kind() == ColumnType.Kind.BYTES;
        bytes += hex ? cell.length() / 2 : cell.length();
      }
    }
    return bytes;
  }
}
