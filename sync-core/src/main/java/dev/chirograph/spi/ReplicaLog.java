package dev.chirograph.spi;

import dev.chirograph.Key;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * An append-only log of what a node holds, which others read from a position on. A handle is bound
 * to one tenant and one node.
 *
 * <ul>
 *   <li><b>LOG-1</b> Positions are handed out in commit order and without gaps: whoever has read up
 *       to a position never finds a new entry below it.
 *   <li><b>LOG-2</b> Appending or merging an entry whose id is known adds nothing and answers the
 *       old position.
 *   <li><b>LOG-3</b> A page gives entries in ascending position, at most so many and so many bytes,
 *       but at least one when there is one.
 *   <li><b>LOG-4</b> A position below the floor, beyond the head or of another history is
 *       recognised and answered as such, with no entries.
 *   <li><b>LOG-5</b> Merging makes entries and the peer's pointer durable in one step; without a
 *       pointer the peer's pointer stays.
 *   <li><b>LOG-6</b> Merged entries keep their origin and origin number.
 *   <li><b>LOG-7</b> Appending a list is all or nothing and harmless to repeat after a lost reply.
 * </ul>
 */
public interface ReplicaLog {

  /** Where the log begins and ends now. */
  Bounds bounds();

  /** Adds entries of this node. */
  List<Appended> append(List<NewEntry> entries);

  /**
   * Reads on from a position.
   *
   * @param after the last position that was read; {@link Position#START} to read from the beginning
   * @param limit the largest number of entries; at least 1
   * @param maxBytes the largest sum of payloads
   */
  Page read(Position after, int limit, long maxBytes);

  /**
   * Takes over entries of other nodes.
   *
   * @param peer the node they came from
   * @param pointer how far that peer's log has been read now; empty when the entries were pushed
   */
  List<Appended> merge(String peer, Optional<Position> pointer, List<LogEntry> entries);

  /** How far a peer's log has been read. */
  Optional<Position> pointer(String peer);

  /** What an entry says of its key and version; the larger state wins, whatever the order. */
  enum Operation {
    /** It is there. */
    ADD,
    /** It is there and should not be used any more. */
    DEPRECATE,
    /** It is gone. */
    DELETE
  }

  /**
   * A position in a log.
   *
   * @param epoch which life of the log it belongs to
   * @param number 0 before the first entry
   * @param entry the id of the entry at that number, by which another history is recognised
   */
  record Position(UUID epoch, long number, UUID entry) {

    /** Before the first entry of any log. */
    public static final Position START = new Position(new UUID(0, 0), 0, new UUID(0, 0));

    public Position {
      Objects.requireNonNull(epoch, "epoch");
      Objects.requireNonNull(entry, "entry");
    }
  }

  /**
   * The ends of a log.
   *
   * @param floor the lowest position after which can be read
   * @param head the position of the last entry
   */
  record Bounds(Position floor, Position head) {}

  /**
   * A part of a log.
   *
   * @param entries in ascending position; empty when the position is not valid
   * @param bounds the ends at the time of reading
   * @param validity what the log thinks of the position that was asked for
   */
  record Page(List<LogEntry> entries, Bounds bounds, Validity validity) {
    public Page {
      entries = List.copyOf(entries);
    }
  }

  /** What a log thinks of a position. */
  enum Validity {
    /** It belongs to this log. */
    OK,
    /** What follows it has been compacted away. */
    BELOW_FLOOR,
    /** The log has never been that far in this life: it was restored from a backup. */
    BEYOND_HEAD,
    /** Another entry stands there: it was restored, or it is another log. */
    OTHER_HISTORY
  }

  /**
   * An entry without a position.
   *
   * @param id unique in the world
   * @param operation what it says
   * @param key of what
   * @param version which version of it
   * @param contentDigest SHA-256 of the content; empty when there is none
   * @param size of the content in bytes
   * @param location where the content can be fetched; empty when there is none
   * @param payload anything else, usually JSON
   */
  record NewEntry(
      UUID id,
      Operation operation,
      Key key,
      String version,
      String contentDigest,
      long size,
      String location,
      String payload) {
    public NewEntry {
      Objects.requireNonNull(id, "id");
      Objects.requireNonNull(operation, "operation");
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(version, "version");
      Objects.requireNonNull(contentDigest, "contentDigest");
      Objects.requireNonNull(location, "location");
      Objects.requireNonNull(payload, "payload");
    }
  }

  /**
   * An entry in a log.
   *
   * @param number its position in this log
   * @param origin the node that wrote it first
   * @param originNumber its position there
   * @param at when the origin wrote it
   * @param body what it says
   */
  record LogEntry(long number, String origin, long originNumber, Instant at, NewEntry body) {
    public LogEntry {
      Objects.requireNonNull(origin, "origin");
      Objects.requireNonNull(at, "at");
      Objects.requireNonNull(body, "body");
    }
  }

  /**
   * What became of an entry.
   *
   * @param number its position
   * @param added false when it was known already
   */
  record Appended(long number, boolean added) {}
}
