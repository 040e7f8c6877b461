package dev.chirograph.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every benchmark runs through its command, at sizes that say nothing about speed. */
class BenchmarksIT {

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "merge",
        "queue",
        "backlog",
        "bucket",
        "log",
        "exchange",
        "nodes",
        "tables",
        "tables-large",
        "tables-poll",
        "tables-link",
        "relocate-plan",
        "relocate-restart",
        "relocate-copy",
        "relocate-stream"
      })
  void runsAndWritesWhatItSaw(String name) throws Exception {
    Benchmarks.main(new String[] {"--smoke", "--rounds", "1", "--output", folder.toString(), name});

    JsonNode written =
        new ObjectMapper().readTree(Files.readString(folder.resolve(name + ".json")));
    assertThat(written.path("benchmark").textValue()).isEqualTo(name);
    assertThat(written.path("machine").path("cores").intValue()).isPositive();
    assertThat(written.path("results")).isNotEmpty();
    for (JsonNode series : written.path("results")) {
      assertThat(series.path("unit").textValue()).isNotEmpty();
      assertThat(series.path("median").doubleValue()).as(series.toString()).isNotNegative();
      assertThat(series.path("samples")).as(series.toString()).isNotEmpty();
    }
  }
}
