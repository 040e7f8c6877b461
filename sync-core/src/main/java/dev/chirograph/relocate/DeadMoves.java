package dev.chirograph.relocate;

import dev.chirograph.CloseableIterator;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.spi.SupportsDeadLetters;
import dev.chirograph.spi.SupportsDeadLetters.DeadLetter;
import dev.chirograph.spi.SupportsDeadLetters.Selection;
import dev.chirograph.spi.WorkQueue;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** The moves that were given up. A queue that keeps no dead letters has none. */
final class DeadMoves {

  private final WorkQueue queue;
  private final String scope;

  DeadMoves(WorkQueue queue, String scope) {
    this.queue = queue;
    this.scope = scope;
  }

  /** How many there are of a run. */
  long count(long run) {
    LongAdder count = new LongAdder();
    each(
        KeyRange.all(),
        letter -> {
          if (letter.job().run() == run) {
            count.increment();
          }
        });
    return count.sum();
  }

  /** Why the moves of some handles were given up; nothing of the others. */
  Map<Key, String> reasons(Collection<Key> handles) {
    NavigableSet<Key> ids = new TreeSet<>(handles);
    Map<Key, String> reasons = new HashMap<>();
    each(
        range(ids.first(), ids.last()),
        letter -> {
          if (ids.contains(letter.job().key())) {
            reasons.put(letter.job().key(), letter.error());
          }
        });
    return reasons;
  }

  private static KeyRange range(Key first, Key last) {
    return KeyRange.only(last)
        .to()
        .map(end -> KeyRange.of(first, end))
        .orElseGet(() -> KeyRange.from(first));
  }

  private void each(KeyRange ids, Consumer<DeadLetter> what) {
    if (queue instanceof SupportsDeadLetters buried) {
      Selection moves = new Selection(Optional.of(MoveWork.KIND), Optional.of(scope), ids);
      try (CloseableIterator<DeadLetter> letters = buried.deadLetters(moves)) {
        letters.forEachRemaining(what);
      }
    }
  }
}
