package dev.chirograph.table;

import dev.chirograph.SyncException;
import dev.chirograph.spi.table.ReplicaTable;
import java.util.Optional;

/** The right of one agent to write to the replica, kept as long as it works. */
final class Fence implements AutoCloseable {

  private final ReplicaTable replica;
  private final String table;
  private final TableSettings settings;
  private final long fence;
  private long asked;

  /**
   * Asks for the right.
   *
   * @throws SyncException of kind CONFLICT while another agent has it
   */
  Fence(ReplicaTable replica, String table, TableSettings settings) {
    this.replica = replica;
    this.table = table;
    this.settings = settings;
    this.fence = ask();
  }

  private long ask() {
    asked = settings.environment().pacing().nanoTime();
    Optional<Long> given = settings.call(() -> replica.lease(settings.agent(), settings.lease()));
    return given.orElseThrow(() -> taken("another agent works on it; it is tried again later"));
  }

  private SyncException taken(String why) {
    return new SyncException(
        SyncException.Kind.CONFLICT, SyncException.Advice.NEVER, table + ": " + why, null);
  }

  /** The fence, extended where half of its time has passed. */
  long held() {
    long passed = settings.environment().pacing().nanoTime() - asked;
    if (passed > settings.lease().toNanos() / 2 && ask() != fence) {
      throw taken("another agent has worked on it meanwhile");
    }
    return fence;
  }

  /** Gives it back. */
  @Override
  public void close() {
    replica.release(fence);
  }
}
