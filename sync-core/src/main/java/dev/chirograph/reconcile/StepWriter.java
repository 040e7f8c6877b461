package dev.chirograph.reconcile;

import dev.chirograph.Key;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.spi.SupportsSteps;
import dev.chirograph.spi.SupportsSteps.Progress;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes to a sink that works in steps, with what is kept of each write. */
final class StepWriter<V> {

  private static final Logger LOG = LoggerFactory.getLogger(StepWriter.class);

  private final SupportsSteps<V> sink;
  private final BooleanSupplier stillMine;

  StepWriter(SupportsSteps<V> sink, BooleanSupplier stillMine) {
    this.sink = sink;
    this.stillMine = stillMine;
  }

  /** What was rejected after the batch was given up is left to whoever has it now. */
  Applier.Written<V> write(Decision<V> decision) {
    Remarks remarks = new Remarks(decision.task());
    Outcome outcome = written(decision, remarks);
    boolean stopped = outcome instanceof Outcome.Rejected && !stillMine.getAsBoolean();
    return stopped
        ? new Applier.Written<>(decision, Outcome.rejected(new Applier.Lost()))
        : new Applier.Written<>(remarks.on(decision), remarks.on(outcome));
  }

  private Outcome written(Decision<V> decision, Progress progress) {
    try {
      return sink.apply(decision.change().orElseThrow(), progress);
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
      return Outcome.unsure(SyncException.of(e));
    }
  }

  /** Whether an earlier attempt had begun what is not due any more. */
  boolean leftOver(Decision<V> decision) {
    return decision.change().isEmpty()
        && decision.error().isEmpty()
        && decision.unread().isEmpty() // else nobody knows yet whether it is due
        && decision.task().progress().kept().isPresent();
  }

  /** Gives up what an earlier attempt had begun, as long as nobody else goes on with it. */
  Decision<V> abandon(Decision<V> decision) {
    if (!stillMine.getAsBoolean()) {
      return Decision.failed(decision.task(), new Applier.Lost());
    }
    Remarks remarks = new Remarks(decision.task());
    try {
      sink.abandon(decision.task().key(), remarks);
      return remarks.on(decision);
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
      return Decision.failed(decision.task(), SyncException.of(e));
    }
  }

  /** The progress of a task, and what the sink remarks on it. */
  private static final class Remarks implements Progress {
    private final Key key;
    private final Progress kept;
    private volatile @Nullable SyncException remark;

    Remarks(Applier.Task task) {
      this.key = task.key();
      this.kept = task.progress();
    }

    @Override
    public Optional<String> kept() {
      return kept.kept();
    }

    @Override
    public boolean keep(String note) {
      return kept.keep(note);
    }

    @Override
    public void remark(SyncException what) {
      LOG.warn("{}: {}", key, what.summary()); // also when the item is looked at again
      SyncException first = remark;
      if (first == null) {
        remark = what;
      } else {
        first.addSuppressed(what);
      }
    }

    <V> Decision<V> on(Decision<V> decision) {
      SyncException told = remark;
      return told == null ? decision : decision.remarked(told);
    }

    /** An error is told in place of a remark, so it carries it. */
    Outcome on(Outcome outcome) {
      SyncException told = remark;
      if (told != null && outcome instanceof Outcome.Rejected rejected) {
        rejected.why().addSuppressed(told);
      } else if (told != null && outcome instanceof Outcome.Unsure unsure) {
        unsure.why().addSuppressed(told);
      }
      return outcome;
    }
  }
}
