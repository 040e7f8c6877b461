package dev.chirograph.memory;

import dev.chirograph.Key;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The leases that are held, by fence. Guarded by the lock of its queue. */
final class RunningTasks {

  private final Map<Long, Batch> batches = new HashMap<>();
  private final Set<Id> running = new HashSet<>();

  private record Id(Lane lane, Key key) {}

  /** Whether a key runs. */
  boolean contains(Lane lane, Key key) {
    return running.contains(new Id(lane, key));
  }

  void add(Batch batch) {
    batches.put(batch.fence, batch);
    batch.forEachOpen(task -> running.add(new Id(task.lane, task.key)));
  }

  @Nullable Batch get(long fence) {
    return batches.get(fence);
  }

  /** Ends one task of a batch, and the batch with its last one. */
  void end(Batch batch, int slot) {
    Task task = batch.tasks[slot];
    if (task != null) {
      running.remove(new Id(task.lane, task.key));
      batch.tasks[slot] = null;
      batch.open--;
    }
    if (batch.open == 0) {
      batches.remove(batch.fence);
    }
  }

  /** The batches whose time is over. */
  List<Batch> expired(long now) {
    List<Batch> expired = new ArrayList<>();
    for (Batch batch : batches.values()) {
      if (batch.until <= now) {
        expired.add(batch);
      }
    }
    return expired;
  }

  void forEach(Consumer<Task> action) {
    batches.values().forEach(batch -> batch.forEachOpen(action));
  }

  /** One lease: its tasks by slot, null where the task has ended. */
  static final class Batch {
    final long fence;
    final @Nullable Task[] tasks;
    private int open;
    long until;

    Batch(long fence, List<Task> tasks, long until) {
      this.fence = fence;
      this.tasks = tasks.toArray(new Task[0]);
      this.open = tasks.size();
      this.until = until;
    }

    private void forEachOpen(Consumer<Task> action) {
      for (Task task : tasks) {
        if (task != null) {
          action.accept(task);
        }
      }
    }
  }
}
