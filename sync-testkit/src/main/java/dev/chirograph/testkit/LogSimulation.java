package dev.chirograph.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Some nodes whose logs replicate each other while everything goes wrong that may go wrong:
 * messages are lost, repeated, late and out of order, the network is cut, processes crash, logs are
 * restored from backups, deletes are forgotten, items are refused, and clocks are wrong. All in one
 * thread, in virtual time, and the same for the same seed.
 *
 * <p>Afterwards all logs have to be the same, and hold what all acknowledged entries say together,
 * save those that were lost with a restore before anybody else had them.
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
   * @return what happened
   * @throws AssertionError when the logs do not end as they should; names the seed
   */
  public Summary run() {
    try {
      return new LogStorm(seed.random(), trace).run();
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError("with " + seed + ": " + e.getMessage(), e);
    }
  }

  /**
   * Runs many simulations in a row, and prints how many there were and which of them failed.
   *
   * @param arguments how many (1,000 by default), and the first seed (0 by default); the seeds are
   *     consecutive. With {@code trace} as a third one, what happens is printed, too
   */
  public static void main(String... arguments) {
    int number = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000;
    long first = arguments.length > 1 ? Long.parseLong(arguments[1]) : 0;
    boolean tracing = arguments.length > 2 && arguments[2].equals("trace");
    List<Long> failed = new ArrayList<>();
    Summary all = Summary.NOTHING;
    for (long seed = first; seed < first + number; seed++) {
      LogSimulation simulation = of(Seed.of(seed));
      if (tracing) {
        simulation.tracing(System.out::println);
      }
      try {
        all = all.plus(simulation.run());
      } catch (AssertionError e) {
        failed.add(seed);
        System.out.println(e.getMessage());
      }
    }
    System.out.println(number + " schedules from seed " + first + " on: " + all);
    System.out.println(failed.size() + " failed: " + failed);
  }

  /**
   * What happened.
   *
   * @param messages how many messages were sent
   * @param appended how many entries were acknowledged
   * @param crashes how many processes ended
   * @param restores how many logs were restored from a backup
   * @param forgotten how many deletes were forgotten
   * @param comparisons how many pairs of logs were compared when all was quiet again
   */
  public record Summary(
      long messages, long appended, long crashes, long restores, long forgotten, long comparisons) {

    static final Summary NOTHING = new Summary(0, 0, 0, 0, 0, 0);

    Summary plus(Summary other) {
      return new Summary(
          messages + other.messages,
          appended + other.appended,
          crashes + other.crashes,
          restores + other.restores,
          forgotten + other.forgotten,
          comparisons + other.comparisons);
    }
  }
}
