package dev.chirograph.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Runs all benchmarks, or those that are named, and writes {@code <name>.json} for each.
 *
 * <pre>
 * java -jar sync-benchmarks.jar [--rounds n] [--output folder] [--smoke] [name...]
 * </pre>
 */
public final class Benchmarks {

  private static final int ROUNDS = 5;
  private static final List<Benchmark> ALL =
      List.of(
          new MergeThroughput(),
          new QueueBenchmark(),
          new BacklogBenchmark(),
          new BucketBenchmark(),
          new LogBenchmark(),
          new ExchangeBenchmark(),
          new NodesBenchmark(),
          new TableBenchmark(false),
          new TableBenchmark(true),
          new TablePollBenchmark(),
          new TableLinkBenchmark(),
          new RelocatePlanBenchmark(),
          new RelocateRestartBenchmark(),
          new RelocateCopyBenchmark(),
          new RelocateStreamBenchmark());

  private Benchmarks() {}

  /** Runs what the arguments name; {@code --help} lists what there is. */
  public static void main(String[] arguments) throws Exception {
    int rounds = ROUNDS;
    boolean smoke = false;
    Path output = Path.of("benchmark-results");
    List<String> names = new ArrayList<>();
    for (int i = 0; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "--help" -> {
          help();
          return;
        }
        case "--smoke" -> smoke = true;
        case "--rounds" -> rounds = Integer.parseInt(value(arguments, ++i));
        case "--output" -> output = Path.of(value(arguments, ++i));
        default -> names.add(arguments[i]);
      }
    }
    run(named(names), new Plan(rounds, smoke, output));
  }

  private static String value(String[] arguments, int index) {
    if (index == arguments.length) {
      throw new IllegalArgumentException(arguments[index - 1] + " needs a value");
    }
    return arguments[index];
  }

  private static void help() {
    System.out.println("[--rounds n] [--output folder] [--smoke] [name...]");
    ALL.forEach(
        benchmark -> System.out.println("  " + benchmark.name() + ": " + benchmark.about()));
  }

  private static List<Benchmark> named(List<String> names) {
    if (names.isEmpty()) {
      return ALL;
    }
    List<Benchmark> chosen = ALL.stream().filter(b -> names.contains(b.name())).toList();
    if (chosen.size() < names.size()) {
      throw new IllegalArgumentException(
          names
              + " are not all benchmarks; there are "
              + ALL.stream().map(Benchmark::name).collect(Collectors.joining(", ")));
    }
    return chosen;
  }

  private static void run(List<Benchmark> benchmarks, Plan plan) throws Exception {
    for (Benchmark benchmark : benchmarks) {
      System.out.println(benchmark.name() + ": " + benchmark.about());
      Results results = new Results(System.out::println);
      benchmark.run(plan, results);
      Writer.table(benchmark.name(), results, System.out);
      System.out.println("  written to " + Writer.json(benchmark.name(), results, plan.output()));
    }
  }
}
