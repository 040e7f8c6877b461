package dev.chirograph.testkit;

import dev.chirograph.Key;
import dev.chirograph.spi.LogEntry;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Dot;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog;
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

  private final Map<Id, List<Body>> required = new LinkedHashMap<>();
  private final Map<Id, List<Body>> optional = new LinkedHashMap<>();

  /** A version of a key. */
  record Id(Key key, String version) {
    static Id of(Body body) {
      return new Id(body.key(), body.version());
    }

    static Id of(LogItem item) {
      return new Id(item.key(), item.version());
    }
  }

  void acknowledged(Body body) {
    required.computeIfAbsent(Id.of(body), id -> new ArrayList<>()).add(body);
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

  /** What a log says of a version. */
  static Optional<LogItem> item(ReplicaLog log, Id id) {
    return log.find(List.of(id.key())).stream()
        .filter(item -> item.version().equals(id.version()))
        .findFirst();
  }

  /** Whether what a log says of a version includes an entry. */
  private static boolean includes(ReplicaLog log, Body body) {
    return item(log, Id.of(body)).filter(item -> item.join(item(body)).equals(item)).isPresent();
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
   * A log was restored.
   *
   * @param known what it knew before
   * @param logs all logs as they are now
   * @return how many entries are in no log any more
   */
  int restored(List<Body> known, Collection<? extends ReplicaLog> logs) {
    int lost = 0;
    for (Body body : known) {
      if (logs.stream().noneMatch(log -> includes(log, body))) {
        required.get(Id.of(body)).remove(body);
        optional.computeIfAbsent(Id.of(body), id -> new ArrayList<>()).add(body);
        lost++;
      }
    }
    return lost;
  }

  /** Fails when the items of a log are not what all entries say together. */
  void check(String name, Map<Id, LogItem> items) {
    items.forEach((id, item) -> checkKnown(name, id, item));
    required.forEach(
        (id, bodies) -> checkWhole(name, id, bodies, Optional.ofNullable(items.get(id))));
  }

  private void checkKnown(String name, Id id, LogItem item) {
    List<Body> said = said(id);
    if (!said.contains(item.last().body())
        || !said.containsAll(item.added().map(LogEntry::body).stream().toList())) {
      throw new AssertionError(name + " has what nobody wrote: " + described(item));
    }
  }

  private List<Body> said(Id id) {
    List<Body> said = new ArrayList<>(required.getOrDefault(id, List.of()));
    said.addAll(optional.getOrDefault(id, List.of()));
    return said;
  }

  private void checkWhole(String name, Id id, List<Body> bodies, Optional<LogItem> item) {
    if (bodies.isEmpty()) {
      return;
    }
    boolean mayBeGone = said(id).stream().anyMatch(body -> body.operation() == Operation.DELETE);
    if (item.isEmpty() && mayBeGone) {
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
