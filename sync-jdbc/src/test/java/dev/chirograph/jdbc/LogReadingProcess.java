package dev.chirograph.jdbc;

import dev.chirograph.servers.Database;
import dev.chirograph.spi.ReplicaLog.Page;
import dev.chirograph.spi.ReplicaLog.Position;

/** Reads a log to its head, and says how many items there were. */
final class LogReadingProcess {

  private static final int ITEMS = 1_000;
  private static final long BYTES = 4L << 20;

  private LogReadingProcess() {}

  public static void main(String[] arguments) {
    Database database = new Database(arguments[0], arguments[1], arguments[2]);
    JdbcLog log = JdbcLog.of(database.dataSource(), "here");
    long items = 0;
    Position after = Position.START;
    Page page;
    do {
      page = log.read(after, ITEMS, BYTES);
      items += page.items().size();
      after = page.next();
    } while (!page.reachesHead());
    System.out.println(items + " items");
  }
}
