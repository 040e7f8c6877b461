package dev.chirograph.benchmarks;

import dev.chirograph.DeleteLimit;
import dev.chirograph.Report;
import dev.chirograph.reconcile.Reconciler;
import dev.chirograph.reconcile.Scope;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Merging two sorted streams in memory through the engine, in one thread: list, compare, decide,
 * and for keys that differ look at both sides. One operation is one plan over all keys.
 */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class MergeBenchmark {

  /** Keys on each side. */
  @Param("1000000")
  public int keys;

  /** Every how many the sides differ; 0 means never. */
  @Param({"0", "100"})
  public int changedEach;

  @SuppressWarnings("NullAway.Init") // filled before the first operation
  private Reconciler<String> reconciler;

  /** Fills both sides. */
  @Setup(Level.Trial)
  public void fill() {
    reconciler =
        Reconciler.builder("merge", SortedEntries.of(keys, 0), SortedEntries.of(keys, changedEach))
            .deletes(DeleteLimit.none())
            .concurrency(1)
            .ranges(1)
            .build();
  }

  /** Merges both sides once. */
  @Benchmark
  public Report plan() {
    return reconciler.plan(Scope.all());
  }
}
