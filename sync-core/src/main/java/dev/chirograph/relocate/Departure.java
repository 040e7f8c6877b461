package dev.chirograph.relocate;

import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Version;
import dev.chirograph.spi.relocate.Location;
import java.util.Optional;

/**
 * Where it stands with an object that was left behind, between two calls. Nothing of it has to be
 * kept: the handles know which locations are left, retired and cleared.
 */
sealed interface Departure {

  /** Makes its call. */
  Departure next(Archiver archiver);

  /**
   * It is asked whether anybody refers to it.
   *
   * @param pin the state that was copied; empty for a copy that came to nothing
   */
  record Retire(Location at, Optional<Version> pin) implements Departure {
    @Override
    public Departure next(Archiver archiver) {
      return archiver.retire(this);
    }
  }

  /** It is looked at. */
  record Look(Location at, Optional<Version> pin) implements Departure {
    @Override
    public Departure next(Archiver archiver) {
      return archiver.look(this);
    }
  }

  /** It is archived, or removed. */
  record Dispose(Location at, Observation.Present<ObjectVersion> seen, boolean copy)
      implements Departure {
    @Override
    public Departure next(Archiver archiver) {
      return archiver.dispose(this);
    }
  }

  /** That is kept. */
  record Clear(Location at, Fate fate) implements Departure {
    @Override
    public Departure next(Archiver archiver) {
      return archiver.clear(this);
    }
  }

  /** There is nothing left to do. */
  record End(Location at, Fate fate) implements Departure {
    @Override
    public Departure next(Archiver archiver) {
      throw new IllegalStateException("it has ended");
    }
  }

  /** What became of it. */
  enum Fate {
    /** Handles refer to it. */
    NEEDED,
    /** It was archived, as the rule says. */
    ARCHIVED,
    /** There was nothing any more. */
    GONE,
    /** Somebody has written something else there since it was copied; it stays. */
    CHANGED
  }
}
