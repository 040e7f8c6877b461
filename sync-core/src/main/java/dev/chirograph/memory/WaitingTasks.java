package dev.chirograph.memory;

import dev.chirograph.Key;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that wait, each key once, with an index of those that are ready and one of those that
 * are delayed. Guarded by the lock of its queue.
 */
final class WaitingTasks {

  private final Map<Lane, LaneTasks> lanes = new HashMap<>();
  private final Map<String, TreeSet<Task>> ready = new HashMap<>();
  private final TreeSet<Task> delayed = new TreeSet<>(Task.BY_TIME);
  private final BiPredicate<Lane, Key> running;

  /**
   * Without any task.
   *
   * @param running tells whether a key runs; what waits for it is in no index until it is put again
   */
  WaitingTasks(BiPredicate<Lane, Key> running) {
    this.running = running;
  }

  /** The lane of this name; the one that the waiting tasks share, when there are some. */
  Lane lane(String kind, String scope) {
    Lane lane = new Lane(kind, scope);
    LaneTasks tasks = lanes.get(lane);
    return tasks == null ? lane : tasks.lane;
  }

  @Nullable Task get(Lane lane, Key key) {
    LaneTasks tasks = lanes.get(lane);
    return tasks == null ? null : tasks.byKey.get(key);
  }

  /** Puts a task whose key does not wait. */
  void put(Task task, long now) {
    lanes.computeIfAbsent(task.lane, LaneTasks::new).byKey.put(task.key, task);
    index(task, now);
  }

  void remove(Task task) {
    unindex(task);
    LaneTasks tasks = lanes.get(task.lane);
    if (tasks != null && tasks.byKey.remove(task.key, task) && tasks.byKey.isEmpty()) {
      lanes.remove(task.lane);
    }
  }

  /** Takes out the task of a kind that is to be leased next. */
  @Nullable Task poll(String kind) {
    TreeSet<Task> tasks = ready.get(kind);
    if (tasks == null) {
      return null;
    }
    Task task = tasks.first();
    remove(task);
    return task;
  }

  /** Lets go the follow-up of a key that runs no more. */
  void unblock(Lane lane, Key key, long now) {
    Task task = get(lane, key);
    if (task != null) {
      unindex(task);
      index(task, now);
    }
  }

  /** Makes those ready whose time has come. */
  void promote(long now) {
    while (!delayed.isEmpty() && delayed.first().due <= now) {
      Task task = delayed.first();
      unindex(task);
      index(task, now);
    }
  }

  void forEach(Consumer<Task> action) {
    lanes.values().forEach(tasks -> tasks.byKey.values().forEach(action));
  }

  /** Those that meet a condition, in no order. */
  List<Task> select(Predicate<Task> condition) {
    List<Task> selected = new ArrayList<>();
    forEach(
        task -> {
          if (condition.test(task)) {
            selected.add(task);
          }
        });
    return selected;
  }

  private void index(Task task, long now) {
    if (task.held || running.test(task.lane, task.key)) {
      task.place = Task.Place.NONE;
    } else if (task.due > now) {
      task.place = Task.Place.DELAYED;
      delayed.add(task);
    } else {
      task.place = Task.Place.READY;
      ready.computeIfAbsent(task.lane.kind(), kind -> new TreeSet<>(Task.BY_PRIORITY)).add(task);
    }
  }

  private void unindex(Task task) {
    if (task.place == Task.Place.DELAYED) {
      delayed.remove(task);
    } else if (task.place == Task.Place.READY) {
      String kind = task.lane.kind();
      TreeSet<Task> tasks = ready.get(kind);
      if (tasks != null && tasks.remove(task) && tasks.isEmpty()) {
        ready.remove(kind);
      }
    }
    task.place = Task.Place.NONE;
  }

  /** The tasks of one lane, which share the lane itself. */
  private static final class LaneTasks {
    private final Lane lane;
    private final Map<Key, Task> byKey = new HashMap<>();

    private LaneTasks(Lane lane) {
      this.lane = lane;
    }
  }
}
