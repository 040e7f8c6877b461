package dev.chirograph.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes results as JSON into a file, and as a table for people. */
final class Writer {

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private Writer() {}

  /** Writes {@code <name>.json}; equal measurements give equal files. */
  static Path json(String benchmark, Results results, Path folder) throws IOException {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("benchmark", benchmark);
    document.put("machine", machine());
    document.put("results", results.all().stream().map(Writer::series).toList());
    document.put("notes", results.notes());
    Files.createDirectories(folder);
    Path file = folder.resolve(benchmark + ".json");
    JSON.writeValue(file.toFile(), document);
    return file;
  }

  private static Map<String, Object> machine() {
    Map<String, Object> machine = new LinkedHashMap<>();
    machine.put("cores", Runtime.getRuntime().availableProcessors());
    machine.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    machine.put("jvm", System.getProperty("java.vm.name") + " " + Runtime.version());
    machine.put("maxHeapMiB", Runtime.getRuntime().maxMemory() >> 20);
    return machine;
  }

  private static Map<String, Object> series(Results.Series series) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("name", series.name());
    fields.put("parameters", series.parameters());
    fields.put("unit", series.unit());
    fields.put("samples", series.samples());
    fields.put("median", series.median());
    return fields;
  }

  /** Prints a line for each series. */
  static void table(String benchmark, Results results, PrintStream out) {
    List<List<String>> rows =
        results.all().stream()
            .map(
                s ->
                    List.of(
                        s.name(),
                        parameters(s.parameters()),
                        number(s.median()),
                        s.unit(),
                        range(s.samples())))
            .toList();
    int[] widths = new int[5];
    rows.forEach(row -> widen(widths, row));
    out.println();
    out.println(benchmark);
    for (List<String> row : rows) {
      out.printf(
          Locale.ROOT,
          "  %-" + widths[0] + "s  %-" + widths[1] + "s  %" + widths[2] + "s %-" + widths[3]
              + "s  %s%n",
          row.toArray());
    }
    results.notes().forEach(note -> out.println("  " + note));
  }

  private static void widen(int[] widths, List<String> row) {
    for (int i = 0; i < widths.length; i++) {
      widths[i] = Math.max(Math.max(1, widths[i]), row.get(i).length());
    }
  }

  private static String parameters(Map<String, Object> parameters) {
    return parameters.entrySet().stream()
        .map(p -> p.getKey() + "=" + p.getValue())
        .collect(Collectors.joining(", "));
  }

  private static String range(List<Double> samples) {
    if (samples.size() == 1) {
      return "";
    }
    double least = samples.stream().mapToDouble(s -> s).min().orElse(0);
    double most = samples.stream().mapToDouble(s -> s).max().orElse(0);
    return "(" + number(least) + " .. " + number(most) + ", " + samples.size() + " samples)";
  }

  private static String number(double value) {
    String format = Math.abs(value) >= 100 ? "%,.0f" : Math.abs(value) >= 1 ? "%.2f" : "%.4f";
    return String.format(Locale.ROOT, format, value);
  }
}
