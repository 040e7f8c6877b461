package dev.chirograph.memory;

import dev.chirograph.SyncException;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Queues and states of any number of tenants in the memory of one process. Asking twice for the
 * same queue or state gives the same one.
 *
 * <p>Safe for use by several threads. Nothing outlives the process.
 */
public final class MemoryBackend {

  private final InstantSource clock;
  private final Map<QueueName, MemoryQueue> queues = new ConcurrentHashMap<>();
  private final Map<String, MemoryState> states = new ConcurrentHashMap<>();

  // One sequence for all: a fence or version of one queue or tenant never fits in another.
  private final AtomicLong sequence = new AtomicLong();

  private MemoryBackend(InstantSource clock) {
    this.clock = Objects.requireNonNull(clock, "clock");
  }

  /** An empty backend whose leases, delays and times follow the system's clock. */
  public static MemoryBackend create() {
    return create(InstantSource.system());
  }

  /**
   * An empty backend.
   *
   * @param clock what leases, delays and times follow
   */
  public static MemoryBackend create(InstantSource clock) {
    return new MemoryBackend(clock);
  }

  /**
   * A queue of a tenant.
   *
   * @throws SyncException of kind INVALID_ARGUMENT when the tenant or the name is empty
   */
  public MemoryQueue queue(String tenant, String name) {
    checkName("tenant", tenant);
    checkName("queue name", name);
    return queues.computeIfAbsent(
        new QueueName(tenant, name), n -> new MemoryQueue(n.toString(), clock, sequence));
  }

  /**
   * The state of a tenant.
   *
   * @throws SyncException of kind INVALID_ARGUMENT when the tenant is empty
   */
  public MemoryState state(String tenant) {
    checkName("tenant", tenant);
    return states.computeIfAbsent(tenant, t -> new MemoryState(sequence));
  }

  private static void checkName(String what, String value) {
    if (value.isEmpty()) {
      throw SyncException.invalid("a " + what + " must not be empty");
    }
  }

  private record QueueName(String tenant, String name) {
    @Override
    public String toString() {
      return tenant + "/" + name;
    }
  }
}
