package dev.chirograph.jdbc;

import dev.chirograph.CloseableIterator;
import dev.chirograph.KeyRange;
import dev.chirograph.spi.SupportsDeadLetters.DeadLetter;
import dev.chirograph.spi.SupportsDeadLetters.Selection;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.NoSuchElementException;

/** Dead letters page by page: between two pages no connection is held. For one thread. */
final class DeadLetters implements CloseableIterator<DeadLetter> {

  private final Database database;
  private final DeadTable table;
  private final KeyRange keys;
  private final Deque<DeadTable.DeadScope> scopes;
  private final Deque<DeadLetter> page = new ArrayDeque<>();
  private byte[] ahead;

  DeadLetters(Database database, DeadTable table, Selection selection) {
    this.database = database;
    this.table = table;
    this.keys = selection.keys();
    this.ahead = keys.from().toBytes();
    this.scopes =
        new ArrayDeque<>(
            database.transaction("listing dead letters", c -> table.scopes(c, selection)));
  }

  @Override
  public boolean hasNext() {
    while (page.isEmpty() && !scopes.isEmpty()) {
      DeadTable.DeadScope scope = scopes.getFirst();
      byte[] from = ahead;
      DeadTable.Page found =
          database.transaction("listing dead letters", c -> table.page(c, scope, from, keys));
      found.letters().forEach(dead -> page.add(dead.letter()));
      if (found.next().isEmpty()) {
        scopes.removeFirst();
      }
      ahead = found.next().orElseGet(() -> keys.from().toBytes());
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
