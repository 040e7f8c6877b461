package dev.chirograph.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Folders of servers, outside the project. */
final class Folders {
  private Folders() {}

  /** One for a single run. */
  static Path temporary(String name) {
    try {
      return Files.createTempDirectory("chirograph-" + name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The same at every run, for unpacked programs; one per user, so that nobody meets another's
   * files.
   */
  static Path lasting(String name) {
    String user = "chirograph-" + System.getProperty("user.name");
    try {
      return Files.createDirectories(Path.of(System.getProperty("java.io.tmpdir"), user, name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes a folder and all in it; one that is not there is fine. */
  static void delete(Path folder) {
    if (Files.notExists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
