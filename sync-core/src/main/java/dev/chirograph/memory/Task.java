package dev.chirograph.memory;

import dev.chirograph.Key;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.Lease;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A job as the queue keeps it. There may be millions, so it holds plain fields.
 *
 * <p>The indexes of {@link WaitingTasks} sort by these fields: a task is taken out before one of
 * them is changed. Guarded by the lock of its queue.
 */
final class Task {

  /** Which index a waiting task is in. */
  enum Place {
    /** In none: it is held, follows a running one, or does not wait. */
    NONE,
    DELAYED,
    READY
  }

  /** In the order in which tasks are leased. */
  static final Comparator<Task> BY_PRIORITY =
      Comparator.<Task>comparingInt(task -> -task.priority).thenComparingLong(task -> task.number);

  /** In the order in which delayed tasks become ready. */
  static final Comparator<Task> BY_TIME =
      Comparator.<Task>comparingLong(task -> task.due).thenComparingLong(task -> task.number);

  final Lane lane;
  final Key key;
  long number;
  long run;
  long due;
  int attempts;
  short priority;
  boolean full;
  boolean held;
  boolean mayDelete;
  Place place = Place.NONE;
  String note;
  @Nullable String error;

  /**
   * A task of a job that is enqueued now.
   *
   * @param number its place among tasks of one priority
   * @param now the time in milliseconds
   */
  Task(Lane lane, Job job, long number, long now) {
    this.lane = lane;
    this.key = job.key();
    this.number = number;
    this.run = job.run();
    this.due = later(now, job.delay());
    this.priority = (short) job.priority();
    this.full = job.full();
    this.held = job.held();
    this.note = job.note();
  }

  /**
   * Takes over what a newer task of the same key asks for, as QUE-1 says.
   *
   * @return whether this changed anything
   */
  boolean upgrade(Task newer) {
    boolean changed = upgradeTime(newer);
    changed |= upgradeRun(newer);
    if (newer.full && !full) {
      full = true;
      changed = true;
    }
    if (newer.priority > priority) {
      priority = newer.priority;
      changed = true;
    }
    if (!newer.note.isEmpty() && !newer.note.equals(note)) {
      note = newer.note;
      changed = true;
    }
    if (newer.attempts > attempts) {
      attempts = newer.attempts;
      changed = true;
    }
    if (error == null) {
      error = newer.error;
    }
    return changed;
  }

  private boolean upgradeTime(Task newer) {
    // What is ready stays ready: a finding of a run must not stop work that somebody asked for.
    if (newer.held) {
      return false;
    }
    if (held) {
      held = false;
      due = newer.due;
      return true;
    }
    if (newer.due < due) {
      due = newer.due;
      return true;
    }
    return false;
  }

  private boolean upgradeRun(Task newer) {
    boolean otherRun = newer.run != 0 && newer.run != run;
    // Leave to delete belongs to the run that was released, and does not pass to the next one.
    boolean leave = newer.mayDelete || (mayDelete && !otherRun);
    boolean changed = otherRun || leave != mayDelete;
    if (otherRun) {
      run = newer.run;
    }
    mayDelete = leave;
    return changed;
  }

  Lease.LeasedJob leased(int slot) {
    return new Lease.LeasedJob(slot, job(), attempts, mayDelete, Optional.ofNullable(error));
  }

  /** The job as it is given out: neither held nor delayed. */
  Job job() {
    Job.Builder job =
        Job.builder(lane.kind(), lane.scope(), key).run(run).priority(priority).note(note);
    return (full ? job.full() : job).build();
  }

  /** A time that lies so much later; the end of time when there is no such number. */
  static long later(long millis, Duration by) {
    // Rounded up: what is due in a nanosecond is not due now.
    boolean far = by.compareTo(Duration.ofMillis(Long.MAX_VALUE / 2)) > 0;
    return far ? Long.MAX_VALUE : millis + by.plusNanos(999_999).toMillis();
  }
}
