package dev.chirograph.spi.relocate;

import dev.chirograph.Version;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The locations that files have left, and those that are never used again. What is said of them is
 * kept with the handles, in their transactions.
 */
public interface Vacated {

  /**
   * Locations whose objects nobody has dealt with yet: left or retired, and not cleared. They come
   * in an order of the store's own, which does not change.
   *
   * @param after the last one that is known; empty for the first
   * @param limit how many at most
   */
  List<Vacancy> pending(Optional<Location> after, int limit);

  /**
   * Retires a location if no handle refers to it, also one that was never left; from then on none
   * is pointed there. One that is referred to is not pending any more. Harmless to repeat.
   *
   * @return whether it is retired now
   */
  boolean retire(Location at);

  /**
   * What is known of some locations, by position. Of two that count as one, one of which is
   * retired, so is the other; the same is true of one that was left.
   */
  List<State> states(List<Location> locations);

  /**
   * What is known of one location, also when its object was dealt with; empty where handles have
   * neither left nor retired it, or were seen to refer to it since. Other versions of its object do
   * not count.
   */
  Optional<Vacancy> find(Location at);

  /**
   * The object of a retired location was dealt with; the location stays retired. One that is not
   * retired, not even by another version, stays as it is.
   */
  void cleared(Location at);

  /** What is known of a location. */
  enum State {
    /** Nothing, or that handles refer to it. */
    UNKNOWN,
    /** Handles have left it, and may come back. */
    LEFT,
    /** It is never used again, whether its object was dealt with or not. */
    RETIRED
  }

  /**
   * A location that was left or retired.
   *
   * @param pin the state of the object that was copied; empty for a copy that came to nothing
   * @param age how long ago it was left, by the clock of the store
   * @param retired whether it is never used again
   */
  record Vacancy(Location at, Optional<Version> pin, Duration age, boolean retired) {
    public Vacancy {
      Objects.requireNonNull(at, "at");
      Objects.requireNonNull(pin, "pin");
      Objects.requireNonNull(age, "age");
    }
  }
}
