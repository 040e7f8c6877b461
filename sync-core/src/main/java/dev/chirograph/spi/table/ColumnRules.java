package dev.chirograph.spi.table;

import dev.chirograph.SyncException;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How the columns of a table and of its replica are matched where their names and types do not say
 * enough.
 *
 * @param leftOut columns of the source that are neither sent nor compared
 * @param ignored columns that are sent but not compared
 * @param narrower columns in which the replica may have less room: a value that does not fit keeps
 *     its row out of the replica until it fits
 * @param renamed names in the replica, by those in the source
 */
public record ColumnRules(
    Set<String> leftOut, Set<String> ignored, Set<String> narrower, Map<String, String> renamed) {

  public ColumnRules {
    leftOut = sorted(leftOut);
    ignored = sorted(ignored);
    narrower = sorted(narrower);
    renamed = Collections.unmodifiableMap(new TreeMap<>(renamed));
    if (new HashSet<>(renamed.values()).size() < renamed.size()) {
      throw SyncException.invalid("two columns cannot have one name in the replica: " + renamed);
    }
  }

  /** Every column is sent, compared, and named alike. */
  public static ColumnRules standard() {
    return new ColumnRules(Set.of(), Set.of(), Set.of(), Map.of());
  }

  /** These rules, and these columns are neither sent nor compared. */
  public ColumnRules leaveOut(String... columns) {
    return new ColumnRules(plus(leftOut, columns), ignored, narrower, renamed);
  }

  /** These rules, and these columns are sent but not compared. */
  public ColumnRules ignore(String... columns) {
    return new ColumnRules(leftOut, plus(ignored, columns), narrower, renamed);
  }

  /** These rules, and the replica may have less room in these columns. */
  public ColumnRules allowNarrower(String... columns) {
    return new ColumnRules(leftOut, ignored, plus(narrower, columns), renamed);
  }

  /** These rules, and a column has another name in the replica. */
  public ColumnRules rename(String source, String replica) {
    Map<String, String> more = new HashMap<>(renamed);
    more.put(source, replica);
    return new ColumnRules(leftOut, ignored, narrower, more);
  }

  /** In the same order in every process: comparisons are remembered under what is said here. */
  private static Set<String> sorted(Set<String> names) {
    return Collections.unmodifiableSet(new TreeSet<>(names));
  }

  private static Set<String> plus(Set<String> names, String... more) {
    Set<String> all = new HashSet<>(names);
    all.addAll(List.of(more));
    return all;
  }
}
