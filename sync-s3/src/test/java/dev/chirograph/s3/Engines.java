package dev.chirograph.s3;

import dev.chirograph.ObjectState;
import dev.chirograph.Report;
import dev.chirograph.Run;
import dev.chirograph.SyncException;
import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.reconcile.Reconciler;
import dev.chirograph.reconcile.Scope;
import dev.chirograph.spi.Replica;
import dev.chirograph.spi.Source;
import dev.chirograph.testkit.ManualClock;
import java.time.Duration;

/** Both paths of the engine, in one thread, where waiting takes no time. */
enum Engines {
  QUICK {
    @Override
    Report run(Source<ObjectState> from, Replica<ObjectState> to, String idTag, Scope scope) {
      return builder(ManualClock.create(), from, to, idTag).build().sync(scope);
    }
  },

  DURABLE {
    @Override
    Report run(Source<ObjectState> from, Replica<ObjectState> to, String idTag, Scope scope) {
      ManualClock clock = ManualClock.create();
      MemoryBackend backend = MemoryBackend.create(clock);
      Reconciler<ObjectState> reconciler =
          builder(clock, from, to, idTag)
              .queue(backend.queue("tenant", "queue"))
              .state(backend.state("tenant"))
              .build();
      Run run = reconciler.submit(scope);
      for (int i = 0; i < 100; i++) {
        reconciler.drain();
        Report report = run.await(Duration.ZERO);
        if (report.phase().ended()) {
          return report;
        }
        clock.advance(Duration.ofMinutes(2));
      }
      throw new AssertionError("the run does not end: " + run.report());
    }
  };

  /**
   * Runs to the end.
   *
   * @param idTag the tag for external ids; empty: none
   * @throws SyncException as the engine throws it
   */
  abstract Report run(Source<ObjectState> from, Replica<ObjectState> to, String idTag, Scope scope);

  private static Reconciler.Builder<ObjectState> builder(
      ManualClock clock, Source<ObjectState> from, Replica<ObjectState> to, String idTag) {
    Reconciler.Builder<ObjectState> builder =
        Reconciler.builder("bucket", from, to)
            .allowCheckedDeletes()
            .concurrency(1)
            .ranges(1)
            .environment(clock.environment());
    return idTag.isEmpty() ? builder : builder.identityTag(idTag);
  }
}
