package dev.chirograph.jdbc;

import dev.chirograph.servers.Database;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Another JVM, which has little memory. */
final class SmallJvm {

  private SmallJvm() {}

  /**
   * What a program prints.
   *
   * @param main gets the URL of the database, the user and the password
   */
  static String run(int megabytes, Class<?> main, Database database)
      throws IOException, InterruptedException {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + megabytes + "m",
                "-cp",
                classPath,
                main.getName(),
                database.jdbcUrl(),
                database.user(),
                database.password())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    } finally {
      process.destroyForcibly().waitFor();
    }
  }
}
