package dev.chirograph.examples.tools;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * What an example works on.
 *
 * @param folder whose files fill the bucket
 * @param files the largest number of files
 * @param bytes the largest number of bytes in all files together
 * @param seed what all choices follow from
 */
public record Settings(Path folder, int files, long bytes, long seed) {

  private static final long MIB = 1L << 20;

  /**
   * From system properties: {@code folder} (the local Maven repository by default), {@code files}
   * (as given), {@code megabytes} (400) and {@code seed} (a new one). Empty means the default.
   */
  public static Settings ofProperties(int files) {
    Path folder = Path.of(property("folder", property("localRepository", homeRepository())));
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException("no such folder: " + folder);
    }
    return new Settings(
        folder,
        (int) number("files", files),
        number("megabytes", 400) * MIB,
        Long.parseLong(property("seed", Long.toString(new SplittableRandom().nextInt(1_000_000)))));
  }

  private static String homeRepository() {
    return Path.of(System.getProperty("user.home"), ".m2", "repository").toString();
  }

  private static long number(String name, long otherwise) {
    long number = Long.parseLong(property(name, Long.toString(otherwise)));
    if (number < 1) {
      throw new IllegalArgumentException(name + " must be at least 1, not " + number);
    }
    return number;
  }

  private static String property(String name, String otherwise) {
    String value = System.getProperty(name, "");
    return value.isBlank() ? otherwise : value;
  }
}
