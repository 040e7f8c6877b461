package dev.chirograph.memory;

import dev.chirograph.Key;
import dev.chirograph.spi.SupportsDeadLetters.DeadLetter;
import dev.chirograph.spi.SupportsDeadLetters.Selection;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The dead letters of a queue. Guarded by the lock of its queue. */
final class DeadTasks {

  private static final int MAX_ERROR_LENGTH = 1000;

  private final TreeMap<Id, DeadLetter> letters =
      new TreeMap<>(Comparator.comparing(Id::lane).thenComparing(Id::key));

  private record Id(Lane lane, Key key) {}

  void bury(Task task, String error, Instant now) {
    letters.put(
        new Id(task.lane, task.key),
        new DeadLetter(task.job(), task.attempts + 1, cut(error), now));
  }

  List<DeadLetter> select(Selection selection) {
    return letters.values().stream().filter(letter -> names(selection, letter)).toList();
  }

  List<DeadLetter> remove(Selection selection) {
    List<DeadLetter> selected = select(selection);
    letters.values().removeIf(letter -> names(selection, letter));
    return selected;
  }

  void forEach(Consumer<DeadLetter> action) {
    letters.values().forEach(action);
  }

  /** An error as it is kept, without half of a surrogate pair at its end. */
  static String cut(String error) {
    if (error.length() <= MAX_ERROR_LENGTH) {
      return error;
    }
    boolean inPair = Character.isHighSurrogate(error.charAt(MAX_ERROR_LENGTH - 1));
    return error.substring(0, inPair ? MAX_ERROR_LENGTH - 1 : MAX_ERROR_LENGTH);
  }

  private static boolean names(Selection selection, DeadLetter letter) {
    return selection.keys().contains(letter.job().key())
        && selection.kind().map(letter.job().kind()::equals).orElse(true)
        && selection.scope().map(letter.job().scope()::equals).orElse(true);
  }
}
