package dev.chirograph.benchmarks;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerBuilder;
import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.zaxxer.hikari.HikariDataSource;
import dev.chirograph.servers.Database;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** db-scheduler with one-time tasks, polling in one of its two ways. */
final class DbScheduler implements QueuePeer {

  /** How it polls. */
  enum Polling {
    FETCH,
    LOCK_AND_FETCH
  }

  private static final int THREADS = 20;

  /** As its documentation gives it, with the indexes that it recommends for PostgreSQL. */
  private static final String TABLE =
      """
      CREATE TABLE scheduled_tasks (
        task_name text NOT NULL,
        task_instance text NOT NULL,
        task_data bytea,
        execution_time timestamp with time zone NOT NULL,
        picked boolean NOT NULL,
        picked_by text,
        last_success timestamp with time zone,
        last_failure timestamp with time zone,
        consecutive_failures int,
        last_heartbeat timestamp with time zone,
        version bigint NOT NULL,
        priority smallint,
        PRIMARY KEY (task_name, task_instance)
      );
      CREATE INDEX execution_time_idx ON scheduled_tasks (execution_time);
      CREATE INDEX last_heartbeat_idx ON scheduled_tasks (last_heartbeat);
      """;

  private final HikariDataSource pool;
  private final Polling polling;
  private volatile CountDownLatch open = new CountDownLatch(0);
  private final OneTimeTask<Void> task =
      Tasks.oneTime("job", Void.class).execute((instance, context) -> open.countDown());
  private final SchedulerClient client;
  private final Clients clients = new Clients(CLIENTS);

  DbScheduler(Database database, Polling polling) throws SQLException {
    // Its batches of inserts become one statement each.
    Database rewriting =
        new Database(
            database.jdbcUrl() + "?reWriteBatchedInserts=true",
            database.user(),
            database.password());
    this.pool = Postgres.pool(rewriting, THREADS + 4);
    this.polling = polling;
    Postgres.execute(pool, TABLE);
    this.client = SchedulerClient.Builder.create(pool, task).build();
  }

  @Override
  public void enqueue(int from, int to) throws Exception {
    Instant now = Instant.now();
    clients.inBatches(
        from,
        to,
        BATCH,
        (first, end) -> {
          List<TaskInstance<?>> jobs = new ArrayList<>();
          for (int i = first; i < end; i++) {
            jobs.add(task.instance(QueuePeer.key(i)));
          }
          client.scheduleBatch(jobs, now);
        });
  }

  @Override
  public void drain(int jobs) throws Exception {
    CountDownLatch latch = new CountDownLatch(jobs);
    open = latch;
    SchedulerBuilder builder =
        Scheduler.create(pool, task).threads(THREADS).pollingInterval(Duration.ofMillis(10));
    Scheduler scheduler =
        switch (polling) {
          case FETCH -> builder.pollUsingFetch(0.5, 20.0).build();
          case LOCK_AND_FETCH -> builder.pollUsingLockAndFetch(1.0, 20.0).build();
        };
    scheduler.start();
    latch.await();
    scheduler.stop();
  }

  @Override
  public void close() {
    clients.close();
    pool.close();
  }
}
