package dev.chirograph.log;

import dev.chirograph.DeleteLimit;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.LogContext;
import dev.chirograph.spi.LogContext.Life;
import dev.chirograph.spi.LogEntry.Dot;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.SupportsPeers.Member;
import dev.chirograph.spi.SupportsRepair;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What is here although a peer has seen it deleted, and has forgotten the delete. It is dropped at
 * the end of a comparison, unless it is more than one comparison may drop.
 *
 * <p>Keeps a hash of each, and no more of them than may be dropped.
 */
final class Forgotten {

  private final OwnLog own;
  private final SupportsRepair log;
  private final String peer;
  private final LogLink.Options options;
  private final UUID life;
  private final List<Gone> gone = new ArrayList<>();
  private long allowed = -1;
  private boolean tooMany;
  private long highest;

  private record Gone(Slice.Bucket slice, long hash) {}

  Forgotten(OwnLog own, String peer, LogLink.Options options) {
    this.own = own;
    this.log = own.repair().orElseThrow();
    this.peer = peer;
    this.options = options;
    this.life = log.bounds().head().epoch();
  }

  /**
   * Takes note of an item.
   *
   * @throws SyncException as {@link #drop} when the log turns out to be restored
   */
  void add(LogItem item) {
    Dot dot = item.last().dot();
    if (dot.epoch().equals(life)) {
      highest = Math.max(highest, dot.number());
    }
    if (allowed < 0) {
      allowed = options.forgets().allowed(log.digests(List.of(Slice.Bucket.ALL)).get(0).count());
    }
    if (gone.size() < allowed) {
      Slice.Bucket finest = new Slice.Bucket(Slice.Bucket.MAX_BITS, Slice.Bucket.of(item.key()));
      gone.add(new Gone(finest, item.hash()));
    } else {
      checkPlaces();
      tooMany = true;
      refuse(item, false);
    }
  }

  /**
   * Drops all of them, or refuses all.
   *
   * @param peerItems how many items the peer has
   * @param whole whether all that the peer holds is here: only then what it has forgotten counts as
   *     deleted here, too
   * @throws SyncException of kind CONFLICT when the log was restored from a backup, and begins a
   *     new life
   */
  void drop(long peerItems, boolean whole) {
    if (gone.isEmpty()) {
      return;
    }
    checkPlaces();
    boolean emptied =
        peerItems == 0 && options.forgets().emptySource() == DeleteLimit.EmptySource.REFUSED;
    for (int i = 0; i < gone.size(); i += LogRepair.PIECE) {
      List<LogItem> items = new ArrayList<>();
      for (Gone one : gone.subList(i, Math.min(gone.size(), i + LogRepair.PIECE))) {
        items.addAll(log.items(one.slice(), List.of(one.hash())));
      }
      if (tooMany || emptied) {
        items.forEach(item -> refuse(item, emptied));
      } else if (log.forget(items, whole ? places(items) : LogContext.EMPTY) > 0) {
        items.stream().filter(this::isGone).forEach(options.dropped());
      }
    }
  }

  private boolean isGone(LogItem item) {
    return log.find(List.of(item.key())).stream()
        .noneMatch(there -> there.version().equals(item.version()));
  }

  /** The peer has forgotten these lives up to these places at least. */
  private static LogContext places(List<LogItem> items) {
    LogContext places = LogContext.EMPTY;
    for (LogItem item : items) {
      Dot dot = item.last().dot();
      Life life = new Life(dot.node(), dot.epoch());
      places = places.join(LogContext.of(Map.of(life, dot.number())));
    }
    return places;
  }

  /**
   * Nobody can have forgotten what no reader is known to have passed: its place was given away
   * before, and again after a restore.
   */
  private void checkPlaces() {
    long safe = own.peers().members().stream().mapToLong(Member::passed).max().orElse(0);
    if (highest > safe) {
      own.peers().newEpoch(life);
      throw new SyncException(
          Kind.CONFLICT,
          "the log was restored from a backup: "
              + peer
              + " has seen places in it that were given away again; they are compared anew");
    }
  }

  private void refuse(LogItem item, boolean emptied) {
    String why =
        emptied
            ? " holds nothing, and has forgotten deletes of items that are still here; allow an"
                + " empty source if they are to go"
            : " has forgotten more deleted items that are still here than the "
                + allowed
                + " that one comparison may drop; raise the limit if they are to go";
    options.refused().own(item, new SyncException(Kind.CONFLICT, peer + why));
  }
}
