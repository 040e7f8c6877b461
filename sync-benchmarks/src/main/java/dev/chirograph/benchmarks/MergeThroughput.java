package dev.chirograph.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs {@link MergeBenchmark} and tells entries per second of one core. */
final class MergeThroughput implements Benchmark {

  @Override
  public String name() {
    return "merge";
  }

  @Override
  public String about() {
    return "merging two sorted streams in memory, entries of both sides per second and core";
  }

  @Override
  public void run(Plan plan, Results results) throws Exception {
    ChainedOptionsBuilder options =
        new OptionsBuilder().include("^" + MergeBenchmark.class.getName() + "\\.plan$");
    if (plan.smoke()) {
      options
          .verbosity(VerboseMode.SILENT)
          .param("keys", "10000")
          .forks(0)
          .warmupIterations(0)
          .measurementIterations(1)
          .measurementTime(TimeValue.milliseconds(10));
    }
    for (RunResult run : new Runner(options.build()).run()) {
      add(run, results);
    }
  }

  private static void add(RunResult run, Results results) {
    BenchmarkParams params = run.getParams();
    int keys = Integer.parseInt(params.getParam("keys"));
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("keysOnEachSide", keys);
    parameters.put("changedEach", Integer.parseInt(params.getParam("changedEach")));
    for (BenchmarkResult fork : run.getBenchmarkResults()) {
      for (IterationResult iteration : fork.getIterationResults()) {
        double millis = iteration.getPrimaryResult().getScore();
        results.add("merge", parameters, "entries/s", 2.0 * keys / millis * 1_000);
      }
    }
  }
}
