package dev.chirograph.servers;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarFile;

/** A server's executable jar in a JVM of its own, which ends when this one closes it or dies. */
final class ChildJvm implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(1);
  private static final Duration STOP = Duration.ofSeconds(10);
  private static final int LINES_OF_LOG = 30;

  private final String name;
  private final Process process;
  private final Path folder;

  private ChildJvm(String name, Process process, Path folder) {
    this.name = name;
    this.process = process;
    this.folder = folder;
  }

  static ChildJvm start(String name, List<String> arguments, Map<String, String> environment) {
    Path jar = Provisions.jar(name);
    try {
      Path folder = Folders.temporary(name);
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.add("-Xmx1g");
      command.add("-Djava.io.tmpdir=" + folder);
      command.add("-cp");
      command.add(jar + File.pathSeparator + Path.of(codeSource()));
      command.add(Leash.class.getName());
      command.add(mainClass(jar));
      command.addAll(arguments);
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("log").toFile());
      builder.environment().putAll(environment);
      return new ChildJvm(name, builder.start(), folder);
    } catch (IOException e) {
      throw new UncheckedIOException(name + " did not start", e);
    }
  }

  private static URI codeSource() {
    try {
      return Leash.class.getProtectionDomain().getCodeSource().getLocation().toURI();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String mainClass(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      return file.getManifest().getMainAttributes().getValue(Attributes.Name.MAIN_CLASS);
    }
  }

  /** Returns once the server has answered a request, with whatever status. */
  void awaitAnswer(URI endpoint) {
    long deadline = System.nanoTime() + START.toNanos();
    while (!answers(endpoint)) {
      if (exitsWithin(Duration.ofMillis(50)) || System.nanoTime() - deadline > 0) {
        String log = endOfLog();
        close();
        throw new IllegalStateException(name + " did not start:\n" + log);
      }
    }
  }

  private static boolean answers(URI endpoint) {
    try {
      HttpURLConnection connection = (HttpURLConnection) endpoint.toURL().openConnection();
      connection.setConnectTimeout(1_000);
      connection.setReadTimeout(10_000);
      connection.getResponseCode();
      connection.disconnect();
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  private boolean exitsWithin(Duration time) {
    try {
      return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private String endOfLog() {
    try {
      List<String> lines = Files.readAllLines(folder.resolve("log"));
      return String.join(
          "\n", lines.subList(Math.max(0, lines.size() - LINES_OF_LOG), lines.size()));
    } catch (IOException e) {
      return "no log: " + e.getMessage();
    }
  }

  @Override
  public void close() {
    try {
      process.getOutputStream().close(); // the leash
    } catch (IOException alreadyGone) {
      // The process has ended by itself.
    }
    if (!exitsWithin(STOP)) {
      process.destroyForcibly();
    }
    Folders.delete(folder);
  }
}
