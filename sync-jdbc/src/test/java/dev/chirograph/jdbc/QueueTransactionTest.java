package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.spi.WorkQueue.Enqueued;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class QueueTransactionTest {

  static Stream<DataSource> databases() {
    return Stream.of(TestDatabases.h2(), TestDatabases.sqlite());
  }

  @ParameterizedTest
  @MethodSource("databases")
  void jobsOfTheCallersTransactionAreRolledBackWithIt(DataSource dataSource) throws SQLException {
    check(dataSource);
  }

  static void check(DataSource dataSource) throws SQLException {
    JdbcQueue queue = JdbcQueue.of(dataSource, "transactional");
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      assertThat(queue.enqueue(connection, List.of(JdbcSchemaTest.job("a"))))
          .isEqualTo(new Enqueued(1, 0, 0));
      assertThat(connection.isClosed()).isFalse();
      assertThat(connection.getAutoCommit()).isFalse();
      connection.rollback();
      assertThat(queue.lease("k", 10, Duration.ofMinutes(1))).isEmpty();

      queue.enqueue(connection, List.of(JdbcSchemaTest.job("b")));
      connection.commit();
      connection.setAutoCommit(true);
    }
    assertThat(queue.lease("k", 10, Duration.ofMinutes(1)).orElseThrow().jobs())
        .extracting(leased -> leased.job().key().text())
        .containsExactly("b");
  }

  @ParameterizedTest
  @MethodSource("databases")
  void connectionsGoBackAsTheyCame(DataSource dataSource) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      for (boolean autoCommit : new boolean[] {true, false}) {
        connection.setAutoCommit(autoCommit);
        JdbcQueue queue = JdbcQueue.of(OneConnection.of(connection), "state-" + autoCommit);
        queue.enqueue(List.of(JdbcSchemaTest.job("a")));
        queue.lease("k", 10, Duration.ofMinutes(1));
        queue.statistics();
        assertThat(connection.getAutoCommit()).isEqualTo(autoCommit);
        if (!autoCommit) {
          connection.rollback(); // nothing of ours is left to be undone
        }
        assertThat(queue.statistics().total().running()).isEqualTo(1);
      }
      connection.setAutoCommit(true);
    }
  }
}
