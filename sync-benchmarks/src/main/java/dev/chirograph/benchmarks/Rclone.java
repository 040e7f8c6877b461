package dev.chirograph.benchmarks;

import dev.chirograph.servers.S3Server;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The rclone of this machine, if there is one. */
final class Rclone {

  /** One run of it; CPU and memory as of a few milliseconds before its end. */
  record Seen(double millis, double cpuMillis, double peakMemoryMiB) {}

  private Rclone() {}

  static boolean isAvailable() {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "rclone")));
  }

  /** Compares two buckets by size and entity tag, with as few requests as it can. */
  static Seen check(StubS3 server, String one, String other) throws IOException {
    return run(
        server,
        List.of("rclone", "check", "--fast-list", "--quiet", "stub:" + one, "stub:" + other));
  }

  /** Copies what is below a prefix of one bucket to another, by the server's own copying. */
  static Seen copy(S3Server server, String prefix, String one, String other, int transfers)
      throws IOException {
    return run(
        server,
        List.of(
            "rclone",
            "copy",
            "--fast-list",
            "--quiet",
            "--s3-no-check-bucket",
            "--transfers=" + transfers,
            "--checkers=" + transfers,
            "stub:" + one + "/" + prefix,
            "stub:" + other + "/" + prefix));
  }

  /** The same through this machine, as between two providers. */
  static Seen stream(S3Server server, String prefix, String one, String other) throws IOException {
    return run(
        server,
        List.of(
            "rclone",
            "copy",
            "--disable=Copy",
            "--fast-list",
            "--quiet",
            "--s3-no-check-bucket",
            "stub:" + one + "/" + prefix,
            "stub:" + other + "/" + prefix));
  }

  private static Seen run(S3Server server, List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder
        .environment()
        .putAll(
            Map.of(
                "RCLONE_CONFIG", "/dev/null",
                "RCLONE_CONFIG_STUB_TYPE", "s3",
                "RCLONE_CONFIG_STUB_PROVIDER", "Other",
                "RCLONE_CONFIG_STUB_LIST_VERSION", "2",
                "RCLONE_CONFIG_STUB_LIST_URL_ENCODE", "true",
                "RCLONE_CONFIG_STUB_REGION", server.region(),
                "RCLONE_CONFIG_STUB_ENDPOINT", server.endpoint().toString(),
                "RCLONE_CONFIG_STUB_ACCESS_KEY_ID", server.accessKey(),
                "RCLONE_CONFIG_STUB_SECRET_ACCESS_KEY", server.secretKey()));
    // Certificates are of no use over plain HTTP, and some versions stumble over a bundle.
    builder.environment().remove("AWS_CA_BUNDLE");
    long start = System.nanoTime();
    Process process = builder.inheritIO().start();
    double memory = 0;
    double cpu = 0;
    while (!ended(process)) {
      cpu = process.info().totalCpuDuration().map(Duration::toMillis).orElse(0L);
      memory = Math.max(memory, peakMemory(process));
    }
    if (process.exitValue() != 0) {
      throw new IOException(
          command.get(0) + " " + command.get(1) + " ended with " + process.exitValue());
    }
    return new Seen((System.nanoTime() - start) / 1e6, cpu, memory);
  }

  private static boolean ended(Process process) {
    try {
      return process.waitFor(5, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      return true;
    }
  }

  /** In MiB; 0 where the system does not tell. */
  private static double peakMemory(Process process) {
    try {
      return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024)
          .max()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }
}
