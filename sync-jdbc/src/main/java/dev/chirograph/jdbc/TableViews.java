package dev.chirograph.jdbc;

import dev.chirograph.Pacing;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tables as they were when they were last looked at, for handles that live no longer than a
 * request. Whoever asks for a shape has it looked at anew. Safe for use by several threads.
 */
final class TableViews {

  /** A pass goes by what it saw at its beginning for longer than that. */
  private static final long FRESH = Duration.ofSeconds(10).toNanos();

  private final Pacing pacing;
  private final Map<String, Seen> tables = new ConcurrentHashMap<>();

  /**
   * What was seen of a table.
   *
   * @param types of its columns as PostgreSQL names them; empty elsewhere
   * @param at when, in nanoseconds
   */
  record Seen(TableMeta meta, Map<String, String> types, long at) {}

  TableViews(Pacing pacing) {
    this.pacing = pacing;
  }

  /** What was seen of a table a moment ago. */
  Optional<Seen> recent(String name) {
    return Optional.ofNullable(tables.get(name))
        .filter(seen -> pacing.nanoTime() - seen.at() < FRESH);
  }

  /** Something was seen just now. */
  Seen saw(String name, TableMeta meta, Map<String, String> types) {
    Seen seen = new Seen(meta, Map.copyOf(types), pacing.nanoTime());
    tables.put(name, seen);
    return seen;
  }

  /** It is not what it was. */
  void forget(String name) {
    tables.remove(name);
  }
}
