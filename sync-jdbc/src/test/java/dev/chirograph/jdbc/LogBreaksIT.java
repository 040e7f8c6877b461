package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.jdbc.LogBreaks.Deed;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever is done to a log, its connection breaks at every statement and every commit of it. */
class LogBreaksIT {

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void LOG_5_LOG_7_CNT_1_aBreakAtEveryStatementLeavesTheLogWhole(TestDatabase database)
      throws Exception {
    try (SpyDataSource spy = database.empty()) {
      TestDatabases.withLog(spy.dataSource());
      spy.remembersNothing();
      for (Deed deed : Deed.values()) {
        assertThat(new LogBreaks(spy).run(deed)).as(deed.toString()).isPositive();
      }
    }
  }
}
