package dev.chirograph.simulation;

import dev.chirograph.Key;
import dev.chirograph.spi.LogEntry;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Dot;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.ReplicaLog.Position;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Every entry that was acknowledged. The logs have to end with what they say together; an entry
 * that was lost with a restore before any other log had it may be missing.
 */
final class LogModel {

  private static final Dot NOWHERE = new Dot("", new UUID(0, 0), 0);

  private final Map<Spot, List<Body>> required = new LinkedHashMap<>();
  private final Map<Spot, List<Body>> written = new LinkedHashMap<>();

  /** A version of a key. */
  record Spot(Key key, String version) {
    static Spot of(Body body) {
      return new Spot(body.key(), body.version());
    }

    static Spot of(LogItem item) {
      return new Spot(item.key(), item.version());
    }
  }

  void acknowledged(Body body) {
    add(required, body);
  }

  /** It may have been written, or will be. */
  void perhaps(Body body) {
    add(written, body);
  }

  private static void add(Map<Spot, List<Body>> to, Body body) {
    List<Body> all = new ArrayList<>(to.getOrDefault(Spot.of(body), List.of()));
    all.add(body);
    to.put(Spot.of(body), all);
  }

  /** An item in few words. */
  static String described(LogItem item) {
    return described(item.last().body())
        + " at "
        + item.last().dot().node()
        + " "
        + item.last().dot().epoch().toString().substring(0, 4)
        + " "
        + item.last().dot().number()
        + item.added().map(entry -> " of " + described(entry.body())).orElse("");
  }

  static String described(Body body) {
    return body.operation()
        + " "
        + body.key().text()
        + "/"
        + body.version()
        + " "
        + body.id().toString().substring(0, 4);
  }

  /** All that a log holds. */
  static Map<Spot, LogItem> items(String name, ReplicaLog log) {
    Map<Spot, LogItem> items = new LinkedHashMap<>();
    for (LogItem item : log.read(Position.START, Integer.MAX_VALUE, Long.MAX_VALUE).items()) {
      if (items.put(Spot.of(item), item) != null) {
        throw new AssertionError(name + " has " + Spot.of(item) + " twice");
      }
    }
    return items;
  }

  /** What a log says of a version. */
  static Optional<LogItem> item(ReplicaLog log, Spot spot) {
    return log.find(List.of(spot.key())).stream()
        .filter(item -> item.version().equals(spot.version()))
        .findFirst();
  }

  /** Whether what a log says of a version includes an entry. */
  private static boolean includes(ReplicaLog log, Body body) {
    return item(log, Spot.of(body)).filter(item -> item.join(item(body)).equals(item)).isPresent();
  }

  private static LogItem item(Body body) {
    return LogItem.of(new LogEntry(NOWHERE, Instant.EPOCH, body));
  }

  /** The entries that a log knows; to be asked before it is restored. */
  List<Body> knownBy(ReplicaLog log) {
    return required.values().stream()
        .flatMap(List::stream)
        .filter(body -> includes(log, body))
        .toList();
  }

  /**
   * A log was restored, or has gone with its node.
   *
   * @param known what it knew before
   * @param logs all logs as they are now
   * @return how many entries are in no log any more
   */
  int lost(List<Body> known, Collection<? extends ReplicaLog> logs) {
    int lost = 0;
    for (Body body : known) {
      if (logs.stream().noneMatch(log -> includes(log, body))) {
        required.computeIfPresent(Spot.of(body), (spot, all) -> without(all, body));
        lost++;
      }
    }
    return lost;
  }

  private static List<Body> without(List<Body> all, Body one) {
    return all.stream().filter(body -> !body.equals(one)).toList();
  }

  /**
   * Fails when the items of a log are not what all entries say together.
   *
   * @param back whether what was deleted may be there again, since deletes did not wait for those
   *     who were away
   */
  void check(String name, Map<Spot, LogItem> items, boolean back) {
    items.forEach((spot, item) -> checkKnown(name, spot, item));
    required.forEach(
        (spot, bodies) -> {
          if (!back || !mayBeGone(spot)) {
            checkWhole(name, spot, bodies, Optional.ofNullable(items.get(spot)));
          }
        });
  }

  private boolean mayBeGone(Spot spot) {
    return said(spot).stream().anyMatch(body -> body.operation() == Operation.DELETE);
  }

  private void checkKnown(String name, Spot spot, LogItem item) {
    List<Body> said = said(spot);
    if (!said.contains(item.last().body())
        || !said.containsAll(item.added().map(LogEntry::body).stream().toList())) {
      throw new AssertionError(name + " has what nobody wrote: " + described(item));
    }
  }

  private List<Body> said(Spot spot) {
    return written.getOrDefault(spot, List.of());
  }

  private void checkWhole(String name, Spot spot, List<Body> bodies, Optional<LogItem> item) {
    if (bodies.isEmpty()) {
      return;
    }
    if (item.isEmpty() && mayBeGone(spot)) {
      return;
    }
    LogItem expected = bodies.stream().map(LogModel::item).reduce(LogItem::join).orElseThrow();
    if (item.isEmpty()) {
      throw new AssertionError(name + " has lost " + described(expected));
    }
    // Of several deletes some may be forgotten.
    boolean deleted = item.get().isDeleted() && expected.isDeleted();
    if (!deleted && !item.get().join(expected).equals(item.get())) {
      throw new AssertionError(
          name + " has " + described(item.get()) + " where all said " + described(expected));
    }
  }
}
