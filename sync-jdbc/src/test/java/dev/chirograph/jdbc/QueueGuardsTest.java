package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Key;
import dev.chirograph.jdbc.SpyDataSource.When;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.SupportsRuns.Release;
import dev.chirograph.spi.WorkQueue.Enqueued;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** What others do between two statements of one call; SQLite lets nobody in between. */
class QueueGuardsTest {

  private static final long RUN = 1;

  @Test
  void RUN_1_aJobThatIsHeldWhileItsRunIsReleasedCountsForTheLimit() throws SQLException {
    checkRelease(TestDatabases.h2());
  }

  /** One more job is held after those of the run were counted and before they are released. */
  static void checkRelease(DataSource dataSource) throws SQLException {
    JdbcQueue others = JdbcQueue.of(dataSource, "released");
    others.enqueue(List.of(held("early")));
    try (SpyDataSource spy = new SpyDataSource(dataSource)) {
      JdbcQueue queue = JdbcQueue.of(spy.dataSource(), "released");
      spy.breakAt(
          (step, commit) -> {
            boolean releasing = spy.statements().stream().anyMatch(ran -> ran.writes("job"));
            if (releasing) {
              others.enqueue(List.of(held("late")));
            }
            return When.NEVER;
          });

      assertThat(queue.release(RUN, "s", 1)).isEqualTo(new Release(2, false));
      assertThat(queue.lease("k", 10, Duration.ofMinutes(1))).isEmpty();
    }
    assertThat(others.statistics().total().held()).isEqualTo(2);
  }

  @Test
  void QUE_1_anEnqueuerWaitsForAnotherWhoseTransactionIsOpen() throws Exception {
    checkOpenTransaction(TestDatabases.h2());
  }

  /** The key that the open transaction has added is seen by nobody, and cannot be added either. */
  static void checkOpenTransaction(DataSource dataSource) throws Exception {
    JdbcQueue queue = JdbcQueue.of(dataSource, "waiting");
    queue.enqueue(List.of(JdbcSchemaTest.job("other")));
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try (Connection open = dataSource.getConnection()) {
      open.setAutoCommit(false);
      queue.enqueue(open, List.of(JdbcSchemaTest.job("a")));
      Future<Enqueued> second =
          threads.submit(() -> queue.enqueue(List.of(JdbcSchemaTest.job("a"))));
      assertThatThrownBy(() -> second.get(500, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      open.commit();
      open.setAutoCommit(true);
      assertThat(second.get(1, TimeUnit.MINUTES)).isEqualTo(new Enqueued(0, 0, 1));
    } finally {
      threads.shutdownNow();
    }
  }

  private static Job held(String key) {
    return Job.builder("k", "s", Key.utf8(key)).run(RUN).held().build();
  }
}
