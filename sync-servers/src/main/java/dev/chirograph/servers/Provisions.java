package dev.chirograph.servers;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/** What the build has laid ready: the servers' jars and scripts. */
final class Provisions {
  private Provisions() {}

  static Path jar(String server) {
    return existing(Path.of(property("directory"), server + ".jar"));
  }

  static Path script(String name) {
    return existing(Path.of(property("scripts"), name));
  }

  private static Path existing(Path path) {
    if (Files.exists(path)) {
      return path;
    }
    throw new IllegalStateException(
        path + " is missing, run: mvn process-resources -pl sync-servers");
  }

  private static String property(String name) {
    Properties properties = new Properties();
    try (InputStream in = Provisions.class.getResourceAsStream("servers.properties")) {
      if (in == null) {
        throw new IllegalStateException("servers.properties is not on the class path");
      }
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty(name, "");
  }
}
