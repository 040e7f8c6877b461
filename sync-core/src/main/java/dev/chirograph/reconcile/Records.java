package dev.chirograph.reconcile;

import dev.chirograph.Change;
import dev.chirograph.CloseableIterator;
import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.spi.StateStore;
import dev.chirograph.spi.StateStore.Stored;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Records in a state store. Every change is a read, a pure function and a compare-and-set; on a
 * conflict or a lost reply it begins again with the read.
 */
final class Records {

  /** Writers of one record are few; so many conflicts in a row mean that something is wrong. */
  private static final int MOST_CONFLICTS = 100;

  private final StateStore state;
  private final Engine<?> engine;

  Records(StateStore state, Engine<?> engine) {
    this.state = state;
    this.engine = engine;
  }

  Optional<Stored> get(String space, Key key) {
    return engine.call(() -> state.read(space, List.of(key)).get(0));
  }

  /** The records of a range that holds few. */
  List<Stored> scan(String space, KeyRange range) {
    return select(space, range, Optional::of);
  }

  /** What is made of some of the records of a range, of which only that is held. */
  <T> List<T> select(String space, KeyRange range, Function<Stored, Optional<T>> function) {
    return engine.call(
        () -> {
          List<T> found = new ArrayList<>();
          try (CloseableIterator<Stored> records = state.scan(space, range)) {
            records.forEachRemaining(stored -> function.apply(stored).ifPresent(found::add));
          }
          return found;
        });
  }

  /**
   * Changes a record by compare-and-set.
   *
   * @param function may be called several times; empty in or out means that there is no record
   */
  void change(String space, Key key, Function<Optional<byte[]>, Optional<byte[]>> function) {
    int failures = 0;
    for (int i = 0; i < MOST_CONFLICTS; i++) {
      Optional<Stored> old = get(space, key);
      Optional<byte[]> next = function.apply(old.map(stored -> stored.value().clone()));
      if (same(old, next)) {
        return;
      }
      Outcome outcome = write(space, key, old, next);
      if (outcome instanceof Outcome.Applied || outcome instanceof Outcome.Unchanged) {
        return;
      }
      Optional<SyncException> why = trouble(outcome);
      if (why.isEmpty()) {
        continue; // somebody was faster
      }
      if (outcome instanceof Outcome.Unsure && same(get(space, key), next)) {
        return; // only the reply was lost; to count twice would be wrong
      }
      if (!engine.callRetries().again(why.get(), ++failures)) {
        throw why.get();
      }
      engine.pacing().await(engine.callRetries().pause(failures, engine.random()));
    }
    throw new SyncException(
        SyncException.Kind.CONFLICT,
        "the record "
            + key
            + " in "
            + space
            + " changed "
            + MOST_CONFLICTS
            + " times while it was written");
  }

  private Outcome write(String space, Key key, Optional<Stored> old, Optional<byte[]> next) {
    Expect expect = old.map(stored -> Expect.at(stored.version())).orElse(Expect.absent());
    Change<byte[]> change =
        next.map(value -> Change.put(key, value, expect))
            .orElseGet(() -> Change.delete(key, expect));
    try {
      return state.write(space, List.of(change)).get(0);
    } catch (RuntimeException e) {
      return Outcome.unsure(SyncException.of(e));
    }
  }

  private static Optional<SyncException> trouble(Outcome outcome) {
    if (outcome instanceof Outcome.Rejected rejected) {
      return Optional.of(rejected.why());
    }
    return outcome instanceof Outcome.Unsure unsure ? Optional.of(unsure.why()) : Optional.empty();
  }

  private static boolean same(Optional<Stored> stored, Optional<byte[]> wanted) {
    return stored.isPresent() == wanted.isPresent()
        && (stored.isEmpty() || Arrays.equals(stored.get().value(), wanted.orElseThrow()));
  }
}
