package dev.chirograph.examples.relocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.examples.tools.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Moves a few small files. */
class MoveProjectIT {

  @TempDir private Path folder;

  @Test
  void everyFileArrives() throws Exception {
    for (int i = 0; i < 120; i++) {
      Files.writeString(folder.resolve("file-" + i + ".txt"), "content of file " + i);
    }

    assertThat(MoveProject.run(new Settings(folder, 100, 1 << 20, 1))).isTrue();
  }
}
