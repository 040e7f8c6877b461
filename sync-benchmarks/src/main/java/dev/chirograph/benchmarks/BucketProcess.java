package dev.chirograph.benchmarks;

import dev.chirograph.servers.Database;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A {@link BucketRun} in a JVM with a small heap, which ends when this is closed. */
final class BucketProcess implements AutoCloseable {

  static final int HEAP_MIB = 64;

  private final long started = System.nanoTime();
  private final Process process;
  private final BufferedReader answers;
  private final Writer commands;

  private BucketProcess(Process process) {
    this.process = process;
    this.answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    this.commands = process.outputWriter(StandardCharsets.UTF_8);
  }

  static BucketProcess start(URI endpoint, Database database) throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx" + HEAP_MIB + "m",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-cp",
            System.getProperty("java.class.path"),
            BucketRun.class.getName(),
            endpoint.toString(),
            database.jdbcUrl(),
            database.user(),
            database.password());
    return new BucketProcess(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /**
   * Has one thing done.
   *
   * @throws IllegalStateException when the JVM ended instead of answering, or the sides do not
   *     agree afterwards
   */
  BucketRun.Answer tell(BucketRun.Command command) throws IOException {
    commands.write(command + "\n");
    commands.flush();
    String line = answers.readLine();
    if (line == null) {
      throw new IllegalStateException("the JVM ended during " + command + "; see its log above");
    }
    BucketRun.Answer answer = BucketRun.JSON.readValue(line, BucketRun.Answer.class);
    if (!answer.agreed()) {
      throw new IllegalStateException("the sides do not agree after " + command + ": " + answer);
    }
    return answer;
  }

  /** Milliseconds since the JVM was launched. */
  double age() {
    return (System.nanoTime() - started) / 1e6;
  }

  @Override
  public void close() throws IOException {
    commands.close(); // the end of its input
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
