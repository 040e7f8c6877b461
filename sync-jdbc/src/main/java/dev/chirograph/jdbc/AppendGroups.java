package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import dev.chirograph.jdbc.AppendCall.Outcome;
import dev.chirograph.spi.ReplicaLog.Appended;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Makes calls of several threads one transaction: while one writes, the others queue up, and the
 * first of them writes for all that came meanwhile.
 *
 * <p>A thread that is interrupted while its call waits takes it back. Safe for use by several
 * threads.
 */
final class AppendGroups {

  /** A group ends with the call that reaches one of these. */
  private static final int ENTRIES = 5_000;

  private static final long BYTES = 8L << 20;

  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Waiting> queue = new ArrayDeque<>();
  private final Writer writer;
  private boolean writing;

  /** Writes calls together. */
  @FunctionalInterface
  interface Writer {

    /** Writes; answers by position, and never throws but errors. */
    List<Outcome> write(List<AppendCall> calls);
  }

  AppendGroups(Writer writer) {
    this.writer = writer;
  }

  /** A call in the queue; its fields are guarded by the lock. */
  private static final class Waiting {
    private final AppendCall call;
    private final Condition turn;
    private boolean taken;
    private @Nullable Outcome outcome;

    private Waiting(AppendCall call, Condition turn) {
      this.call = call;
      this.turn = turn;
    }
  }

  /**
   * Writes a call, perhaps together with others.
   *
   * @throws SyncException of kind UNAVAILABLE when the thread is interrupted before its turn, which
   *     writes nothing; otherwise as the call failed
   */
  List<Appended> append(AppendCall call) {
    Waiting mine = new Waiting(call, lock.newCondition());
    List<Waiting> group = join(mine);
    if (!group.isEmpty()) {
      write(group);
    }
    return outcome(mine).get();
  }

  private Outcome outcome(Waiting mine) {
    lock.lock();
    try {
      Outcome outcome = mine.outcome;
      if (outcome == null) {
        throw new SyncException(SyncException.Kind.UNEXPECTED, "the entries were not written");
      }
      return outcome;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the call was written, or it is its turn to write; answers with which others. */
  private List<Waiting> join(Waiting mine) {
    lock.lock();
    try {
      queue.addLast(mine);
      try {
        while (!mine.taken && !isFirst(mine)) {
          mine.turn.await();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        if (!mine.taken) {
          throw takenBack(mine, e);
        }
      }
      while (mine.taken && mine.outcome == null) {
        mine.turn.awaitUninterruptibly(); // soon it is known what became of it
      }
      return mine.taken ? List.of() : take();
    } finally {
      lock.unlock();
    }
  }

  private boolean isFirst(Waiting mine) {
    return !writing && mine.equals(queue.peekFirst());
  }

  private SyncException takenBack(Waiting mine, InterruptedException why) {
    queue.remove(mine);
    wakeFirst();
    return new SyncException(
        SyncException.Kind.UNAVAILABLE,
        SyncException.Advice.NEVER,
        "interrupted while waiting to append; nothing was written",
        why);
  }

  private List<Waiting> take() {
    writing = true;
    List<Waiting> group = new ArrayList<>();
    int entries = 0;
    long bytes = 0;
    while (!queue.isEmpty() && entries < ENTRIES && bytes < BYTES) {
      Waiting next = queue.removeFirst();
      next.taken = true;
      entries += next.call.entries().size();
      bytes += next.call.bytes();
      group.add(next);
    }
    return group;
  }

  private void write(List<Waiting> group) {
    List<Outcome> outcomes = List.of();
    // An interrupt of this thread is not meant for the others.
    boolean interrupted = Thread.interrupted();
    try {
      outcomes = writer.write(group.stream().map(waiting -> waiting.call).toList());
    } finally {
      end(group, outcomes);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void end(List<Waiting> group, List<Outcome> outcomes) {
    lock.lock();
    try {
      for (int i = 0; i < group.size(); i++) {
        Waiting waiting = group.get(i);
        waiting.outcome = i < outcomes.size() ? outcomes.get(i) : failed();
        waiting.turn.signal();
      }
      writing = false;
      wakeFirst();
    } finally {
      lock.unlock();
    }
  }

  private static Outcome failed() {
    return Outcome.failed(
        new SyncException(
            SyncException.Kind.UNEXPECTED,
            "the thread that wrote the entries of several ended with an error; they were written or"
                + " not"));
  }

  private void wakeFirst() {
    Waiting first = queue.peekFirst();
    if (!writing && first != null) {
      first.turn.signal();
    }
  }
}
