package dev.chirograph.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A JVM with a small heap that is told a line at a time and answers each with a line; it ends when
 * this is closed.
 */
final class ChildJvm implements AutoCloseable {

  static final int HEAP_MIB = 64;

  private final long started = System.nanoTime();
  private final Process process;
  private final BufferedReader answers;
  private final Writer commands;

  private ChildJvm(Process process) {
    this.process = process;
    this.answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    this.commands = process.outputWriter(StandardCharsets.UTF_8);
  }

  static ChildJvm start(Class<?> main, List<String> arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + HEAP_MIB + "m",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    command.addAll(arguments);
    return new ChildJvm(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /**
   * Has one thing done.
   *
   * @throws IllegalStateException when the JVM ended instead of answering
   */
  String tell(String command) throws IOException {
    commands.write(command + "\n");
    commands.flush();
    String line = answers.readLine();
    if (line == null) {
      throw new IllegalStateException("the JVM ended during " + command + "; see its log above");
    }
    return line;
  }

  /** Milliseconds since the JVM was launched. */
  double age() {
    return (System.nanoTime() - started) / 1e6;
  }

  /** Ends it at once, whatever it does. */
  void kill() {
    process.destroyForcibly();
    await();
  }

  @Override
  public void close() throws IOException {
    if (process.isAlive()) {
      commands.close(); // the end of its input
    }
    await();
  }

  private void await() {
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
