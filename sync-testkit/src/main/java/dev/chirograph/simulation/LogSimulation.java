package dev.chirograph.simulation;

import dev.chirograph.testkit.Seed;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Some nodes whose logs replicate each other while everything goes wrong that may go wrong:
 * messages are lost, repeated, late and out of order, the network is cut, processes crash in the
 * middle of what they do, logs fail and are restored from backups, deletes are forgotten, items are
 * refused, nodes join and leave, and clocks are wrong. All in one thread, in virtual time, and the
 * same for the same seed.
 *
 * <p>Afterwards all logs have to be the same, and hold what all acknowledged entries say together,
 * save those that were lost with a restore, or with a node that left, before anybody else had them.
 *
 * <p>Not safe for use by several threads at once.
 */
public final class LogSimulation {

  private final Seed seed;
  private Consumer<String> trace = line -> {};

  private LogSimulation(Seed seed) {
    this.seed = seed;
  }

  /** The simulation that follows from a seed. */
  public static LogSimulation of(Seed seed) {
    return new LogSimulation(Objects.requireNonNull(seed, "seed"));
  }

  /** Tells what happens, line by line, to whoever looks for the cause of a failure. */
  public LogSimulation tracing(Consumer<String> listener) {
    this.trace = Objects.requireNonNull(listener, "listener");
    return this;
  }

  /**
   * Runs it.
   *
   * @return how often everything happened
   * @throws AssertionError when the logs do not end as they should; names the seed
   */
  public Tally run() {
    try {
      return new LogStorm(seed, trace).run();
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError("with " + seed + ": " + e.getMessage(), e);
    }
  }

  /**
   * Runs many simulations in a row, and prints how far they are, which of them failed, and what
   * happened in all.
   *
   * @param arguments how many (1,000 by default), and the first seed (0 by default); the seeds are
   *     consecutive. With {@code trace} as a third one, what happens is printed, too
   */
  public static void main(String... arguments) {
    int number = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000;
    long first = arguments.length > 1 ? Long.parseLong(arguments[1]) : 0;
    boolean tracing = arguments.length > 2 && arguments[2].equals("trace");
    Schedules schedules = new Schedules(first, number, System.out::println);
    schedules.run(tracing);
    if (!schedules.failed().isEmpty()) {
      System.exit(1);
    }
  }
}
