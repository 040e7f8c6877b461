package dev.chirograph.reconcile;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.DeleteLimit;
import dev.chirograph.Guard;
import dev.chirograph.SyncException;
import dev.chirograph.memory.MemoryReplica;
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
}
