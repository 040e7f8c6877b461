package dev.chirograph.reconcile;

import dev.chirograph.DeleteLimit;
import dev.chirograph.Environment;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Pacing;
import dev.chirograph.RetryPolicy;
import dev.chirograph.SyncException;
import dev.chirograph.SyncListener;
import dev.chirograph.SyncListener.ItemEvent;
import dev.chirograph.SyncListener.ItemResult;
import dev.chirograph.Tally.Count;
import dev.chirograph.jobs.Keeper;
import dev.chirograph.spi.Source;
import dev.chirograph.spi.StateStore;
import dev.chirograph.spi.SupportsSplit;
import dev.chirograph.spi.WorkQueue;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the parts of one reconciler share: its pairs and its settings. */
final class Engine<V> {

  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

  private static final int STRIDES_BEFORE_ASKING = 4;

  private final Map<String, Pair<V>> pairs;
  private final Settings settings;
  private final Listings listings;
  private final @Nullable Identity identity;
  private final AtomicLong lastRunId = new AtomicLong();
  private final ReentrantLock settling = new ReentrantLock();

  /** The settings of a reconciler, as its builder collected them. */
  record Settings(
      @Nullable WorkQueue queue,
      @Nullable StateStore state,
      DeleteLimit deletes,
      Duration budgetWindow,
      int concurrency,
      int ranges,
      int batch,
      Duration lease,
      RetryPolicy callRetries,
      RetryPolicy jobRetries,
      SyncListener listener,
      Environment environment,
      @Nullable String identityTag) {

    InstantSource clock() {
      return environment.clock();
    }

    Pacing pacing() {
      return environment.pacing();
    }

    RandomGenerator random() {
      return environment.random();
    }

    ThreadFactory threads() {
      return environment.threads();
    }
  }

  Engine(List<Pair<V>> pairs, Settings settings) {
    this.pairs = new LinkedHashMap<>();
    pairs.forEach(pair -> this.pairs.put(pair.name(), pair));
    this.settings = settings;
    this.listings = new Listings(settings.callRetries(), settings.pacing(), settings.random());
    this.identity = settings.identityTag() == null ? null : new Identity(settings.identityTag());
  }

  List<Pair<V>> pairs(Scope scope) {
    if (scope.pairs().isEmpty()) {
      return List.copyOf(pairs.values());
    }
    return scope.pairs().stream().distinct().map(this::requirePair).toList();
  }

  Pair<V> requirePair(String name) {
    return pair(name)
        .orElseThrow(
            () ->
                SyncException.invalid(
                    "there is no pair named '"
                        + name
                        + "'; this reconciler has "
                        + pairs.keySet()));
  }

  Optional<Pair<V>> pair(String name) {
    return Optional.ofNullable(pairs.get(name));
  }

  PatientQueue queue() {
    return new PatientQueue(required(settings.queue(), "queue"), this);
  }

  /** Makes a call that may be repeated, and repeats it as the policy for calls allows. */
  <T> T call(Supplier<T> call) {
    for (int failures = 1; ; failures++) {
      try {
        return call.get();
      } catch (SyncException e) {
        if (!callRetries().again(e, failures)) {
          throw e;
        }
        pacing().await(callRetries().pause(failures, random()));
      }
    }
  }

  /** Does chores three times in the length of a lease, once it is started. */
  Keeper keeper(List<Runnable> chores) {
    return Keeper.of(settings.threads(), settings.pacing(), settings.lease().dividedBy(3), chores);
  }

  Keeper startedKeeper(List<Runnable> chores) {
    Keeper keeper = keeper(chores);
    keeper.start();
    return keeper;
  }

  /** Held while a run is judged or ended, so that threads of one process do not get in the way. */
  ReentrantLock settling() {
    return settling;
  }

  StateStore state() {
    return required(settings.state(), "state");
  }

  private static <T> T required(@Nullable T part, String name) {
    if (part == null) {
      throw new SyncException(
          SyncException.Kind.UNSUPPORTED,
          "this needs a queue and a state store: give the builder both, with ." + name + "(...)");
    }
    return part;
  }

  Applier<V> applier(Pair<V> pair, Parallel lookers) {
    return new Applier<>(pair, lookers, identity, key -> listen(l -> l.conflict(pair.name(), key)));
  }

  /** Threads that look at single items. */
  Parallel lookers() {
    return new Parallel(settings.concurrency(), settings.threads());
  }

  /** Threads that walk ranges. */
  Parallel walkers() {
    return new Parallel(settings.ranges(), settings.threads());
  }

  /**
   * A point at which what is left of a range is worth splitting. The replica is asked first: the
   * sides are mostly alike, and it answers from an index. A source may need a score of requests, so
   * it is asked only by a walk that has passed some pages itself.
   *
   * @param strides how many strides the walk has passed
   */
  Optional<Key> split(Pair<V> pair, KeyRange rest, int strides) {
    if (!pair.source().capabilities().ordered()) {
      return Optional.empty(); // it is listed whole and sorted, and would be for each part again
    }
    Optional<Key> point = split(pair.replica(), rest);
    return point.isEmpty() && strides >= STRIDES_BEFORE_ASKING ? split(pair.source(), rest) : point;
  }

  /** Trouble in finding a point is no reason to end a walk. */
  private static Optional<Key> split(Source<?> store, KeyRange rest) {
    if (!(store instanceof SupportsSplit splittable)) {
      return Optional.empty();
    }
    try {
      return splittable
          .split(rest)
          .filter(key -> key.compareTo(rest.from()) > 0 && rest.contains(key));
    } catch (RuntimeException e) {
      LOG.debug("no point to split {} of {} was found: {}", rest, store, e.toString());
      return Optional.empty();
    }
  }

  /** Larger than every id this process has given, and by its time part larger than older ones. */
  long newRunId() {
    long proposed = (settings.clock().millis() << 16) | (settings.random().nextInt() & 0xffff);
    return lastRunId.updateAndGet(last -> Math.max(last + 1, proposed));
  }

  Listings listings() {
    return listings;
  }

  DeleteLimit deletes() {
    return settings.deletes();
  }

  /** How many candidates for deletion are kept: with one beyond the limit none will be made. */
  long mostCandidates() {
    long most = deletes().count();
    return most == Long.MAX_VALUE ? most : most + 1;
  }

  int batch() {
    return settings.batch();
  }

  Settings settings() {
    return settings;
  }

  InstantSource clock() {
    return settings.clock();
  }

  Pacing pacing() {
    return settings.pacing();
  }

  RandomGenerator random() {
    return settings.random();
  }

  RetryPolicy callRetries() {
    return settings.callRetries();
  }

  void itemDone(long run, String pair, Key key, ItemResult result, Optional<SyncException> error) {
    listen(l -> l.itemDone(new ItemEvent(run, pair, key, result, error)));
  }

  /** Tells the listener; what it throws is its own affair. */
  void listen(Consumer<SyncListener> event) {
    try {
      event.accept(settings.listener());
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
      LOG.warn("a listener failed", e);
    }
  }

  static Count countOf(ItemResult result) {
    return switch (result) {
      case UNCHANGED -> Count.UNCHANGED;
      case CREATED, UPDATED -> Count.WRITTEN;
      case DELETED -> Count.DELETED;
      case HELD -> Count.HELD;
      case PARTIAL -> Count.PARTIAL;
      case RETRIED -> Count.RETRIED;
      case FAILED -> Count.FAILED;
    };
  }
}
