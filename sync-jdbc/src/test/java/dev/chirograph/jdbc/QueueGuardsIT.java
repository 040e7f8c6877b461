package dev.chirograph.jdbc;

import java.sql.SQLException;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the unit tests of the same names prove, where a server decides it. */
class QueueGuardsIT {

  static Stream<DataSource> databases() {
    return Stream.of(
        TestDatabases.installed(TestDatabases.emptyPostgres()),
        TestDatabases.installed(TestDatabases.emptyMariaDb()));
  }

  @ParameterizedTest
  @MethodSource("databases")
  void RUN_1_aJobThatIsHeldWhileItsRunIsReleasedCountsForTheLimit(DataSource dataSource)
      throws SQLException {
    QueueGuardsTest.checkRelease(dataSource);
  }

  @ParameterizedTest
  @MethodSource("databases")
  void jobsOfTheCallersTransactionAreRolledBackWithIt(DataSource dataSource) throws SQLException {
    QueueTransactionTest.check(dataSource);
  }

  @ParameterizedTest
  @MethodSource("databases")
  void QUE_1_anEnqueuerWaitsForAnotherWhoseTransactionIsOpen(DataSource dataSource)
      throws Exception {
    QueueGuardsTest.checkOpenTransaction(dataSource);
  }
}
