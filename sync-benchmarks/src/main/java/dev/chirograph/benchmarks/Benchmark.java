package dev.chirograph.benchmarks;

/** Something that is measured by name. */
interface Benchmark {

  /** The name on the command line and of the file with the results. */
  String name();

  /** What is measured, in a line. */
  String about();

  /** Measures, and adds what was seen to the results as it goes. */
  void run(Plan plan, Results results) throws Exception;
}
