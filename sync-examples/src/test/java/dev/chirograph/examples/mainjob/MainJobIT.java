package dev.chirograph.examples.mainjob;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.examples.tools.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the main job on a few small files. */
class MainJobIT {

  @TempDir private Path folder;

  @Test
  void endsInAgreement() throws Exception {
    for (int i = 0; i < 120; i++) {
      Files.writeString(folder.resolve("file-" + i + ".txt"), "content of file " + i);
    }

    assertThat(MainJob.run(new Settings(folder, 100, 1 << 20, 1))).isTrue();
  }
}
