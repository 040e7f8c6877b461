package dev.chirograph.reconcile;

import dev.chirograph.Change;
import dev.chirograph.Key;
import dev.chirograph.Mergeable;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.SyncListener.ItemResult;
import dev.chirograph.spi.SupportsKnown;
import dev.chirograph.spi.SupportsSteps;
import dev.chirograph.spi.SupportsSteps.Progress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings a batch of keys of one pair into agreement: looks at both sides, decides, writes under
 * what was seen. Remote looks come first; the write follows with no request in between.
 */
final class Applier<V> {

  /**
   * How often a batch is looked at again when somebody else was faster, before it is left for
   * later.
   */
  private static final int ROUNDS = 3;

  /**
   * A key to look at.
   *
   * @param full whether every attribute has to be read again
   * @param mayDelete whether a delete that is due may be made
   * @param progress how far a write in steps is
   */
  record Task(Key key, boolean full, boolean mayDelete, Progress progress) {

    /** A task whose progress nobody keeps. */
    Task(Key key, boolean full, boolean mayDelete) {
      this(key, full, mayDelete, Unkept.PROGRESS);
    }
  }

  /**
   * What became of it. FAILED says nothing yet about another attempt; the error's advice does.
   *
   * @param remark what somebody should know although nothing failed
   */
  record Result(
      Task task, ItemResult result, Optional<SyncException> error, Optional<SyncException> remark) {
    static Result of(Task task, ItemResult result) {
      return new Result(task, result, Optional.empty(), Optional.empty());
    }

    static Result failed(Task task, SyncException why) {
      return new Result(task, ItemResult.FAILED, Optional.of(why), Optional.empty());
    }

    /** What an event and the report have to tell. */
    Optional<SyncException> told() {
      return error.or(() -> remark);
    }
  }

  private final Pair<V> pair;
  private final Parallel parallel;
  private final @Nullable Identity identity;
  private final Consumer<Key> conflicts;

  Applier(Pair<V> pair, Parallel parallel, @Nullable Identity identity, Consumer<Key> conflicts) {
    this.pair = pair;
    this.parallel = parallel;
    this.identity = identity;
    this.conflicts = conflicts;
  }

  /**
   * Looks and writes.
   *
   * @param tasks of different keys
   * @param hold asked before each write: the work ends when somebody else has the batch now
   * @return by position
   */
  List<Result> apply(List<Task> tasks, Hold hold) {
    return work(tasks, hold, true);
  }

  /** Looks and says what would be written. */
  List<Result> plan(List<Task> tasks) {
    return work(tasks, Hold.FREE, false);
  }

  private List<Result> work(List<Task> tasks, Hold hold, boolean write) {
    Result[] results = new Result[tasks.size()];
    List<Integer> open = new ArrayList<>();
    for (int i = 0; i < results.length; i++) {
      open.add(i);
    }
    for (int round = 1; !open.isEmpty(); round++) {
      List<Task> now = open.stream().map(tasks::get).toList();
      List<Result> seen = round(now, hold, write);
      List<Integer> again = new ArrayList<>();
      for (int i = 0; i < seen.size(); i++) {
        results[open.get(i)] = seen.get(i);
        if (conflict(seen.get(i)) && round < ROUNDS) {
          again.add(open.get(i));
        }
      }
      open = again;
    }
    return List.of(results);
  }

  /** Whether the batch was given up before this item was written. */
  static boolean wasLost(Result result) {
    return result.error().filter(Lost.class::isInstance).isPresent();
  }

  /** Whether the write may have been made although its result is an error. */
  static boolean wasUnsure(Result result) {
    return result.error().filter(Unsure.class::isInstance).isPresent();
  }

  /** A write that may have been made has to be looked at again, whatever the error was. */
  private static final class Unsure extends SyncException {
    private static final long serialVersionUID = 1L;

    Unsure(SyncException why) {
      super(
          why.kind(),
          why.mayRetry() ? why.advice() : Advice.MAY_RETRY,
          String.valueOf(why.getMessage()),
          why);
    }
  }

  /** The batch belongs to somebody else now, or the worker is closing. */
  static final class Lost extends SyncException {
    private static final long serialVersionUID = 1L;

    Lost() {
      super(Kind.CONFLICT, Advice.EXHAUSTED, "the batch was given up before the write");
    }
  }

  private boolean conflict(Result result) {
    return result.error().isPresent()
        && !wasUnsure(result)
        && result.error().get().kind() == SyncException.Kind.CONFLICT
        && result.error().get().mayRetry();
  }

  private List<Result> round(List<Task> tasks, Hold hold, boolean write) {
    List<Key> keys = tasks.stream().map(Task::key).toList();
    List<Observation<V>> right = observeReplica(keys);
    List<Observation<V>> left = observeSource(tasks, right);
    List<Decision<V>> decisions = new ArrayList<>(tasks.size());
    for (int i = 0; i < tasks.size(); i++) {
      decisions.add(decided(tasks.get(i), left.get(i), right.get(i)));
    }
    if (write && identity != null) {
      decisions = identity.applyTo(pair, decisions, parallel, hold::stillMine);
    }
    return write ? write(decisions, hold) : decisions.stream().map(Decision::planned).toList();
  }

  // ---- looking

  private List<Observation<V>> observeReplica(List<Key> keys) {
    return parallel.inChunks(
        keys,
        pair.replica().capabilities().maxBatch(),
        chunk -> looked(chunk.size(), () -> pair.replica().observe(chunk)));
  }

  @SuppressWarnings("unchecked")
  private List<Observation<V>> observeSource(List<Task> tasks, List<Observation<V>> right) {
    List<Integer> slots = new ArrayList<>();
    for (int i = 0; i < tasks.size(); i++) {
      slots.add(i);
    }
    return parallel.inChunks(
        slots,
        pair.source().capabilities().maxBatch(),
        chunk -> {
          pair.pace(chunk.size());
          List<Key> keys = chunk.stream().map(i -> tasks.get(i).key()).toList();
          if (pair.source() instanceof SupportsKnown<?> source) {
            List<Optional<V>> known =
                chunk.stream()
                    .map(i -> tasks.get(i).full() ? Optional.<V>empty() : right.get(i).content())
                    .toList();
            return looked(chunk.size(), () -> ((SupportsKnown<V>) source).observe(keys, known));
          }
          return looked(chunk.size(), () -> pair.source().observe(keys));
        });
  }

  /** A look that throws as a whole is an unknown answer for each of its keys. */
  private static <V> List<Observation<V>> looked(int size, Supplier<List<Observation<V>>> look) {
    try {
      List<Observation<V>> seen = look.get();
      if (seen.size() == size) {
        return seen;
      }
      throw new SyncException(
          SyncException.Kind.UNEXPECTED,
          "a store answered " + seen.size() + " observations to " + size + " keys");
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
      SyncException why = SyncException.of(e);
      return Collections.nCopies(size, Observation.unknown(why));
    }
  }

  // ---- deciding

  /** Values are the host's: one that cannot be merged or compared is one item's failure. */
  private Decision<V> decided(Task task, Observation<V> left, Observation<V> right) {
    try {
      return decide(task, left, right);
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
      return Decision.failed(task, SyncException.of(e));
    }
  }

  private Decision<V> decide(Task task, Observation<V> left, Observation<V> right) {
    if (left instanceof Observation.Unknown<V> unknown) {
      return Decision.failed(task, unknown.why());
    }
    if (right instanceof Observation.Unknown<V> unknown) {
      return Decision.failed(task, unknown.why());
    }
    boolean tombstones = pair.replica().capabilities().keepsTombstones();
    if (left instanceof Observation.Present<V> || (tombstones && left.content().isPresent())) {
      return put(task, left, right);
    }
    if (right instanceof Observation.Absent<V>
        || (right instanceof Observation.Deleted<V> && left instanceof Observation.Deleted<V>)
        || (right instanceof Observation.Deleted<V> && !tombstones)) {
      return Decision.settled(task, ItemResult.UNCHANGED, left, right);
    }
    // Absent or deleted on the left, confirmed; there on the right: a delete is due.
    if (!task.mayDelete()) {
      return Decision.settled(task, ItemResult.HELD, left, right);
    }
    return Decision.write(
        task,
        Change.delete(task.key(), right.expectation()),
        ItemResult.DELETED,
        List.of(),
        left,
        right);
  }

  private Decision<V> put(Task task, Observation<V> left, Observation<V> right) {
    V observed = left.content().orElseThrow();
    Mergeable.Merged<V> merged = Mergeable.merge(observed, right.content());
    if (!merged.changed()) {
      return merged.unread().isEmpty()
          ? Decision.settled(task, ItemResult.UNCHANGED, left, right)
          : Decision.partial(task, merged.unread(), left, right);
    }
    return Decision.write(
        task,
        Change.put(task.key(), merged.value(), right.expectation()),
        right.content().isPresent() ? ItemResult.UPDATED : ItemResult.CREATED,
        merged.unread(),
        left,
        right);
  }

  // ---- writing

  /** A decision, and what became of its write. */
  record Written<V>(Decision<V> decision, Outcome outcome) {}

  private List<Result> write(List<Decision<V>> decisions, Hold hold) {
    StepWriter<V> steps = steps(hold::stillMine);
    List<Decision<V>> due = decisions.stream().filter(d -> d.change().isPresent()).toList();
    List<Written<V>> written =
        parallel.inChunks(
            due, pair.replica().capabilities().maxBatch(), chunk -> whileMine(chunk, steps, hold));
    List<Result> results = new ArrayList<>(decisions.size());
    int next = 0;
    for (Decision<V> decision : abandoned(decisions, steps)) {
      results.add(decision.change().isPresent() ? result(written.get(next++)) : decision.planned());
    }
    return results;
  }

  @SuppressWarnings("unchecked")
  private @Nullable StepWriter<V> steps(BooleanSupplier stillMine) {
    return pair.replica() instanceof SupportsSteps<?> sink
        ? new StepWriter<>((SupportsSteps<V>) sink, stillMine)
        : null;
  }

  /** After what earlier attempts had begun and what is not due any more was given up. */
  private List<Decision<V>> abandoned(List<Decision<V>> decisions, @Nullable StepWriter<V> steps) {
    return steps == null
        ? decisions
        : decisions.stream().map(d -> steps.leftOver(d) ? steps.abandon(d) : d).toList();
  }

  private List<Written<V>> written(List<Decision<V>> decisions, @Nullable StepWriter<V> steps) {
    if (steps != null) {
      return decisions.stream().map(steps::write).toList();
    }
    List<Outcome> outcomes =
        written(decisions.stream().map(d -> d.change().orElseThrow()).toList());
    List<Written<V>> written = new ArrayList<>(decisions.size());
    for (int i = 0; i < decisions.size(); i++) {
      written.add(new Written<>(decisions.get(i), outcomes.get(i)));
    }
    return written;
  }

  private List<Outcome> written(List<Change<V>> changes) {
    try {
      List<Outcome> outcomes = pair.replica().apply(changes);
      if (outcomes.size() == changes.size()) {
        return outcomes;
      }
      throw new SyncException(
          SyncException.Kind.UNEXPECTED,
          "the replica of "
              + pair.name()
              + " answered "
              + outcomes.size()
              + " outcomes to "
              + changes.size()
              + " changes");
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
      return Collections.nCopies(changes.size(), Outcome.unsure(SyncException.of(e)));
    }
  }

  /**
   * When the queue has to be asked between looking and writing, what was seen grows old: then no
   * delete is made, but its key is looked at again.
   */
  private List<Written<V>> whileMine(
      List<Decision<V>> decisions, @Nullable StepWriter<V> steps, Hold hold) {
    if (hold.mine()) {
      return written(decisions, steps);
    }
    if (!hold.extended()) {
      return lost(decisions);
    }
    List<Decision<V>> rest = decisions.stream().filter(d -> !d.deletes()).toList();
    Iterator<Written<V>> others =
        rest.isEmpty() ? Collections.emptyIterator() : written(rest, steps).iterator();
    return decisions.stream().map(d -> d.deletes() ? overdue(d) : others.next()).toList();
  }

  private static <V> Written<V> overdue(Decision<V> decision) {
    return new Written<>(
        decision,
        Outcome.rejected(
            new SyncException(
                SyncException.Kind.CONFLICT,
                SyncException.Advice.MAY_RETRY,
                "looking at the batch of "
                    + decision.task().key()
                    + " took longer than its lease, too long ago for a delete; it is looked at"
                    + " again. Where this goes on, the lease is too short or the batch too large",
                null)));
  }

  private List<Written<V>> lost(List<Decision<V>> decisions) {
    return decisions.stream().map(d -> new Written<>(d, Outcome.rejected(new Lost()))).toList();
  }

  private Result result(Written<V> written) {
    Decision<V> decision = written.decision();
    Outcome outcome = written.outcome();
    Task task = decision.task();
    if (outcome instanceof Outcome.Applied) {
      return decision.planned();
    }
    if (outcome instanceof Outcome.Unchanged) {
      return decision.unread().isEmpty()
          ? new Result(task, ItemResult.UNCHANGED, Optional.empty(), decision.remark())
          : decision.planned();
    }
    if (outcome instanceof Outcome.Rejected rejected) {
      return Result.failed(task, identity == null ? rejected.why() : idTaken(rejected.why()));
    }
    if (outcome instanceof Outcome.Unsure unsure) {
      return Result.failed(task, new Unsure(unsure.why()));
    }
    conflicts.accept(task.key());
    return Result.failed(
        task,
        new SyncException(
            SyncException.Kind.CONFLICT,
            "the replica of "
                + pair.name()
                + " changed "
                + task.key()
                + " between looking and writing"));
  }

  /** Another batch was faster to take an id; with the next look another one is given. */
  private static SyncException idTaken(SyncException why) {
    return why.kind() == SyncException.Kind.ALREADY_EXISTS
        ? new SyncException(
            SyncException.Kind.CONFLICT,
            SyncException.Advice.MAY_RETRY,
            String.valueOf(why.getMessage()),
            why)
        : why;
  }
}
