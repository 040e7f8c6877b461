package dev.chirograph.http;

import dev.chirograph.SyncException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/** Nonces by node and by the second in which they may be forgotten. */
final class MemoryNonces implements Nonces {

  private final int most;
  private final Map<String, Remembered> callers = new HashMap<>();

  MemoryNonces(int most) {
    if (most < 1) {
      throw SyncException.invalid("at least 1 nonce has to be remembered, not " + most);
    }
    this.most = most;
  }

  /** Those of one node: a busy one takes no room from the others. */
  private static final class Remembered {
    // A request that is repeated has the time that it had: it meets its own second.
    private final NavigableMap<Long, Set<String>> bySecond = new TreeMap<>();
    private int count;
    private long forgotten = Long.MIN_VALUE;

    void forgetBefore(long second) {
      forgotten = Math.max(forgotten, second);
      Map<Long, Set<String>> old = bySecond.headMap(second, false);
      count -= old.values().stream().mapToInt(Set::size).sum();
      old.clear();
    }

    /** Whether nobody knows any more: somebody else was later, or the clock has gone back. */
    boolean isForgotten(long second) {
      return second < forgotten;
    }
  }

  @Override
  public synchronized Taken take(String caller, String nonce, Instant until, Instant now) {
    Remembered remembered = callers.computeIfAbsent(caller, ignored -> new Remembered());
    remembered.forgetBefore(now.getEpochSecond());
    if (remembered.isForgotten(until.getEpochSecond())) {
      return Taken.REPEATED;
    }
    Set<String> sameSecond =
        remembered.bySecond.computeIfAbsent(until.getEpochSecond(), ignored -> new HashSet<>());
    if (sameSecond.contains(nonce)) {
      return Taken.REPEATED;
    }
    if (remembered.count >= most) {
      return Taken.FULL;
    }
    sameSecond.add(nonce);
    remembered.count++;
    return Taken.YES;
  }
}
