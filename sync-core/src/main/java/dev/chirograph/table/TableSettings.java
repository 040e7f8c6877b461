package dev.chirograph.table;

import dev.chirograph.Change;
import dev.chirograph.Environment;
import dev.chirograph.Outcome;
import dev.chirograph.RetryPolicy;
import dev.chirograph.SyncException;
import dev.chirograph.SyncListener;
import dev.chirograph.spi.StateStore;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the parts of an engine share. */
record TableSettings(
    String agent,
    StateStore state,
    Duration lease,
    int batchRows,
    long batchBytes,
    Duration batchTarget,
    Duration compareEvery,
    Pace pace,
    RetryPolicy retries,
    RetryPolicy quarantine,
    SyncListener listener,
    Environment environment) {

  private static final Logger LOG = LoggerFactory.getLogger(TableSync.class);

  /** Makes a call that may be repeated, and repeats it as the policy allows. */
  <T> T call(Supplier<T> call) {
    for (int failures = 1; ; failures++) {
      try {
        return call.get();
      } catch (SyncException e) {
        if (!retries.again(e, failures)) {
          throw e;
        }
        environment.pacing().await(retries.pause(e, failures, environment.random()));
      }
    }
  }

  /**
   * Writes records; one that the store does not take is an error.
   *
   * @return what became of each, by position
   */
  List<Outcome> keep(String space, List<Change<byte[]>> changes) {
    return changes.isEmpty() ? List.of() : call(() -> kept(state.write(space, changes)));
  }

  private static List<Outcome> kept(List<Outcome> outcomes) {
    for (Outcome outcome : outcomes) {
      if (outcome instanceof Outcome.Rejected rejected) {
        throw rejected.why();
      }
      if (outcome instanceof Outcome.Unsure unsure) {
        throw unsure.why(); // written again, it is the same
      }
    }
    return outcomes;
  }

  /** Tells the listener; what it throws is its own. */
  void listen(Consumer<SyncListener> event) {
    try {
      event.accept(listener);
    } catch (RuntimeException e) {
      LOG.warn("a listener failed: {}", e.toString(), e);
    }
  }
}
