package dev.chirograph.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.DeleteLimit;
import dev.chirograph.Guard;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.memory.MemoryReplica;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What does not fit together is refused when a reconciler is built. */
class MisfitsTest {

  private final Lab lab = new Lab();

  @Test
  void L5_deletesWithoutAGuardAreRefusedWhenBuilt() {
    MemoryReplica<String> none = Lab.texts().guards(Guard.ATOMIC, Guard.NONE).build();
    MemoryReplica<String> checked = Lab.texts().guards(Guard.ATOMIC, Guard.CHECKED).build();

    assertThatThrownBy(() -> lab.quick(lab.source, none).allowCheckedDeletes().build())
        .isInstanceOf(SyncException.class)
        .hasMessageContaining("DeleteLimit.none()");
    assertThatThrownBy(() -> lab.quick(lab.source, checked).build())
        .hasMessageContaining("allowCheckedDeletes");
    lab.quick(lab.source, none).deletes(DeleteLimit.none()).build();
    lab.quick(lab.source, checked).allowCheckedDeletes().build();
  }

  @Test
  void misfitsAreRefusedWhenBuilt() {
    assertThatThrownBy(() -> lab.quick().queue(lab.queue).build()).hasMessageContaining("both");
    assertThatThrownBy(() -> lab.durable().batch(100_000).build()).hasMessageContaining("batch");
    assertThatThrownBy(() -> lab.quick().rate("nobody", 1).build()).hasMessageContaining("nobody");
    assertThatThrownBy(() -> lab.quick().identityTag("id").build()).hasMessageContaining("tags");
    assertThatThrownBy(() -> lab.quick().pair("pair", lab.source, lab.replica))
        .hasMessageContaining("two pairs");
    assertThatThrownBy(() -> lab.quick().build().start(Scope.all())).hasMessageContaining("queue");
  }

  @Test
  void numbersThatMakeNoSenseAreRefused() {
    List<ThrowingCallable> calls =
        List.of(
            () -> DeleteLimit.of(-1, 0.1),
            () -> DeleteLimit.of(1, -0.1),
            () -> DeleteLimit.of(1, 1.1),
            () -> lab.quick().deleteBudgetWindow(Duration.ZERO),
            () -> lab.quick().concurrency(0),
            () -> lab.quick().ranges(0),
            () -> lab.quick().batch(-1),
            () -> lab.quick().rate("pair", 0),
            () -> lab.quick().lease(Duration.ofMillis(-1)),
            () -> Scope.all().olderThan(Duration.ofSeconds(-1)),
            () -> lab.durable().build().worker().poll(Duration.ZERO),
            () -> lab.durable().build().worker().concurrency(0),
            () -> lab.durable().build().worker().batches(0),
            () -> lab.durable().build().worker().closeDeadline(Duration.ofSeconds(-1)));
    for (int i = 0; i < calls.size(); i++) {
      assertThatThrownBy(calls.get(i))
          .as("call %s", i)
          .isInstanceOfSatisfying(
              SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID_ARGUMENT));
    }
  }
}
