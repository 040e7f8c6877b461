package dev.chirograph.spi;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;

/**
 * One item to look at. A job is level-triggered: it says what to look at and never carries content;
 * what has to be done is found out when it is done.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class Job {

  /** The longest note in bytes of UTF-8. */
  public static final int MAX_NOTE_BYTES = 4096;

  /** The longest kind in characters. */
  public static final int MAX_KIND_LENGTH = 50;

  /** The longest scope in characters. */
  public static final int MAX_SCOPE_LENGTH = 200;

  /** Priorities lie between minus this and this. */
  public static final int MAX_PRIORITY = 1000;

  private final String kind;
  private final String scope;
  private final Key key;
  private final long run;
  private final int priority;
  private final boolean full;
  private final boolean held;
  private final Duration delay;
  private final String note;

  private Job(Builder builder) {
    this.kind = builder.kind;
    this.scope = builder.scope;
    this.key = builder.key;
    this.run = builder.run;
    this.priority = builder.priority;
    this.full = builder.full;
    this.held = builder.held;
    this.delay = builder.delay;
    this.note = builder.note;
  }

  /**
   * A builder of a job of no run, of priority 0, ready at once.
   *
   * @param kind what sort of work it is; 1 to {@value #MAX_KIND_LENGTH} characters
   * @param scope the pair of stores, table or bucket it belongs to; at most {@value
   *     #MAX_SCOPE_LENGTH} characters
   * @param key the item
   */
  public static Builder builder(String kind, String scope, Key key) {
    return new Builder(kind, scope, key);
  }

  /** What sort of work it is. */
  public String kind() {
    return kind;
  }

  /** The pair of stores, table or bucket it belongs to. */
  public String scope() {
    return scope;
  }

  /** The item. */
  public Key key() {
    return key;
  }

  /** The id of the run that asked for it; 0 when none did. */
  public long run() {
    return run;
  }

  /** Higher goes first. */
  public int priority() {
    return priority;
  }

  /** Whether everything has to be read again, attributes included. */
  public boolean full() {
    return full;
  }

  /** Whether the job waits for the release of its run. */
  public boolean held() {
    return held;
  }

  /** How long after being enqueued the job may be leased first; zero means at once. */
  public Duration delay() {
    return delay;
  }

  /**
   * A small JSON text that belongs to the job, such as a position or an upload id; empty when none.
   */
  public String note() {
    return note;
  }

  /** A builder with everything of this job. */
  public Builder toBuilder() {
    Builder builder =
        new Builder(kind, scope, key).run(run).priority(priority).note(note).delay(delay);
    builder.full = full;
    builder.held = held;
    return builder;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Job that
        && kind.equals(that.kind)
        && scope.equals(that.scope)
        && key.equals(that.key)
        && run == that.run
        && priority == that.priority
        && full == that.full
        && held == that.held
        && delay.equals(that.delay)
        && note.equals(that.note);
  }

  @Override
  public int hashCode() {
    return Objects.hash(kind, scope, key, run);
  }

  @Override
  public String toString() {
    return "Job["
        + kind
        + " "
        + scope
        + "/"
        + key
        + (run == 0 ? "" : ", run " + run)
        + (priority == 0 ? "" : ", priority " + priority)
        + (full ? ", full" : "")
        + (held ? ", held" : "")
        + (delay.isZero() ? "" : ", in " + delay)
        + (note.isEmpty() ? "" : ", " + note)
        + "]";
  }

  /** Collects the facts of a job. Not safe for use by several threads. */
  public static final class Builder {
    private final String kind;
    private final String scope;
    private final Key key;
    private long run;
    private int priority;
    private boolean full;
    private boolean held;
    private Duration delay = Duration.ZERO;
    private String note = "";

    private Builder(String kind, String scope, Key key) {
      this.kind = Objects.requireNonNull(kind, "kind");
      this.scope = Objects.requireNonNull(scope, "scope");
      this.key = Objects.requireNonNull(key, "key");
      if (kind.isEmpty() || kind.length() > MAX_KIND_LENGTH) {
        throw SyncException.invalid(
            "a job's kind has 1 to " + MAX_KIND_LENGTH + " characters: '" + kind + "'");
      }
      if (scope.length() > MAX_SCOPE_LENGTH) {
        throw SyncException.invalid(
            "a job's scope has at most "
                + MAX_SCOPE_LENGTH
                + " characters, this one has "
                + scope.length());
      }
    }

    /** The id of the run; not negative, 0 means none. */
    public Builder run(long id) {
      if (id < 0) {
        throw SyncException.invalid("a run id must not be negative: " + id);
      }
      this.run = id;
      return this;
    }

    /** The priority, higher first; between -{@value #MAX_PRIORITY} and {@value #MAX_PRIORITY}. */
    public Builder priority(int value) {
      if (Math.abs(value) > MAX_PRIORITY) {
        throw SyncException.invalid(
            "a priority lies between -" + MAX_PRIORITY + " and " + MAX_PRIORITY + ": " + value);
      }
      this.priority = value;
      return this;
    }

    /** Everything has to be read again. */
    public Builder full() {
      this.full = true;
      return this;
    }

    /** The job waits until its run is released. */
    public Builder held() {
      this.held = true;
      return this;
    }

    /** The job may be leased after this time; not negative. */
    public Builder delay(Duration value) {
      if (value.isNegative()) {
        throw SyncException.invalid("a delay must not be negative: " + value);
      }
      this.delay = value;
      return this;
    }

    /** A small JSON text; at most {@value #MAX_NOTE_BYTES} bytes. */
    public Builder note(String json) {
      this.note = checkedNote(json);
      return this;
    }

    /**
     * The job.
     *
     * @throws SyncException of kind INVALID_ARGUMENT when it is held without a run
     */
    public Job build() {
      if (held && run == 0) {
        throw SyncException.invalid(
            "a held job needs a run that can release it: " + scope + "/" + key);
      }
      return new Job(this);
    }
  }

  static String checkedNote(String json) {
    if (json.length() > MAX_NOTE_BYTES / 4
        && json.getBytes(StandardCharsets.UTF_8).length > MAX_NOTE_BYTES) {
      throw SyncException.invalid("a note has at most " + MAX_NOTE_BYTES + " bytes");
    }
    return json;
  }
}
