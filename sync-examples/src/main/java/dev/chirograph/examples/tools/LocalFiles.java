package dev.chirograph.examples.tools;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/** Real files of this machine. */
public final class LocalFiles {

  private static final long LARGEST = 4L << 20;

  private LocalFiles() {}

  /**
   * A file and the key it gets in the bucket.
   *
   * @param path where it is
   * @param key its path below the folder, with slashes
   * @param size its length in bytes
   */
  public record LocalFile(Path path, String key, long size) {

    public byte[] content() {
      try {
        return Files.readAllBytes(path);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Files up to the limits, the same ones for the same seed and folder; sorted by key. */
  public static List<LocalFile> choose(Settings settings) {
    List<LocalFile> all = all(settings.folder());
    Collections.shuffle(all, new Random(settings.seed()));
    List<LocalFile> chosen = new ArrayList<>();
    long bytes = 0;
    for (LocalFile file : all) {
      if (chosen.size() < settings.files() && bytes + file.size() <= settings.bytes()) {
        chosen.add(file);
        bytes += file.size();
      }
    }
    chosen.sort(Comparator.comparing(LocalFile::key));
    return chosen;
  }

  private static List<LocalFile> all(Path folder) {
    List<LocalFile> files = new ArrayList<>();
    SimpleFileVisitor<Path> collector =
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()
                && attributes.size() <= LARGEST
                && Files.isReadable(file)) {
              String key = folder.relativize(file).toString().replace('\\', '/');
              files.add(new LocalFile(file, key, attributes.size()));
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException unreadable) {
            return FileVisitResult.CONTINUE;
          }
        };
    try {
      Files.walkFileTree(folder, collector);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    files.sort(Comparator.comparing(LocalFile::key));
    return files;
  }
}
