package dev.chirograph;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An error with its kind and with advice on retrying. Adapters classify the errors of their store
 * into these; they never retry themselves.
 */
public class SyncException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What kind of error it is. */
  public enum Kind {
    /** There is no such item, bucket, table or run. */
    NOT_FOUND(Advice.NEVER),
    /** Something of this name is there already. */
    ALREADY_EXISTS(Advice.NEVER),
    /** Somebody else changed the item in between. */
    CONFLICT(Advice.MAY_RETRY),
    /** The caller gave something unusable. */
    INVALID_ARGUMENT(Advice.NEVER),
    /** The request was larger than the other side takes; parts of it may be taken. */
    TOO_LARGE(Advice.NEVER),
    /** The store or the adapter cannot do this. */
    UNSUPPORTED(Advice.NEVER),
    /** The store refused: credentials or rights are missing. Rights may be granted later. */
    PERMISSION_DENIED(Advice.MAY_RETRY),
    /** The store asks to slow down. */
    RATE_LIMITED(Advice.MAY_RETRY),
    /** The store cannot be reached or answered that it cannot serve now; time-outs included. */
    UNAVAILABLE(Advice.MAY_RETRY),
    /** What was read cannot be what was written. */
    CORRUPT(Advice.NEVER),
    /** Anything else. */
    UNEXPECTED(Advice.MAY_RETRY);

    private final Advice advice;

    Kind(Advice advice) {
      this.advice = advice;
    }
  }

  /** Whether trying again may help. */
  public enum Advice {
    /** The same call will fail in the same way. */
    NEVER,
    /** The same call may succeed later. */
    MAY_RETRY,
    /** It was retried, as often as the policy allows. */
    EXHAUSTED
  }

  private final Kind kind;
  private final Advice advice;
  private final @Nullable Duration retryAfter;

  /** An error with the advice that is usual for its kind. */
  public SyncException(Kind kind, String message) {
    this(kind, kind.advice, message, null);
  }

  /** An error with the advice that is usual for its kind, and its cause. */
  public SyncException(Kind kind, String message, @Nullable Throwable cause) {
    this(kind, kind.advice, message, cause);
  }

  /** An error with its own advice. */
  public SyncException(Kind kind, Advice advice, String message) {
    this(kind, advice, message, null);
  }

  /** An error with its own advice, and its cause. */
  public SyncException(Kind kind, Advice advice, String message, @Nullable Throwable cause) {
    this(kind, advice, message, cause, null);
  }

  private SyncException(
      Kind kind,
      Advice advice,
      String message,
      @Nullable Throwable cause,
      @Nullable Duration retryAfter) {
    super(message, cause);
    this.kind = Objects.requireNonNull(kind, "kind");
    this.advice = Objects.requireNonNull(advice, "advice");
    this.retryAfter = retryAfter;
  }

  /**
   * The other side asks to be left alone for a while.
   *
   * @param retryAfter for how long
   */
  public static SyncException later(Kind kind, String message, Duration retryAfter) {
    return new SyncException(
        kind, Advice.MAY_RETRY, message, null, Objects.requireNonNull(retryAfter, "retryAfter"));
  }

  /** The caller gave something unusable. */
  public static SyncException invalid(String message) {
    return new SyncException(Kind.INVALID_ARGUMENT, message);
  }

  /** The caller gave something unusable. */
  public static SyncException invalid(String message, Throwable cause) {
    return new SyncException(Kind.INVALID_ARGUMENT, message, cause);
  }

  /** This error as it is when it is one of ours, else wrapped as {@link Kind#UNEXPECTED}. */
  public static SyncException of(Throwable error) {
    return error instanceof SyncException ours
        ? ours
        : new SyncException(Kind.UNEXPECTED, String.valueOf(error), error);
  }

  /** What kind of error it is. */
  public Kind kind() {
    return kind;
  }

  /** Whether trying again may help. */
  public Advice advice() {
    return advice;
  }

  /** Whether trying again may help. */
  public boolean mayRetry() {
    return advice == Advice.MAY_RETRY;
  }

  /** For how long the other side asks to be left alone; empty where it does not say. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  /** The kind and the message in one line, for reports and dead letters. */
  public String summary() {
    return kind + ": " + getMessage();
  }
}
