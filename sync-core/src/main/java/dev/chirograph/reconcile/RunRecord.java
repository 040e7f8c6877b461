package dev.chirograph.reconcile;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.RunPhase;
import dev.chirograph.SyncException;
import dev.chirograph.Tally;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What is durable about a run, as it stands in the state store: JSON, one record, changed by
 * compare-and-set.
 *
 * @param requested when it was asked for, in milliseconds since 1970
 * @param ended when it ended; 0 while it goes on
 * @param ranges the parts into which the walk was cut so far
 * @param released how many deletes have been released, for the report; the queue has the number
 *     that counts
 * @param counts what was counted beside the ranges
 * @param refusals why deletes were not made, at most one for each pair
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record RunRecord(
    long id,
    ScopeRecord scope,
    List<String> pairs,
    RunPhase phase,
    long requested,
    long ended,
    List<Range> ranges,
    long released,
    Map<Tally.Count, Long> counts,
    List<Refusal> refusals,
    @Nullable String failure) {

  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  RunRecord {
    ranges = ranges == null ? List.of() : List.copyOf(ranges);
    pairs = List.copyOf(pairs);
    counts = counts == null ? Map.of() : Map.copyOf(counts);
    refusals = refusals == null ? List.of() : List.copyOf(refusals);
  }

  /**
   * Why the deletes of a pair are not made.
   *
   * @param counted how many of those that are still held have been counted as not deleted
   */
  record Refusal(String pair, String why, long counted) {}

  /**
   * A part of the walk.
   *
   * @param fence of the lease under which it is walked; another one may neither cut nor close it
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Range(
      int number,
      String pair,
      String from,
      @Nullable String to,
      boolean done,
      long due,
      Map<Tally.Count, Long> counts,
      @Nullable String trouble,
      long fence) {

    Range {
      counts = counts == null ? Map.of() : Map.copyOf(counts);
    }

    static Range open(int number, String pair, KeyRange range) {
      return new Range(
          number,
          pair,
          encode(range.from()),
          range.to().map(RunRecord::encode).orElse(null),
          false,
          0,
          Map.of(),
          null,
          0);
    }

    boolean endsAt(Key end) {
      return !done && keys().to().equals(Optional.of(end));
    }

    KeyRange keys() {
      return to == null ? KeyRange.from(decode(from)) : KeyRange.of(decode(from), decode(to));
    }

    Range endingAt(Key end) {
      return new Range(number, pair, from, encode(end), done, due, counts, trouble, fence);
    }

    Range heldUnder(long newFence) {
      return done ? this : new Range(number, pair, from, to, false, due, counts, trouble, newFence);
    }

    boolean closedUnder(long itsFence) {
      return done && fence == itsFence;
    }

    /** This range closed, unless somebody else holds it. */
    Range finished(long itsFence, long dueNow, Tally tally, @Nullable String why) {
      return done || fence != itsFence
          ? this
          : new Range(number, pair, from, to, true, dueNow, tally.toMap(), why, fence);
    }
  }

  /** A folder that was seen, wholly inside a range or at its edge. */
  record FolderRecord(String prefix, boolean source, boolean replica, boolean inner) {
    static FolderRecord of(Folders.Seen seen, boolean inner) {
      return new FolderRecord(encode(seen.prefix()), seen.source(), seen.replica(), inner);
    }

    Folders.Seen seen() {
      return new Folders.Seen(decode(prefix), source, replica);
    }
  }

  /** A scope as JSON. */
  record ScopeRecord(
      String from, @Nullable String to, Filter filter, boolean full, boolean folders) {
    static ScopeRecord of(Scope scope) {
      return new ScopeRecord(
          encode(scope.range().from()),
          scope.range().to().map(RunRecord::encode).orElse(null),
          scope.filter(),
          scope.isFull(),
          scope.tellsFolders());
    }

    Scope toScope(List<String> pairs) {
      KeyRange range =
          to == null ? KeyRange.from(decode(from)) : KeyRange.of(decode(from), decode(to));
      return new Scope(pairs, range, filter, full, folders);
    }
  }

  static RunRecord begun(long id, Scope scope, List<String> pairs, long now) {
    List<Range> ranges = new ArrayList<>();
    for (String pair : pairs) {
      ranges.add(Range.open(ranges.size(), pair, scope.range()));
    }
    return new RunRecord(
        id,
        ScopeRecord.of(scope),
        pairs,
        RunPhase.FINDING,
        now,
        0,
        ranges,
        0,
        Map.of(),
        List.of(),
        null);
  }

  Scope toScope() {
    return scope.toScope(pairs);
  }

  Optional<Range> range(int number) {
    return ranges.stream().filter(range -> range.number() == number).findFirst();
  }

  boolean found() {
    return ranges.stream().allMatch(Range::done);
  }

  long openRanges() {
    return ranges.stream().filter(range -> !range.done()).count();
  }

  RunRecord withRange(int number, UnaryOperator<Range> change) {
    return withRanges(
        ranges.stream()
            .map(range -> range.number() == number ? change.apply(range) : range)
            .toList());
  }

  /** The upper part of a range becomes one of its own. */
  RunRecord split(int number, long fence, Key at, Optional<Key> end) {
    Range whole = range(number).orElseThrow();
    if (phase != RunPhase.FINDING
        || whole.done()
        || whole.fence() != fence
        || !whole.keys().to().equals(end)) {
      return this; // made already, and the reply was lost; or the range is no longer the caller's
    }
    List<Range> all = new ArrayList<>(withRange(number, range -> range.endingAt(at)).ranges);
    all.add(Range.open(all.size(), whole.pair(), whole.keys().startingAt(at)));
    return withRanges(all);
  }

  private RunRecord withRanges(List<Range> all) {
    return new RunRecord(
        id, scope, pairs, phase, requested, ended, all, released, counts, refusals, failure);
  }

  RunRecord moved(RunPhase to, long now, @Nullable String why) {
    return new RunRecord(
        id,
        scope,
        pairs,
        to,
        requested,
        to.ended() ? now : 0,
        ranges,
        released,
        counts,
        refusals,
        why == null ? failure : why);
  }

  RunRecord withReleased(long more) {
    return new RunRecord(
        id,
        scope,
        pairs,
        phase,
        requested,
        ended,
        ranges,
        released + more,
        counts,
        refusals,
        failure);
  }

  /** Why the deletes of a pair are not made. */
  Optional<Refusal> refusal(String pair) {
    return refusals.stream().filter(refusal -> refusal.pair().equals(pair)).findFirst();
  }

  /** This run with a refusal of a pair that had none, or in place of the one it had. */
  RunRecord refused(Refusal refusal, long notDeleted) {
    List<Refusal> all = new ArrayList<>(refusals);
    all.removeIf(other -> other.pair().equals(refusal.pair()));
    all.add(refusal);
    Map<Tally.Count, Long> more = new EnumMap<>(Tally.Count.class);
    more.putAll(counts);
    if (notDeleted > 0) {
      more.merge(Tally.Count.NOT_DELETED, notDeleted, Long::sum);
    }
    return new RunRecord(
        id, scope, pairs, phase, requested, ended, ranges, released, more, all, failure);
  }

  /** Whether some range was not seen to its end. */
  boolean incomplete() {
    return ranges.stream().anyMatch(range -> range.trouble() != null);
  }

  boolean incomplete(String pair) {
    return ranges.stream().anyMatch(range -> range.pair().equals(pair) && range.trouble() != null);
  }

  byte[] toBytes() {
    return bytes(this);
  }

  static RunRecord of(byte[] json) {
    return read(json, RunRecord.class);
  }

  static byte[] bytes(Object value) {
    try {
      return JSON.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a record of our own cannot be written as JSON", e);
    }
  }

  static <T> T read(byte[] json, Class<T> type) {
    try {
      return JSON.readValue(json, type);
    } catch (IOException e) {
      throw new SyncException(
          SyncException.Kind.CORRUPT,
          "a " + type.getSimpleName() + " in the state store is not what was written there",
          e);
    }
  }

  static String encode(Key key) {
    return Base64.getEncoder().withoutPadding().encodeToString(key.toBytes());
  }

  static Key decode(String text) {
    return Key.ofBytes(Base64.getDecoder().decode(text));
  }
}
