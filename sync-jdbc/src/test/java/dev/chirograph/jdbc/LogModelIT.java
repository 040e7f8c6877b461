package dev.chirograph.jdbc;

import dev.chirograph.testkit.Seed;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A log in a database answers as the reference does, whatever is done to both. */
class LogModelIT {

  private static final int LOGS = 4;
  private static final int STEPS = 200;

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void LOG_all_theLogAnswersAsTheReferenceDoes(TestDatabase database) throws Exception {
    try (SpyDataSource spy = database.empty()) {
      TestDatabases.withLog(spy.dataSource());
      for (int i = 0; i < LOGS; i++) {
        new LogModel(spy.dataSource(), Seed.draw()).run(STEPS);
      }
    }
  }
}
