package dev.chirograph;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * When to try again and when to give up: exponential backoff with full jitter, and a largest number
 * of attempts for each kind of error.
 *
 * <p>The pause before attempt <i>n</i> is drawn evenly between half and the whole of {@code initial
 * * 2^(n-1)}, bounded by {@code longest}. Immutable and safe for use by several threads.
 */
public final class RetryPolicy {

  private static final Duration MOST_ASKED_FOR = Duration.ofMinutes(1);

  private final Duration initial;
  private final Duration longest;
  private final int attempts;
  private final Map<SyncException.Kind, Integer> attemptsByKind;

  private RetryPolicy(Builder builder) {
    this.initial = builder.initial;
    this.longest = builder.longest;
    this.attempts = builder.attempts;
    this.attemptsByKind = new EnumMap<>(builder.attemptsByKind);
  }

  /**
   * The policy for jobs of a queue: first after 1 second, at most 10 minutes apart, 12 attempts
   * (about an hour), 5 when permission is denied.
   */
  public static RetryPolicy forJobs() {
    return builder()
        .pauses(Duration.ofSeconds(1), Duration.ofMinutes(10))
        .attempts(12)
        .attempts(SyncException.Kind.PERMISSION_DENIED, 5)
        .build();
  }

  /**
   * The policy for calls that somebody waits for: first after 100 ms, at most 5 s apart, 5
   * attempts.
   */
  public static RetryPolicy forCalls() {
    return builder().pauses(Duration.ofMillis(100), Duration.ofSeconds(5)).attempts(5).build();
  }

  /** A builder of {@link #forCalls}. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Whether to try again.
   *
   * @param error what went wrong
   * @param failures how often it has gone wrong so far, this time included; at least 1
   */
  public boolean again(SyncException error, int failures) {
    return error.mayRetry() && failures < attemptsByKind.getOrDefault(error.kind(), attempts);
  }

  /** The largest number of attempts, whatever the error. */
  public int mostAttempts() {
    return attemptsByKind.values().stream().reduce(attempts, Math::max);
  }

  /**
   * How long to wait before trying again.
   *
   * @param failures how often it has gone wrong so far; at least 1
   * @param random the source of jitter
   */
  public Duration pause(int failures, RandomGenerator random) {
    long whole = initial.toMillis();
    for (int i = 1; i < failures && whole < longest.toMillis(); i++) {
      whole *= 2;
    }
    whole = Math.max(1, Math.min(whole, longest.toMillis()));
    return Duration.ofMillis(whole / 2 + random.nextLong(whole - whole / 2 + 1));
  }

  /**
   * How long to wait before trying again: no less than the other side asks for, up to a minute.
   *
   * @param error what went wrong
   * @param failures how often it has gone wrong so far; at least 1
   * @param random the source of jitter
   */
  public Duration pause(SyncException error, int failures, RandomGenerator random) {
    Duration own = pause(failures, random);
    Duration asked = error.retryAfter().orElse(Duration.ZERO);
    Duration heeded = asked.compareTo(MOST_ASKED_FOR) > 0 ? MOST_ASKED_FOR : asked;
    return own.compareTo(heeded) > 0 ? own : heeded;
  }

  /** Collects the numbers of a policy. Not safe for use by several threads. */
  public static final class Builder {
    private Duration initial = Duration.ofMillis(100);
    private Duration longest = Duration.ofSeconds(5);
    private int attempts = 5;
    private final Map<SyncException.Kind, Integer> attemptsByKind =
        new EnumMap<>(SyncException.Kind.class);

    private Builder() {}

    /** The first pause and the longest one; positive, the second not shorter. */
    public Builder pauses(Duration first, Duration last) {
      if (first.isNegative() || first.isZero() || last.compareTo(first) < 0) {
        throw SyncException.invalid(
            "pauses must be positive and the longest not shorter than the first: "
                + first
                + ", "
                + last);
      }
      this.initial = first;
      this.longest = last;
      return this;
    }

    /** The largest number of attempts; at least 1. */
    public Builder attempts(int number) {
      this.attempts = checked(number);
      return this;
    }

    /** The largest number of attempts after errors of one kind; at least 1. */
    public Builder attempts(SyncException.Kind kind, int number) {
      this.attemptsByKind.put(kind, checked(number));
      return this;
    }

    /** The policy with the numbers given so far. */
    public RetryPolicy build() {
      return new RetryPolicy(this);
    }

    private static int checked(int number) {
      if (number < 1) {
        throw SyncException.invalid("there must be at least one attempt, not " + number);
      }
      return number;
    }
  }
}
