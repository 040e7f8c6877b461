package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the log of rows that cannot be read and are passed over: of each once, so that a question
 * that is asked again and again does not fill it. Safe for use by several threads.
 */
final class UnreadableRows {

  private static final Logger LOG = LoggerFactory.getLogger(UnreadableRows.class);

  /** Of more than these it tells each time. */
  private static final int REMEMBERED = 1_000;

  private final Set<Object> told = ConcurrentHashMap.newKeySet();

  /**
   * Tells of a row.
   *
   * @param row what finds it, with an {@code equals} of its own
   * @param why without anything that is stored
   */
  void tell(Object row, SyncException why) {
    if (told.size() >= REMEMBERED || told.add(row)) {
      LOG.error("{}. The row stays as it is, and is passed over", why.getMessage());
    }
  }
}
