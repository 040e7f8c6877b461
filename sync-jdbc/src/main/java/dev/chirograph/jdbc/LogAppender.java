package dev.chirograph.jdbc;

import dev.chirograph.SyncException;
import dev.chirograph.jdbc.AppendCall.Outcome;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.ReplicaLog.Appended;
import dev.chirograph.spi.ReplicaLog.Fate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Appends the entries of several calls in one transaction. What one of them is refused for does not
 * concern the others. Safe for use by several threads.
 */
final class LogAppender {

  /** How many groups look first, after one has met something that was there already. */
  private static final int CAREFUL = 32;

  private final LogWriter writer;
  private final AtomicInteger careful = new AtomicInteger();

  LogAppender(LogWriter writer) {
    this.writer = writer;
  }

  /** Appends calls; answers by position. */
  List<Outcome> append(List<AppendCall> calls) {
    try {
      return together(calls);
    } catch (SyncException e) {
      return afterwards(calls, e);
    } catch (RuntimeException e) { // a pool may throw what it likes
      return all(calls, e);
    }
  }

  private List<Outcome> afterwards(List<AppendCall> calls, SyncException why) {
    boolean interrupted = Thread.interrupted();
    try {
      return calls.size() > 1 && concernsOne(why, interrupted) ? apart(calls) : all(calls, why);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Whether something that is written, or an interrupt of this thread, may be the cause. */
  private static boolean concernsOne(SyncException error, boolean interrupted) {
    return switch (error.kind()) {
      case UNAVAILABLE -> interrupted && !(error instanceof UnsureException);
      case RATE_LIMITED, NOT_FOUND, PERMISSION_DENIED -> false;
      default -> true;
    };
  }

  private List<Outcome> apart(List<AppendCall> calls) {
    return calls.stream().flatMap(call -> append(List.of(call)).stream()).toList();
  }

  /** The same for all; each thread throws an error of its own. */
  private static List<Outcome> all(List<AppendCall> calls, RuntimeException why) {
    List<Outcome> outcomes = new ArrayList<>(calls.size());
    outcomes.add(Outcome.failed(why));
    SyncException ours = SyncException.of(why);
    while (outcomes.size() < calls.size()) {
      outcomes.add(
          Outcome.failed(
              new SyncException(
                  ours.kind(), ours.advice(), String.valueOf(ours.getMessage()), why)));
    }
    return outcomes;
  }

  private List<Outcome> together(List<AppendCall> calls) {
    if (mayAllBeNew(calls)) {
      try {
        return write(calls, Ahead::ofNew);
      } catch (SyncException e) {
        if (e.kind() != SyncException.Kind.ALREADY_EXISTS) {
          throw e;
        }
        careful.set(CAREFUL);
      }
    }
    return write(calls, Ahead::of);
  }

  /**
   * Whether looking what is there would probably find nothing. Deletes and deprecations are of
   * something that is there.
   */
  private boolean mayAllBeNew(List<AppendCall> calls) {
    return careful.getAndUpdate(left -> Math.max(0, left - 1)) == 0
        && calls.stream()
            .flatMap(call -> call.entries().stream())
            .allMatch(entry -> entry.body().operation() == Operation.ADD);
  }

  private List<Outcome> write(List<AppendCall> calls, Function<List<OwnEntry>, Ahead> ahead) {
    List<OwnEntry> entries = calls.stream().flatMap(call -> call.entries().stream()).toList();
    return writer.edit(
        "appending " + entries.size() + " entries",
        ahead.apply(entries),
        edit -> {
          writer.drain(edit);
          return calls.stream().map(call -> append(edit, call)).toList();
        });
  }

  private static Outcome append(LogEdit edit, AppendCall call) {
    try {
      call.entries().forEach(entry -> edit.contents().check(entry.body().content()));
    } catch (SyncException e) {
      return Outcome.failed(e);
    }
    Instant now = Database.instant(edit.micros());
    List<Fate> fates = call.entries().stream().map(entry -> edit.append(entry, now)).toList();
    List<Appended> appended = new ArrayList<>(fates.size());
    for (int i = 0; i < fates.size(); i++) {
      appended.add(edit.appended(call.entries().get(i).spot(), fates.get(i)));
    }
    return Outcome.done(appended);
  }
}
