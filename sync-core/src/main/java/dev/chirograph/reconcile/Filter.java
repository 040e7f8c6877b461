package dev.chirograph.reconcile;

import dev.chirograph.Entry;
import dev.chirograph.SyncException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Which entries a run is about.
 *
 * @param pattern a glob; empty means every key
 * @param maxBytes {@link Long#MAX_VALUE} means any size
 * @param minAgeSeconds 0 means any age
 * @param maxAgeSeconds {@link Long#MAX_VALUE} means any age
 */
record Filter(
    String pattern, long minBytes, long maxBytes, long minAgeSeconds, long maxAgeSeconds) {

  static final Filter NONE = new Filter("", 0, Long.MAX_VALUE, 0, Long.MAX_VALUE);

  Filter {
    if (minBytes < 0 || maxBytes < minBytes) {
      throw SyncException.invalid(
          "sizes must be 0 <= least <= most: " + minBytes + ", " + maxBytes);
    }
    if (minAgeSeconds < 0 || maxAgeSeconds < 0) {
      throw SyncException.invalid("an age must not be negative");
    }
  }

  Filter glob(String glob) {
    if (glob.isEmpty()) {
      throw SyncException.invalid("a pattern must not be empty");
    }
    regex(glob); // refuses a bad pattern now
    return new Filter(glob, minBytes, maxBytes, minAgeSeconds, maxAgeSeconds);
  }

  Filter bytes(long atLeast, long atMost) {
    return new Filter(pattern, atLeast, atMost, minAgeSeconds, maxAgeSeconds);
  }

  Filter olderThan(Duration age) {
    return new Filter(pattern, minBytes, maxBytes, age.toSeconds(), maxAgeSeconds);
  }

  Filter youngerThan(Duration age) {
    return new Filter(pattern, minBytes, maxBytes, minAgeSeconds, age.toSeconds());
  }

  /** A test of entries, with ages counted back from a fixed time. */
  Predicate<Entry> at(Instant now) {
    if (equals(NONE)) {
      return entry -> true;
    }
    Predicate<String> keys = pattern.isEmpty() ? text -> true : regex(pattern).asMatchPredicate();
    return entry ->
        sizeFits(entry)
            && ageFits(entry, now)
            && (pattern.isEmpty() || keys.test(entry.key().text()));
  }

  private boolean sizeFits(Entry entry) {
    long size = entry.evidence().size().orElse(-1);
    return size < 0 || (size >= minBytes && size <= maxBytes);
  }

  private boolean ageFits(Entry entry, Instant now) {
    return entry
        .evidence()
        .lastModified()
        .map(time -> Math.max(0, Duration.between(time, now).toSeconds())) // clocks differ
        .map(age -> age >= minAgeSeconds && age <= maxAgeSeconds)
        .orElse(true);
  }

  private static Pattern regex(String glob) {
    StringBuilder regex = new StringBuilder();
    int braces = 0;
    int[] characters = glob.codePoints().toArray();
    for (int i = 0; i < characters.length; i++) {
      int c = characters[i];
      switch (c) {
        case '*' -> {
          boolean two = i + 1 < characters.length && characters[i + 1] == '*';
          regex.append(two ? ".*" : "[^/]*");
          i += two ? 1 : 0;
        }
        case '?' -> regex.append("[^/]");
        case '{' -> {
          braces++;
          regex.append("(?:");
        }
        case '}' -> {
          braces--;
          regex.append(')');
        }
        case ',' -> regex.append(braces > 0 ? "|" : ",");
        default -> regex.append(Pattern.quote(Character.toString(c)));
      }
      if (braces < 0) {
        break;
      }
    }
    if (braces != 0) {
      throw SyncException.invalid("the braces of the pattern '" + glob + "' do not match");
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }
}
