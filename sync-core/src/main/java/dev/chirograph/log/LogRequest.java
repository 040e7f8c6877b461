package dev.chirograph.log;

import dev.chirograph.Key;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Position;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What one node asks of another about its log. */
public sealed interface LogRequest {

  /**
   * What follows a position.
   *
   * @param after where reading has come to
   * @param gap whether the one who asks could not take some of the items up to there; else it holds
   *     them all
   * @param limit the largest number of items; at least 1
   * @param maxBytes the largest sum of payloads; at least 1
   * @param patience how long to wait for something when there is nothing
   */
  record Pull(Position after, boolean gap, int limit, long maxBytes, Duration patience)
      implements LogRequest {
    public Pull {
      Objects.requireNonNull(after, "after");
      Objects.requireNonNull(patience, "patience");
      if (limit < 1 || maxBytes < 1 || patience.isNegative()) {
        throw SyncException.invalid(
            "a pull asks for at least 1 item and 1 byte and waits at least 0 seconds, not "
                + limit
                + ", "
                + maxBytes
                + " and "
                + patience);
      }
    }

    /** By somebody who holds everything up to a position. */
    public Pull(Position after, int limit, long maxBytes, Duration patience) {
      this(after, false, limit, maxBytes, patience);
    }
  }

  /**
   * Items that the other node may not have yet.
   *
   * @param items what this node knows of them
   */
  record Push(List<LogItem> items) implements LogRequest {
    public Push {
      items = List.copyOf(items);
    }
  }

  /**
   * The digests of parts of the log.
   *
   * @param pointer up to where the log has been read, so that a log that was restored from a backup
   *     notices; empty when it has never been
   * @param slices the parts
   */
  record Compare(Optional<Position> pointer, List<Slice.Bucket> slices) implements LogRequest {
    public Compare {
      Objects.requireNonNull(pointer, "pointer");
      slices = List.copyOf(slices);
    }
  }

  /**
   * The hashes of the items in small parts of the log.
   *
   * @param slices the parts
   */
  record Hashes(List<Slice.Bucket> slices) implements LogRequest {
    public Hashes {
      slices = List.copyOf(slices);
    }
  }

  /**
   * Items by their hashes.
   *
   * @param wanted which ones
   */
  record Items(List<Wanted> wanted) implements LogRequest {
    public Items {
      wanted = List.copyOf(wanted);
    }
  }

  /**
   * All that is known of some keys.
   *
   * @param keys which ones
   */
  record Find(List<Key> keys) implements LogRequest {
    public Find {
      keys = List.copyOf(keys);
    }
  }

  /**
   * Some items of a part of the log.
   *
   * @param slice the part
   * @param hashes of the items
   */
  record Wanted(Slice.Bucket slice, List<Long> hashes) {
    public Wanted {
      Objects.requireNonNull(slice, "slice");
      hashes = List.copyOf(hashes);
    }
  }
}
