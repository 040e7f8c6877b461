package dev.chirograph.reconcile;

import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.SyncException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What a run is about: which pairs of stores, which keys of them, and how thoroughly.
 *
 * <pre>{@code
 * Scope.all()                               // every key of every pair
 * Scope.prefix("2026/").glob("**.jpg")      // the pictures of one folder
 * Scope.of("photos").youngerThan(Duration.ofDays(2)).full()
 * }</pre>
 *
 * Immutable and safe for use by several threads.
 */
public final class Scope {

  private final List<String> pairs;
  private final KeyRange range;
  private final Filter filter;
  private final boolean full;
  private final boolean folders;

  Scope(List<String> pairs, KeyRange range, Filter filter, boolean full, boolean folders) {
    this.pairs = List.copyOf(pairs);
    this.range = range;
    this.filter = filter;
    this.full = full;
    this.folders = folders;
  }

  /** Every key of every pair. */
  public static Scope all() {
    return new Scope(List.of(), KeyRange.all(), Filter.NONE, false, false);
  }

  /** Every key of the pairs with these names. */
  public static Scope of(String... pairs) {
    if (pairs.length == 0) {
      throw SyncException.invalid("name at least one pair, or use Scope.all()");
    }
    return new Scope(List.of(pairs), KeyRange.all(), Filter.NONE, false, false);
  }

  /** The keys below a folder, in every pair; see {@link #under}. */
  public static Scope prefix(String folder) {
    return all().under(folder);
  }

  /** One key, in every pair. */
  public static Scope key(String key) {
    return all().only(Key.utf8(key));
  }

  /**
   * Only the keys below a folder. The delimiter is exact: {@code foo} and {@code foo/} both mean
   * the keys that start with {@code foo/}; {@code foobar} is not among them.
   */
  public Scope under(String folder) {
    if (folder.isEmpty()) {
      throw SyncException.invalid("a folder must not be empty; leave it out to mean every key");
    }
    String prefix = folder.endsWith("/") ? folder : folder + "/";
    return new Scope(pairs, KeyRange.prefix(Key.utf8(prefix)), filter, full, folders);
  }

  /** Only one key. */
  public Scope only(Key key) {
    if (key.isEmpty()) {
      throw SyncException.invalid("a key must not be empty");
    }
    return new Scope(pairs, KeyRange.only(key), filter, full, folders);
  }

  /** Only the keys of a range. */
  public Scope range(KeyRange keys) {
    return new Scope(pairs, keys, filter, full, folders);
  }

  /**
   * Only keys that match a pattern: {@code *} is any text without a slash, {@code **} any text,
   * {@code ?} one character, {@code {a,b}} either; everything else means itself.
   */
  public Scope glob(String pattern) {
    return with(filter.glob(pattern));
  }

  /** Only items of at least and at most so many bytes; one that gives no size passes. */
  public Scope bytes(long atLeast, long atMost) {
    return with(filter.bytes(atLeast, atMost));
  }

  /** Only items whose last change is at least so long ago; one that gives no time passes. */
  public Scope olderThan(Duration age) {
    return with(filter.olderThan(age));
  }

  /** Only items whose last change is at most so long ago; one that gives no time passes. */
  public Scope youngerThan(Duration age) {
    return with(filter.youngerThan(age));
  }

  /** Looks at every key, whatever its evidence says, and reads every attribute again. */
  public Scope full() {
    return new Scope(pairs, range, filter, true, folders);
  }

  /** Reports the folders that exist on one side only; see {@link dev.chirograph.Report#folders}. */
  public Scope folders() {
    return new Scope(pairs, range, filter, full, true);
  }

  private Scope with(Filter newFilter) {
    return new Scope(pairs, range, newFilter, full, folders);
  }

  /** The names of the pairs; empty means all. */
  public List<String> pairs() {
    return pairs;
  }

  /** The keys. */
  public KeyRange range() {
    return range;
  }

  /** Whether a run over this scope did all that one over the other would do, pairs aside. */
  boolean covers(Scope other) {
    return other.range.intersect(range).equals(other.range)
        && (filter.equals(Filter.NONE) || filter.equals(other.filter))
        && (full || !other.full)
        && (folders || !other.folders);
  }

  /** Whether it leaves out nothing of its pairs. */
  boolean isWhole() {
    return range.equals(KeyRange.all()) && filter.equals(Filter.NONE);
  }

  Filter filter() {
    return filter;
  }

  boolean isFull() {
    return full;
  }

  boolean tellsFolders() {
    return folders;
  }

  @Override
  public String toString() {
    List<String> words = new ArrayList<>();
    words.add(pairs.isEmpty() ? "all pairs" : String.join(", ", pairs));
    if (!range.equals(KeyRange.all())) {
      words.add("keys " + range);
    }
    if (!filter.equals(Filter.NONE)) {
      words.add(filter.toString());
    }
    if (full) {
      words.add("full");
    }
    return String.join(", ", words);
  }
}
