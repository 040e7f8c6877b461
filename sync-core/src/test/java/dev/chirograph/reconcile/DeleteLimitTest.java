package dev.chirograph.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.DeleteLimit;
import org.junit.jupiter.api.Test;

class DeleteLimitTest {

  @Test
  void L3_isExactAtItsBounds() {
    assertThat(DeleteLimit.of(1_000, 0.29).allowed(100)).isEqualTo(29);
    assertThat(DeleteLimit.of(1_000, 0.1).allowed(300)).isEqualTo(30);
    assertThat(DeleteLimit.of(1_000, 0.1).allowed(299)).isEqualTo(29);
    assertThat(DeleteLimit.of(1_000, 0.1).allowed(50)).isEqualTo(DeleteLimit.SMALL);
    assertThat(DeleteLimit.of(5, 1).allowed(1_000_000)).isEqualTo(5);
    assertThat(DeleteLimit.none().allowed(1_000_000)).isZero();
  }
}
