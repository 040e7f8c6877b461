package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A run whose connection breaks at every statement. */
class EveryStatementIT {

  @Test
  void L1_L2_L4_aBreakAtEveryStatementLosesNothing() throws Exception {
    assertThat(new EveryStatement(TestDatabases::emptyH2).run()).isGreaterThan(30);
  }
}
