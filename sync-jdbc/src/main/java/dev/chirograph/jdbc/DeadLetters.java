package dev.chirograph.jdbc;

import dev.chirograph.CloseableIterator;
import dev.chirograph.KeyRange;
import dev.chirograph.spi.SupportsDeadLetters.DeadLetter;
import dev.chirograph.spi.SupportsDeadLetters.Selection;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.NoSuchElementException;

/** Dead letters page by page: between two pages no connection is held. For one thread. */
final class DeadLetters implements CloseableIterator<DeadLetter> {

  private final Database database;
  private final DeadTable table;
  private final KeyRange keys;
  private final Deque<DeadTable.DeadScope> scopes;
  private final Deque<DeadLetter> page = new ArrayDeque<>();
  private KeyRange ahead;

  DeadLetters(Database database, DeadTable table, Selection selection) {
    this.database = database;
    this.table = table;
    this.keys = selection.keys();
    this.ahead = keys;
    this.scopes =
        new ArrayDeque<>(
            database.transaction("listing dead letters", c -> table.scopes(c, selection)));
  }

  @Override
  public boolean hasNext() {
    while (page.isEmpty() && !scopes.isEmpty()) {
      DeadTable.DeadScope scope = scopes.getFirst();
      KeyRange range = ahead;
      List<DeadTable.Dead> found =
          database.transaction("listing dead letters", c -> table.page(c, scope, range));
      found.forEach(dead -> page.add(dead.letter()));
      if (found.size() < DeadTable.PAGE) {
        scopes.removeFirst();
        ahead = keys;
      } else {
        ahead = ahead.after(found.get(found.size() - 1).row().key);
      }
    }
    return !page.isEmpty();
  }

  @Override
  public DeadLetter next() {
    if (!hasNext()) {
      throw new NoSuchElementException("there are no more dead letters");
    }
    return page.removeFirst();
  }

  @Override
  public void close() {
    page.clear();
    scopes.clear();
  }
}
