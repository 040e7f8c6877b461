package dev.chirograph.jdbc;

import dev.chirograph.Change;
import dev.chirograph.Expect;
import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.Version;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes a batch in one transaction; when the database refuses something in it, the transaction is
 * rolled back and each half is written in one of its own, down to the change that is to blame.
 *
 * @param <V> the type of the values
 */
final class BatchWriter<V> {

  private final Database database;
  private final Numbers numbers;
  private final Table<V> table;

  BatchWriter(Database database, Numbers numbers, Table<V> table) {
    this.database = database;
    this.numbers = numbers;
    this.table = table;
  }

  /** The table behind it. */
  interface Table<V> {

    /** What is done, for messages: "writing …". */
    String operation(List<Change<V>> changes);

    /** Why a change cannot be stored; empty when it can. */
    Optional<SyncException> fault(Change<V> change);

    /**
     * Makes the changes, which come in key order, inside a transaction.
     *
     * @param number the first of as many fresh numbers as there are changes
     * @return what becomes of each when the transaction commits, by position
     */
    List<Outcome> write(Connection connection, List<Change<V>> changes, long number)
        throws SQLException;

    /** What to answer for a single change that the database refused. */
    Outcome refused(Change<V> change, SyncException why);
  }

  /**
   * Makes changes; answers by position.
   *
   * @throws SyncException of kind INVALID_ARGUMENT when a key comes twice; nothing is written then
   */
  List<Outcome> write(List<Change<V>> changes) {
    requireDifferentKeys(changes);
    Map<Key, Outcome> outcomes = new HashMap<>();
    List<Change<V>> sound = new ArrayList<>(changes.size());
    for (Change<V> change : changes) {
      Optional<SyncException> fault = table.fault(change);
      if (fault.isPresent()) {
        outcomes.put(change.key(), Outcome.rejected(fault.get()));
      } else {
        sound.add(change);
      }
    }
    // Writers that take the same rows in the same order never wait for each other in a ring.
    sound.sort(Comparator.comparing(Change::key));
    List<Outcome> written = sound.isEmpty() ? List.of() : together(sound);
    for (int i = 0; i < sound.size(); i++) {
      outcomes.put(sound.get(i).key(), written.get(i));
    }
    List<Outcome> byPosition = new ArrayList<>(changes.size());
    for (Change<V> change : changes) {
      byPosition.add(Objects.requireNonNull(outcomes.get(change.key())));
    }
    return byPosition;
  }

  static <V> void requireDifferentKeys(List<Change<V>> changes) {
    Set<Key> keys = new HashSet<>();
    for (Change<V> change : changes) {
      if (!keys.add(change.key())) {
        throw SyncException.invalid("the batch names the key " + change.key() + " twice");
      }
    }
  }

  private List<Outcome> together(List<Change<V>> changes) {
    try {
      return once(changes);
    } catch (SyncException e) {
      if (e.kind() != SyncException.Kind.ALREADY_EXISTS) {
        return apart(changes, e);
      }
    }
    // Most likely somebody else has just added one of the keys. Now it is seen.
    try {
      return once(changes);
    } catch (SyncException e) {
      return apart(changes, e);
    }
  }

  private List<Outcome> once(List<Change<V>> changes) {
    long number = numbers.take(changes.size());
    List<Outcome> decided = new ArrayList<>();
    try {
      return database.transaction(
          table.operation(changes),
          connection -> {
            decided.clear();
            decided.addAll(table.write(connection, changes, number));
            return decided;
          });
    } catch (UnsureException e) {
      return decided.stream()
          .map(outcome -> outcome instanceof Outcome.Applied ? Outcome.unsure(e) : outcome)
          .toList();
    }
  }

  private List<Outcome> apart(List<Change<V>> changes, SyncException why) {
    if (!blamesContent(why)) {
      return Collections.nCopies(changes.size(), Outcome.rejected(why));
    }
    if (changes.size() == 1) {
      return List.of(table.refused(changes.get(0), why));
    }
    int middle = changes.size() / 2;
    List<Outcome> outcomes = new ArrayList<>(together(changes.subList(0, middle)));
    outcomes.addAll(together(changes.subList(middle, changes.size())));
    return outcomes;
  }

  /** Whether something that is written may be the cause, and not the database or the way to it. */
  private static boolean blamesContent(SyncException error) {
    return switch (error.kind()) {
      case ALREADY_EXISTS, INVALID_ARGUMENT, UNEXPECTED -> true;
      default -> false;
    };
  }

  /**
   * Judges a change by what is stored.
   *
   * @param found the stored revision; null when there is no such item
   * @return what to answer; empty when the change is to be made
   */
  static Optional<Outcome> judge(Change<?> change, @Nullable Long found) {
    if (found == null) {
      if (change.expect() instanceof Expect.At) {
        return Optional.of(Outcome.conflict());
      }
      return change instanceof Change.Delete ? Optional.of(Outcome.unchanged()) : Optional.empty();
    }
    Version now = version(found);
    boolean holds =
        change.expect() instanceof Expect.Anything
            || (change.expect() instanceof Expect.At at && at.version().equals(now));
    return holds ? Optional.empty() : Optional.of(Outcome.conflict(now));
  }

  static Version version(long revision) {
    return new Version(Long.toString(revision));
  }

  static Outcome applied(long revision) {
    return Outcome.applied(version(revision), Guard.ATOMIC);
  }

  /** The keys of changes, in their order. */
  static <V> List<Key> keys(List<Change<V>> changes) {
    return changes.stream().map(Change::key).toList();
  }
}
