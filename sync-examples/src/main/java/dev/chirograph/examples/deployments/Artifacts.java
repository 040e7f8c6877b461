package dev.chirograph.examples.deployments;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Real jars of this machine's local Maven repository. */
final class Artifacts {

  private static final long LARGEST = 2L << 20;

  private Artifacts() {}

  /**
   * A jar.
   *
   * @param file where it is
   * @param key group, artifact and file
   * @param version the folder it lies in
   */
  record Artifact(Path file, String key, String version) {

    String sha256() throws IOException {
      try (InputStream in = Files.newInputStream(file)) {
        return Artifacts.sha256(in);
      }
    }
  }

  static List<Artifact> choose(Path repository, int number, long seed) throws IOException {
    try (Stream<Path> files = Files.walk(repository)) {
      List<Artifact> all =
          files
              .filter(file -> file.toString().endsWith(".jar") && isSmall(file))
              .sorted()
              .map(file -> artifact(repository, file))
              .collect(Collectors.toList());
      Collections.shuffle(all, new Random(seed));
      return all.subList(0, Math.min(number, all.size()));
    }
  }

  private static boolean isSmall(Path file) {
    try {
      return Files.isRegularFile(file) && Files.size(file) <= LARGEST;
    } catch (IOException e) {
      return false; // another build may be replacing it
    }
  }

  private static Artifact artifact(Path repository, Path file) {
    Path version = Objects.requireNonNull(file.getParent());
    Path artifact = Objects.requireNonNull(version.getParent());
    return new Artifact(
        file,
        repository.relativize(artifact) + "/" + file.getFileName(),
        String.valueOf(version.getFileName()));
  }

  static String sha256(InputStream in) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 16];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
