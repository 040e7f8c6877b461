package dev.chirograph.table;

import dev.chirograph.SyncException;
import java.util.Optional;

/**
 * The right of one agent to write to the replica, kept as long as it works. Each time it is asked
 * for, the fence is one more: a gap says that another agent has worked on the table meanwhile.
 */
final class Fence implements AutoCloseable {

  private final TableContext context;
  private long fence;
  private long asked;
  private boolean unsure;

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

  /** The fence, renewed where half of its time has passed, or a write may still be on its way. */
  long held() {
    long passed = context.nanoTime() - asked;
    if (unsure || passed > context.settings().lease().toNanos() / 2) {
      long next = ask();
      if (next != fence + 1) {
        throw taken("another agent has worked on it meanwhile");
      }
      fence = next;
      unsure = false;
    }
    return fence;
  }

  /** Nobody knows what became of a write: it must not be made after those that follow. */
  void isUnsure() {
    unsure = true;
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
