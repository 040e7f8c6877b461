package dev.chirograph.table;

import dev.chirograph.SyncException;
import java.util.Optional;

/** The right of one agent to write to the replica, kept as long as it works. */
final class Fence implements AutoCloseable {

  private final TableContext context;
  private final long fence;
  private long asked;

  /**
   * Asks for the right.
   *
   * @throws SyncException of kind CONFLICT while another agent has it
   */
  Fence(TableContext context) {
    this.context = context;
    this.fence = ask();
  }

  private long ask() {
    asked = context.nanoTime();
    TableSettings settings = context.settings();
    Optional<Long> given =
        context.call(() -> context.replica().lease(settings.agent(), settings.lease()));
    return given.orElseThrow(() -> taken("another agent works on it; it is tried again later"));
  }

  private SyncException taken(String why) {
    return new SyncException(
        SyncException.Kind.CONFLICT, SyncException.Advice.NEVER, context.name() + ": " + why, null);
  }

  /** The fence, extended where half of its time has passed. */
  long held() {
    long passed = context.nanoTime() - asked;
    if (passed > context.settings().lease().toNanos() / 2 && ask() != fence) {
      throw taken("another agent has worked on it meanwhile");
    }
    return fence;
  }

  /** Gives it back. */
  @Override
  public void close() {
    context.call(
        () -> {
          context.replica().release(fence);
          return true;
        });
  }
}
