package dev.chirograph.relocate;

import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.SyncException;
import dev.chirograph.Version;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.spi.relocate.Placement;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a move stands between two calls. Each step makes at most one call of a store, handles or
 * queue and gives the next step; what has to outlive a crash is in the {@link Journal}, all else is
 * found again. So a move can be stopped, killed, repeated and explored after every call.
 */
sealed interface Step {

  /** Makes its call. */
  Step next(Mover mover);

  /** The handle is read. */
  record Find(Key id, Optional<Journal> journal) implements Step {
    @Override
    public Step next(Mover mover) {
      return mover.find(this);
    }
  }

  /** It is asked where the file belongs. */
  record Place(FileHandle handle, Optional<Journal> journal) implements Step {
    @Override
    public Step next(Mover mover) {
      return mover.place(this);
    }
  }

  /**
   * It is asked whether the file may be moved out of where it is: it may have come there since its
   * move was asked for.
   *
   * @param stale what is to be undone in any case
   */
  record Allow(FileHandle handle, Placement placement, Optional<Journal> stale) implements Step {
    @Override
    public Step next(Mover mover) {
      return mover.allow(this);
    }
  }

  /** The object is looked at that is to be copied. */
  record Look(FileHandle handle, Placement placement, Optional<Journal> journal) implements Step {
    @Override
    public Step next(Mover mover) {
      return mover.look(this);
    }
  }

  /**
   * What is copied, and why.
   *
   * @param pin the state of the object
   */
  record Task(FileHandle handle, Placement placement, ObjectVersion object, Version pin) {
    Location from() {
      return handle.at();
    }

    Expect expect() {
      return Expect.at(pin);
    }
  }

  /** It is asked whether a location may be used. */
  record Choose(Task task, int candidate) implements Step {
    @Override
    public Step next(Mover mover) {
      return mover.choose(this);
    }
  }

  /** It is looked at what is in the location. */
  record Arrive(Task task, int candidate, Location to, Optional<Journal> journal) implements Step {
    @Override
    public Step next(Mover mover) {
      return mover.arrive(this);
    }
  }

  /** How far it is, is kept; empty: there is nothing to be cleaned up any more. */
  record Keep(Optional<Journal> journal, Step then) implements Step {
    @Override
    public Step next(Mover mover) {
      return mover.keep(this);
    }
  }

  /** The object is copied, or a part of it. */
  record Copy(Task task, int candidate, Journal journal, Observation<ObjectVersion> found)
      implements Step {
    @Override
    public Step next(Mover mover) {
      return mover.copy(this);
    }
  }

  /** The copy is looked at, and compared. */
  record Verify(Task task, int candidate, Journal journal) implements Step {
    @Override
    public Step next(Mover mover) {
      return mover.verify(this);
    }
  }

  /** The handles are read that refer to the object, too. */
  record Share(FileHandle handle, Journal journal, Optional<Key> after, int switched)
      implements Step {
    @Override
    public Step next(Mover mover) {
      return mover.share(this);
    }
  }

  /**
   * It is looked whether the original still is what was copied, after the handles were read: what
   * changes from here on changes their etags, too.
   */
  record Recheck(
      FileHandle handle, Journal journal, List<FileHandle> handles, boolean more, int switched)
      implements Step {
    @Override
    public Step next(Mover mover) {
      return mover.recheck(this);
    }
  }

  /**
   * Handles are pointed to the copy.
   *
   * @param more whether there may be others behind them
   */
  record Repoint(
      FileHandle handle, Journal journal, List<FileHandle> handles, boolean more, int switched)
      implements Step {
    @Override
    public Step next(Mover mover) {
      return mover.repoint(this);
    }
  }

  /** No handle was pointed to the copy: it is asked whether that is because of where it is. */
  record Doubt(FileHandle handle, Journal journal) implements Step {
    @Override
    public Step next(Mover mover) {
      return mover.doubt(this);
    }
  }

  /** What is left behind gets a job of its own. */
  record Leave(Journal journal, End end) implements Step {
    @Override
    public Step next(Mover mover) {
      return mover.leave(this);
    }
  }

  /** What a copy has begun is given up. */
  record Abandon(Journal journal, Step then) implements Step {
    @Override
    public Step next(Mover mover) {
      return mover.abandon(this);
    }
  }

  /** It is looked at what there is of a copy that came to nothing. */
  record Inspect(Journal journal, Step then) implements Step {
    @Override
    public Step next(Mover mover) {
      return mover.inspect(this);
    }
  }

  /** Its location is retired, unless somebody refers to it. */
  record Retire(Journal journal, Observation.Present<ObjectVersion> copy, Step then)
      implements Step {
    @Override
    public Step next(Mover mover) {
      return mover.retire(this);
    }
  }

  /** It is removed. */
  record Remove(Journal journal, Observation.Present<ObjectVersion> copy, Step then)
      implements Step {
    @Override
    public Step next(Mover mover) {
      return mover.remove(this);
    }
  }

  /** The retired location is empty now. */
  record Clear(Journal journal, Step then) implements Step {
    @Override
    public Step next(Mover mover) {
      return mover.clear(this);
    }
  }

  /**
   * There is nothing left to do.
   *
   * @param handles how many were pointed elsewhere by this move
   * @param failure why it failed; it is tried again where that may help
   */
  record End(Result result, int handles, @Nullable SyncException failure) implements Step {
    static End of(Result result) {
      return new End(result, 0, null);
    }

    @Override
    public Step next(Mover mover) {
      throw new IllegalStateException("a move goes on after its end");
    }
  }

  /** What became of a move. */
  enum Result {
    /** The handles point to the copy. */
    MOVED,
    /** The file was where it belongs. */
    IN_PLACE,
    /** The handle is gone, its file may not be moved, or nobody says where it belongs. */
    NOTHING_TO_DO,
    /** Its run was cancelled. */
    CANCELLED,
    /** It failed. */
    FAILED
  }
}
