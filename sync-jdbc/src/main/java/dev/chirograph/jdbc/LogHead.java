package dev.chirograph.jdbc;

import dev.chirograph.spi.LogContext.Life;
import dev.chirograph.spi.ReplicaLog.Position;
import java.util.UUID;

/**
 * What stands at the head of a log.
 *
 * @param log the number of the log in our tables
 * @param node whose log it is
 * @param epoch its present life
 * @param number of the last change
 * @param mark of the last commit
 * @param floor the number after which can be read
 * @param floorMark the mark of the commit there
 * @param held how many bytes of contents are not elsewhere
 */
record LogHead(
    int log,
    String node,
    UUID epoch,
    long number,
    UUID mark,
    long floor,
    UUID floorMark,
    long held) {

  /** None that was read. */
  static final LogHead NONE = first("", new UUID(0, 0));

  /** Of a log in which nothing has been written; its number is not known yet. */
  static LogHead first(String node, UUID epoch) {
    UUID none = Position.START.mark();
    return new LogHead(0, node, epoch, 0, none, 0, none, 0);
  }

  LogHead withNumber(long other) {
    return new LogHead(log, node, epoch, other, mark, floor, floorMark, held);
  }

  LogHead withLife(Life other) {
    return new LogHead(log, other.node(), other.epoch(), number, mark, floor, floorMark, held);
  }

  LogHead withFloor(long other, UUID otherMark) {
    return new LogHead(log, node, epoch, number, mark, other, otherMark, held);
  }

  /** At the end of a commit. */
  LogHead with(UUID otherMark, long otherHeld) {
    return new LogHead(log, node, epoch, number, otherMark, floor, floorMark, otherHeld);
  }

  Life life() {
    return new Life(node, epoch);
  }

  Position position() {
    return new Position(epoch, number, mark);
  }

  Position floorPosition() {
    return new Position(epoch, floor, floorMark);
  }

  /**
   * A place below the floor for those who began at the start since it was raised: they may go on.
   * It has another mark than it had when it was above the floor.
   */
  Position belowFloor(long place) {
    long high = ~floorMark.getMostSignificantBits();
    return new Position(epoch, place, new UUID(high, ~floorMark.getLeastSignificantBits()));
  }
}
