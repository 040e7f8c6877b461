package dev.chirograph.reconcile;

import dev.chirograph.Entry;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Report;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Notices folders that exist on one side only, while keys pass in order. A folder exists on a side
 * that has any item below it, at whatever depth.
 *
 * <p>Holds the folders around the present key and those that differ, at most {@link
 * Report#MAX_ITEMS}. Folders that reach beyond the range are given as edges, to be joined with
 * those of the neighbouring ranges.
 */
final class Folders {

  private static final int DELIMITER = '/';

  /** A folder, and which sides have it. */
  record Seen(Key prefix, boolean source, boolean replica) {
    Seen or(Seen other) {
      return new Seen(prefix, source || other.source, replica || other.replica);
    }

    boolean differs() {
      return source != replica;
    }
  }

  /**
   * The folders of one range.
   *
   * @param inner those wholly inside the range that differ, at most {@link Report#MAX_ITEMS}
   * @param number how many of those there are
   * @param outer those that may have more items outside it
   */
  record Edges(List<Seen> inner, long number, List<Seen> outer) {
    static final Edges NONE = new Edges(List.of(), 0, List.of());
  }

  /**
   * The folders of several ranges.
   *
   * @param folders those that differ
   * @param number how many of those there are, also when some were not kept
   */
  record Joined(List<Report.Folder> folders, long number) {}

  private final KeyRange range;
  private final boolean wanted;
  private final Deque<Seen> open = new ArrayDeque<>();
  private final List<Seen> closed = new ArrayList<>();
  private final List<Seen> atStart = new ArrayList<>();
  private long number;

  Folders(KeyRange range, boolean wanted) {
    this.range = range;
    this.wanted = wanted;
  }

  /** An item passes, seen on one side or both. */
  void seen(@Nullable Entry source, @Nullable Entry replica) {
    if (!wanted) {
      return;
    }
    Key key = source != null ? source.key() : replica != null ? replica.key() : Key.EMPTY;
    boolean inSource = source != null && !source.tombstone();
    boolean inReplica = replica != null && !replica.tombstone();
    while (!open.isEmpty() && !key.startsWith(open.peek().prefix())) {
      close(open.pop());
    }
    int known = open.isEmpty() ? 0 : open.peek().prefix().length();
    for (int i = known; i < key.length(); i++) {
      if (key.byteAt(i) == DELIMITER) {
        open.push(new Seen(key.first(i + 1), false, false));
      }
    }
    mark(inSource, inReplica);
  }

  private void mark(boolean inSource, boolean inReplica) {
    if (open.stream().allMatch(f -> (f.source() || !inSource) && (f.replica() || !inReplica))) {
      return;
    }
    List<Seen> marked = new ArrayList<>();
    open.forEach(f -> marked.add(f.or(new Seen(f.prefix(), inSource, inReplica))));
    open.clear();
    open.addAll(marked);
  }

  private void close(Seen folder) {
    if (folder.prefix().compareTo(range.from()) <= 0) {
      atStart.add(folder); // or it is the range itself
    } else if (folder.differs()) {
      number++;
      if (closed.size() < Report.MAX_ITEMS) {
        closed.add(folder);
      }
    }
  }

  /**
   * What was seen, once everything has passed.
   *
   * @param end where the walk ended; empty when it had no upper end
   */
  Edges edges(Optional<Key> end) {
    if (!wanted) {
      return Edges.NONE;
    }
    List<Seen> outer = new ArrayList<>(atStart);
    atStart.clear();
    while (!open.isEmpty()) {
      Seen folder = open.pop();
      if (end.isPresent() && end.get().startsWith(folder.prefix())) {
        outer.add(folder);
      } else {
        close(folder);
      }
    }
    outer.addAll(atStart);
    return new Edges(List.copyOf(closed), number, List.copyOf(outer));
  }

  /**
   * The folders that differ, over all ranges of a pair.
   *
   * @param scope the range of the whole run: its own folder and those that reach beyond it are
   *     never reported
   */
  static Joined joined(String pair, KeyRange scope, Collection<Edges> ranges) {
    Map<Key, Seen> inner = new TreeMap<>();
    Map<Key, Seen> outer = new TreeMap<>();
    for (Edges edges : ranges) {
      edges.inner().forEach(f -> inner.put(f.prefix(), f));
      edges.outer().forEach(f -> outer.merge(f.prefix(), f, Seen::or));
    }
    outer.values().removeIf(f -> !f.differs() || !inside(KeyRange.prefix(f.prefix()), scope));
    inner.putAll(outer);
    List<Report.Folder> folders =
        inner.values().stream().map(f -> new Report.Folder(pair, f.prefix(), f.replica())).toList();
    return new Joined(folders, outer.size() + ranges.stream().mapToLong(Edges::number).sum());
  }

  /** Whether a folder lies in the range with all it may hold, and is not the range itself. */
  private static boolean inside(KeyRange folder, KeyRange scope) {
    return folder.intersect(scope).equals(folder) && !folder.equals(scope);
  }
}
