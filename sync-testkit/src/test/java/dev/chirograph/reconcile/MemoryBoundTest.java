package dev.chirograph.reconcile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryBoundTest {

  @ParameterizedTest
  @ValueSource(strings = {"ordered", "unordered"})
  void L9_aMillionKeysAreMergedAndEnqueuedWithin64MiB(String order) throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                MillionKeys.class.getName(),
                order)
            .redirectErrorStream(true)
            .start();

    String said = new String(child.getInputStream().readAllBytes(), UTF_8);

    assertThat(child.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(said).contains("enqueued " + MillionKeys.KEYS + ", counted " + MillionKeys.KEYS);
  }
}
