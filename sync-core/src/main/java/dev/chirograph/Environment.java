package dev.chirograph;

import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * What an engine uses of the world around it. {@link #system} is right for services; tests give
 * their own clock, their own waiting, a seed.
 *
 * @param clock dates runs, budgets and retention; it never orders events, and leases and delays are
 *     the stores' own
 * @param pacing monotonic time, and waiting
 * @param random jitter and names; safe for use by several threads where the engine has several
 * @param threads makes the engine's threads, which it ends itself
 */
public record Environment(
    InstantSource clock, Pacing pacing, RandomGenerator random, ThreadFactory threads) {

  private static final Environment SYSTEM =
      new Environment(
          InstantSource.system(),
          Pacing.system(),
          () -> ThreadLocalRandom.current().nextLong(),
          daemons());

  public Environment {
    Objects.requireNonNull(clock, "clock");
    Objects.requireNonNull(pacing, "pacing");
    Objects.requireNonNull(random, "random");
    Objects.requireNonNull(threads, "threads");
  }

  private static ThreadFactory daemons() {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, "chirograph-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /** The system's clocks, chance, and daemon threads. */
  public static Environment system() {
    return SYSTEM;
  }

  /** The same with another clock. */
  public Environment withClock(InstantSource value) {
    return new Environment(value, pacing, random, threads);
  }

  /** The same with other waiting. */
  public Environment withPacing(Pacing value) {
    return new Environment(clock, value, random, threads);
  }

  /** The same with another source of chance. */
  public Environment withRandom(RandomGenerator value) {
    return new Environment(clock, pacing, value, threads);
  }

  /** The same with other threads. */
  public Environment withThreads(ThreadFactory value) {
    return new Environment(clock, pacing, random, value);
  }
}
