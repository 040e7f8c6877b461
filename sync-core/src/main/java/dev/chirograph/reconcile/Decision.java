package dev.chirograph.reconcile;

import dev.chirograph.Change;
import dev.chirograph.Observation;
import dev.chirograph.SyncException;
import dev.chirograph.SyncListener.ItemResult;
import dev.chirograph.reconcile.Applier.Result;
import dev.chirograph.reconcile.Applier.Task;
import java.util.List;
import java.util.Optional;

/**
 * What is to be done about one key, after both sides were looked at.
 *
 * @param change the write; empty when nothing is to be written
 * @param result what the item will have become when the write succeeds
 * @param unread why parts of the source's item could not be read
 * @param error why nothing could be decided
 * @param remark what somebody should know although nothing failed
 * @param left what was seen in the source
 * @param right what was seen in the replica
 */
record Decision<V>(
    Task task,
    Optional<Change<V>> change,
    ItemResult result,
    List<SyncException> unread,
    Optional<SyncException> error,
    Optional<SyncException> remark,
    Observation<V> left,
    Observation<V> right) {

  /** Whether a delete is due. */
  boolean deletes() {
    return change.filter(Change.Delete.class::isInstance).isPresent();
  }

  static <V> Decision<V> failed(Task task, SyncException why) {
    return new Decision<>(
        task,
        Optional.empty(),
        ItemResult.FAILED,
        List.of(),
        Optional.of(why),
        Optional.empty(),
        Observation.unknown(why),
        Observation.unknown(why));
  }

  static <V> Decision<V> settled(
      Task task, ItemResult result, Observation<V> left, Observation<V> right) {
    return new Decision<>(
        task, Optional.empty(), result, List.of(), Optional.empty(), Optional.empty(), left, right);
  }

  static <V> Decision<V> partial(
      Task task, List<SyncException> unread, Observation<V> left, Observation<V> right) {
    return new Decision<>(
        task,
        Optional.empty(),
        ItemResult.PARTIAL,
        unread,
        Optional.empty(),
        Optional.empty(),
        left,
        right);
  }

  static <V> Decision<V> write(
      Task task,
      Change<V> change,
      ItemResult result,
      List<SyncException> unread,
      Observation<V> left,
      Observation<V> right) {
    return new Decision<>(
        task, Optional.of(change), result, unread, Optional.empty(), Optional.empty(), left, right);
  }

  Decision<V> remarked(SyncException what) {
    return new Decision<>(task, change, result, unread, error, Optional.of(what), left, right);
  }

  /** The result when the write, if any, succeeds. */
  Result planned() {
    if (error.isPresent()) {
      return Result.failed(task, error.get());
    }
    return unread.isEmpty()
        ? new Result(task, result, Optional.empty(), remark)
        : new Result(task, ItemResult.PARTIAL, Optional.of(unread.get(0)), remark);
  }
}
