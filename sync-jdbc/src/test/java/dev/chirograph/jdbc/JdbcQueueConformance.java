package dev.chirograph.jdbc;

import dev.chirograph.spi.WorkQueue;
import dev.chirograph.testkit.ManualClock;
import dev.chirograph.testkit.WorkQueueConformance;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;

/** The guarantees of queues, for one kind of database. */
abstract class JdbcQueueConformance extends WorkQueueConformance {

  private final ManualClock clock = ManualClock.create();
  private final Map<String, WorkQueue> handles = new ConcurrentHashMap<>();

  /** A database in which the queue's tables are installed. */
  abstract DataSource dataSource();

  /**
   * The same handle for the same queue: without notifications it wakes its own subscribers only.
   */
  @Override
  protected WorkQueue open(String tenant, String name) {
    return handles.computeIfAbsent(tenant + "/" + name, queue -> builder(tenant, name).build());
  }

  final JdbcQueue.Builder builder(String tenant, String name) {
    return JdbcQueue.builder(dataSource(), name).tenant(tenant).clock(clock);
  }

  @Override
  protected void advance(Duration time) {
    clock.advance(time);
  }
}
