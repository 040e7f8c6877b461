package dev.chirograph.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** What a benchmark saw, in the order in which each series began. */
final class Results {

  /**
   * One figure, measured several times.
   *
   * @param name what was measured
   * @param parameters under which circumstances
   * @param unit of the samples
   * @param samples in the order in which they were taken
   */
  record Series(String name, Map<String, Object> parameters, String unit, List<Double> samples) {

    /** The sample in the middle; of an even number the mean of the two in the middle. */
    double median() {
      List<Double> sorted = samples.stream().sorted().toList();
      int middle = sorted.size() / 2;
      return sorted.size() % 2 == 1
          ? sorted.get(middle)
          : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
  }

  private record Id(String name, Map<String, Object> parameters) {}

  private final Consumer<String> progress;
  private final Map<Id, Series> series = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();

  /**
   * @param progress told of each sample in a line, since a whole benchmark takes minutes
   */
  Results(Consumer<String> progress) {
    this.progress = progress;
  }

  /** Adds one sample to the series of this name and these parameters. */
  void add(String name, Map<String, Object> parameters, String unit, double sample) {
    series
        .computeIfAbsent(
            new Id(name, parameters),
            id -> new Series(name, new LinkedHashMap<>(parameters), unit, new ArrayList<>()))
        .samples()
        .add(sample);
    progress.accept(
        String.format(Locale.ROOT, "  %s %s: %,.2f %s", name, parameters, sample, unit));
  }

  /** Adds the ratio of the medians of two series that are there, as a series of its own. */
  void addRatio(String name, Map<String, Object> parameters, Series of, Series to) {
    add(name, parameters, "ratio", of.median() / to.median());
  }

  /**
   * A series that is there.
   *
   * @throws IllegalArgumentException when it is not
   */
  Series get(String name, Map<String, Object> parameters) {
    Series found = series.get(new Id(name, parameters));
    if (found == null) {
      throw new IllegalArgumentException("nothing was measured as " + name + " " + parameters);
    }
    return found;
  }

  /** Says something about the whole, such as what could not be measured and why. */
  void note(String text) {
    notes.add(text);
  }

  List<Series> all() {
    return List.copyOf(series.values());
  }

  List<String> notes() {
    return List.copyOf(notes);
  }
}
