package dev.chirograph.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.SyncException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ParallelTest {

  @Test
  void joinsChunksInOrder() {
    try (Parallel parallel = new Parallel(4, Thread::new)) {
      List<Integer> doubled =
          parallel.inChunks(
              List.of(1, 2, 3, 4, 5), 2, chunk -> chunk.stream().map(i -> 2 * i).toList());
      assertThat(doubled).containsExactly(2, 4, 6, 8, 10);
    }
  }

  @Test
  void noChunkGoesOnAfterAnInterruptedCallerWasToldSo() {
    endsBeforeItsCaller(
        (parallel, work) ->
            parallel.inChunks(
                List.of(1, 2),
                1,
                chunk -> {
                  work.accept(chunk.get(0));
                  return chunk;
                }));
  }

  @Test
  void nothingForkedGoesOnAfterAnInterruptedCallerWasToldSo() {
    endsBeforeItsCaller((parallel, work) -> parallel.forked(1, (item, fork) -> work.accept(item)));
  }

  private interface Use {
    void use(Parallel parallel, Consumer<Integer> work);
  }

  private static void endsBeforeItsCaller(Use use) {
    CountDownLatch begun = new CountDownLatch(1);
    AtomicBoolean ended = new AtomicBoolean();
    Thread caller = Thread.currentThread();
    assertThatThrownBy(
            () -> {
              try (Parallel parallel = new Parallel(2, Thread::new)) {
                use.use(
                    parallel,
                    item -> {
                      begun.countDown();
                      caller.interrupt();
                      unheeding();
                      ended.set(true);
                    });
              }
            })
        .isInstanceOf(SyncException.class)
        .hasMessageContaining("interrupted");

    assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
    assertThat(begun.getCount()).isZero();
    assertThat(ended).isTrue();
  }

  /** Work of some time that an interrupt does not end, such as a statement under way. */
  private static void unheeding() {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }
}
