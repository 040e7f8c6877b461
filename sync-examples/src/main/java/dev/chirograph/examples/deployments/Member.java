package dev.chirograph.examples.deployments;

import dev.chirograph.servers.Database;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The JVM of a deployment, which ends with this one. */
record Member(String name, Process process, BufferedReader output, PrintWriter input)
    implements AutoCloseable {

  static Member start(String name, Plan plan, Database database, URI s3, Path folder)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
            "-cp",
            System.getProperty("java.class.path"),
            Deployment.class.getName(),
            name,
            database.jdbcUrl(),
            database.user(),
            s3.toString(),
            folder.resolve(name + "-downloads").toString());
    builder.environment().put(Plan.VARIABLE, plan.text());
    builder.environment().put(Deployment.PASSWORD, database.password());
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    Member member =
        new Member(
            name,
            process,
            process.inputReader(StandardCharsets.UTF_8),
            new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true));
    System.out.println(member.hears());
    return member;
  }

  /** Has something done, and says what was answered. */
  String does(String... words) {
    input.println(String.join("\t", words));
    return hears();
  }

  private String hears() {
    try {
      String line = output.readLine();
      if (line == null) {
        throw new IllegalStateException(name + " ended before its time, see above");
      }
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
