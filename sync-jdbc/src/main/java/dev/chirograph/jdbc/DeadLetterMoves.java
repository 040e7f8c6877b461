package dev.chirograph.jdbc;

import dev.chirograph.KeyRange;
import dev.chirograph.spi.SupportsDeadLetters.Selection;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Replays and drops dead letters page by page, each page in one transaction. Safe for use by
 * several threads.
 */
final class DeadLetterMoves {

  private final Database database;
  private final DeadTable dead;
  private final JobTable jobs;

  DeadLetterMoves(Database database, DeadTable dead, JobTable jobs) {
    this.database = database;
    this.dead = dead;
    this.jobs = jobs;
  }

  /** Puts dead letters among the waiting jobs; answers how many. */
  long replay(Selection selection) {
    return eachPage(
        selection,
        (connection, rows) -> {
          jobs.put(connection, rows);
          dead.remove(connection, rows);
        });
  }

  /** Removes dead letters; answers how many. */
  long drop(Selection selection) {
    return eachPage(selection, dead::remove);
  }

  @FunctionalInterface
  private interface PageWork {
    void run(Connection connection, List<JobRow> rows) throws SQLException;
  }

  private long eachPage(Selection selection, PageWork work) {
    List<DeadTable.DeadScope> scopes =
        database.transaction("listing dead letters", c -> dead.scopes(c, selection));
    long total = 0;
    for (DeadTable.DeadScope scope : scopes) {
      total += eachPage(scope, selection.keys(), work);
    }
    return total;
  }

  private long eachPage(DeadTable.DeadScope scope, KeyRange keys, PageWork work) {
    long total = 0;
    Optional<byte[]> ahead = Optional.of(keys.from().toBytes());
    while (ahead.isPresent()) {
      byte[] from = ahead.get();
      DeadTable.Page page =
          database.transaction("changing dead letters", c -> onePage(c, scope, from, keys, work));
      total += page.letters().size();
      ahead = page.next();
    }
    return total;
  }

  private DeadTable.Page onePage(
      Connection connection, DeadTable.DeadScope scope, byte[] from, KeyRange keys, PageWork work)
      throws SQLException {
    DeadTable.Page page = dead.lockPage(connection, scope, from, keys);
    work.run(connection, page.letters().stream().map(DeadTable.Dead::row).toList());
    return page;
  }
}
