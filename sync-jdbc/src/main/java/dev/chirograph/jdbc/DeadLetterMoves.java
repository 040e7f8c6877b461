package dev.chirograph.jdbc;

import dev.chirograph.KeyRange;
import dev.chirograph.spi.SupportsDeadLetters.Selection;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

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
    KeyRange ahead = keys;
    List<DeadTable.Dead> page;
    do {
      KeyRange range = ahead;
      page = database.transaction("changing dead letters", c -> onePage(c, scope, range, work));
      total += page.size();
      if (!page.isEmpty()) {
        ahead = ahead.after(page.get(page.size() - 1).row().key);
      }
    } while (page.size() == DeadTable.PAGE);
    return total;
  }

  private List<DeadTable.Dead> onePage(
      Connection connection, DeadTable.DeadScope scope, KeyRange range, PageWork work)
      throws SQLException {
    List<DeadTable.Dead> letters = dead.lockPage(connection, scope, range);
    work.run(connection, letters.stream().map(DeadTable.Dead::row).toList());
    return letters;
  }
}
