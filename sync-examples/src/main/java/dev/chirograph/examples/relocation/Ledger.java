package dev.chirograph.examples.relocation;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What every file ought to hold, written down apart from the library when it is uploaded.
 *
 * <p>Safe for use by several threads.
 */
final class Ledger {

  private final Map<String, Entry> entries = new ConcurrentHashMap<>();

  /**
   * A file.
   *
   * @param project whose it is
   * @param contents the SHA-256 of all that it ever held, the last one first
   * @param deleted whether a user has deleted it
   */
  record Entry(String project, List<String> contents, boolean deleted) {

    Entry {
      contents = List.copyOf(contents);
    }

    String content() {
      return contents.get(0);
    }
  }

  /** A file holds this from now on; what it held before may still be read under old addresses. */
  void holds(String id, String project, String sha256) {
    entries.merge(
        id,
        new Entry(project, List.of(sha256), false),
        (old, added) -> new Entry(project, List.of(sha256, old.content()), false));
  }

  void deleted(String id) {
    entries.computeIfPresent(
        id, (key, entry) -> new Entry(entry.project(), entry.contents(), true));
  }

  Entry of(String id) {
    return Objects.requireNonNull(entries.get(id), id);
  }

  /** The files that are there, by id. */
  Map<String, Entry> files() {
    Map<String, Entry> files = new TreeMap<>(entries);
    files.values().removeIf(Entry::deleted);
    return files;
  }

  /** A hash of a content, in hexadecimal. */
  static String hash(String algorithm, byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has them
    }
  }
}
