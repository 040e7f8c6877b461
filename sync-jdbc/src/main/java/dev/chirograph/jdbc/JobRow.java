package dev.chirograph.jdbc;

import dev.chirograph.Key;
import dev.chirograph.spi.Job;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;

/**
 * A job as a row of the table of waiting jobs, and the rules by which two of one key become one
 * (QUE-1).
 *
 * <p>Not safe for use by several threads.
 */
final class JobRow {

  static final int READY = 0;
  static final int DELAYED = 1;
  static final int HELD = 2;

  static final int FULL = 1;
  static final int MAY_DELETE = 2;

  /** A sequence number that the database is to give. */
  static final long NEW = 0;

  /** A thousand years: what lies later comes never, and sums of it do not overflow. */
  private static final Duration FAR = Duration.ofDays(365_000);

  private static final int MAX_ERROR_LENGTH = 1000;
  private static final byte[] NOTHING = {};

  /** Rows are locked in this order by everybody, so that no two wait for each other. */
  static final Comparator<JobRow> BY_KEY =
      Comparator.<JobRow>comparingInt(row -> row.scope).thenComparing(row -> row.key);

  final int lane;
  final int scope;
  final Key key;
  long seq = NEW;

  /** Microseconds: after the statement's own time until {@link #at} was called, then absolute. */
  long at;

  long run;
  int rank;
  int state;
  int flags;
  int attempts;
  byte[] note = NOTHING;
  byte[] error = NOTHING;

  JobRow(int lane, int scope, Key key) {
    this.lane = lane;
    this.scope = scope;
    this.key = key;
  }

  /** The row of a job that is enqueued. */
  static JobRow of(int lane, int scope, Job job) {
    JobRow row = new JobRow(lane, scope, job.key());
    row.run = job.run();
    row.rank = -job.priority();
    row.flags = job.full() ? FULL : 0;
    row.note = job.note().isEmpty() ? NOTHING : job.note().getBytes(StandardCharsets.UTF_8);
    if (job.held()) {
      row.state = HELD;
    } else {
      row.delay(job.delay());
    }
    return row;
  }

  /** Makes it ready, or ready after a while. */
  void delay(Duration delay) {
    at = micros(delay);
    state = at == 0 ? READY : DELAYED;
  }

  /** Counts its time from now, for databases where rows are merged here. */
  void at(long now) {
    at += now;
  }

  /** The job as it is given out: neither held nor delayed. */
  Job job(String kind, String scopeName) {
    Job.Builder job =
        Job.builder(kind, scopeName, key)
            .run(run)
            .priority(-rank)
            .note(new String(note, StandardCharsets.UTF_8));
    return ((flags & FULL) == 0 ? job : job.full()).build();
  }

  /** What finds the key among those that run; a collision only makes a job wait for another. */
  int hash() {
    int hash = scope * 0x9E3779B9;
    for (int i = 0; i < key.length(); i++) {
      hash = (hash ^ key.byteAt(i)) * 0x01000193;
    }
    hash = (hash ^ (hash >>> 15)) * 0x2C1B3C6D;
    return hash ^ (hash >>> 13);
  }

  /**
   * Takes over what a newer job of the same key asks for.
   *
   * @return whether this changed anything
   */
  boolean upgrade(JobRow newer) {
    boolean changed = upgradeTime(newer);
    boolean otherRun = newer.run != 0 && newer.run != run;
    // Leave to delete belongs to the run that was released and does not pass to the next one.
    int leave = (newer.flags & MAY_DELETE) | (otherRun ? 0 : flags & MAY_DELETE);
    int merged = ((flags | newer.flags) & FULL) | leave;
    changed |= otherRun || merged != flags || newer.rank < rank || newer.attempts > attempts;
    if (newer.note.length > 0 && !Arrays.equals(newer.note, note)) {
      note = newer.note;
      changed = true;
    }
    run = otherRun ? newer.run : run;
    flags = merged;
    rank = Math.min(rank, newer.rank);
    attempts = Math.max(attempts, newer.attempts);
    error = error.length == 0 ? newer.error : error;
    return changed;
  }

  /** What is ready stays ready: a finding of a run must not stop work that somebody asked for. */
  private boolean upgradeTime(JobRow newer) {
    boolean earlier = state == HELD || (state == DELAYED && newer.at < at);
    if (newer.state == HELD || !earlier) {
      return false;
    }
    state = newer.state;
    at = newer.at;
    return true;
  }

  /** An error as it is kept: cut, without half of a surrogate pair at its end. */
  static byte[] error(String text) {
    int length = Math.min(text.length(), MAX_ERROR_LENGTH);
    if (length < text.length() && Character.isHighSurrogate(text.charAt(length - 1))) {
      length--;
    }
    return text.substring(0, length).getBytes(StandardCharsets.UTF_8);
  }

  /** A time span in microseconds, rounded up: what is due in a nanosecond is not due now. */
  static long micros(Duration span) {
    Duration bounded = span.compareTo(FAR) > 0 ? FAR : span;
    return Math.addExact(
        Math.multiplyExact(bounded.getSeconds(), 1_000_000L), (bounded.getNano() + 999L) / 1_000);
  }
}
