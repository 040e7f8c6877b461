package dev.chirograph.relocate;

import dev.chirograph.spi.SupportsRuns;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * A run of moves that were asked for together. It lives in the state store, not in this object: any
 * process that knows the id can look at it or cancel it, also after a restart.
 *
 * <p>Safe for use by several threads.
 */
public final class Relocation {

  private final long id;
  private final RunBook book;
  private final SupportsRuns queue;
  private final DeadMoves dead;
  private final InstantSource clock;

  Relocation(long id, RunBook book, SupportsRuns queue, DeadMoves dead, InstantSource clock) {
    this.id = id;
    this.book = book;
    this.queue = queue;
    this.dead = dead;
    this.clock = clock;
  }

  /** The id: positive, later runs have larger ones. */
  public long id() {
    return id;
  }

  /**
   * How far it is.
   *
   * @throws dev.chirograph.SyncException when the state store or the queue cannot be asked
   */
  public Progress progress() {
    RunBook.Entry entry = book.entry(id);
    long remaining = queue.remaining(id, Long.MAX_VALUE);
    long done = Math.max(0, entry.moves() - remaining);
    Duration passed = Duration.between(Instant.ofEpochMilli(entry.begun()), clock.instant());
    Duration eta =
        done == 0 ? Duration.ZERO : Duration.ofMillis(passed.toMillis() * remaining / done);
    return new Progress(
        Math.max(entry.moves(), remaining), remaining, dead.count(id), entry.stopped(), eta);
  }

  /**
   * Ends it: moves that have begun are undone, the others are not begun, unless their handles were
   * pointed to the copy already. Files that are not where they belong are found again by the next
   * collecting, so change the policy first.
   */
  public void cancel() {
    book.cancel(id);
  }

  /**
   * How far a run is.
   *
   * @param moves how many were asked for; moves that waited already count with the run that asked
   *     last
   * @param remaining how many are left
   * @param failed how many were given up and are dead letters, whose replay tries them again
   * @param cancelled whether it was cancelled
   * @param eta how long the rest takes at the pace so far; zero when there is no telling
   */
  public record Progress(
      long moves, long remaining, long failed, boolean cancelled, Duration eta) {}
}
