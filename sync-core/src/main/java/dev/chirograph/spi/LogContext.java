package dev.chirograph.spi;

import dev.chirograph.spi.LogEntry.Dot;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/**
 * What a log has seen, whether it still holds it or not: for each life of each node, everything
 * that was written there up to a number.
 *
 * <p>An entry that was covered a while ago, and that the log does not hold, was deleted, and the
 * delete has been forgotten since: it is not taken in again. This is why a log may forget deletes
 * at all.
 *
 * <p>Immutable and safe for use by several threads; as many numbers as nodes have had lives.
 */
public final class LogContext {

  /** Nothing was seen. */
  public static final LogContext EMPTY = new LogContext(Map.of());

  private final Map<Life, Long> seen;

  private LogContext(Map<Life, Long> seen) {
    this.seen = seen;
  }

  /**
   * One life of the log of one node.
   *
   * @param node its name
   * @param epoch the life
   */
  public record Life(String node, UUID epoch) {
    public Life {
      Objects.requireNonNull(node, "node");
      Objects.requireNonNull(epoch, "epoch");
    }
  }

  /** What these numbers say. */
  public static LogContext of(Map<Life, Long> seen) {
    return seen.isEmpty() ? EMPTY : new LogContext(Map.copyOf(seen));
  }

  /** How far each life of each node was seen. Immutable. */
  public Map<Life, Long> seen() {
    return seen;
  }

  /** Whether what stands at a dot was seen. */
  public boolean covers(Dot dot) {
    Long number = seen.get(new Life(dot.node(), dot.epoch()));
    return number != null && number >= dot.number();
  }

  /** All that either has seen. */
  public LogContext join(LogContext other) {
    if (other.seen.isEmpty()) {
      return this;
    }
    Map<Life, Long> both = new HashMap<>(seen);
    other.seen.forEach((life, number) -> both.merge(life, number, Math::max));
    return both.equals(seen) ? this : of(both);
  }

  /** The same, with one life seen up to a number, be it more or less than before. */
  public LogContext with(Life life, long number) {
    Map<Life, Long> changed = new HashMap<>(seen);
    changed.put(life, number);
    return of(changed);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LogContext context && seen.equals(context.seen);
  }

  @Override
  public int hashCode() {
    return seen.hashCode();
  }

  @Override
  public String toString() {
    return "LogContext" + seen;
  }
}
