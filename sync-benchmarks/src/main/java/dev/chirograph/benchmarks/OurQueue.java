package dev.chirograph.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import dev.chirograph.Key;
import dev.chirograph.jdbc.JdbcQueue;
import dev.chirograph.jdbc.JdbcSchema;
import dev.chirograph.servers.Database;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.Lease.LeasedJob;
import dev.chirograph.spi.Settlement;
import dev.chirograph.spi.WorkQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Our queue: a lease of a batch, a settlement of the same batch. */
final class OurQueue implements QueuePeer {

  private static final Duration LEASE = Duration.ofMinutes(10);
  private static final String KIND = "item";

  private final HikariDataSource pool;
  private final JdbcQueue queue;
  private final Clients clients = new Clients(CLIENTS);
  private final int leased;

  /**
   * @param leased how many jobs a lease has
   */
  OurQueue(Database database, int leased) {
    this.pool = Postgres.pool(database, CLIENTS);
    this.leased = leased;
    JdbcSchema.of(pool).only(JdbcSchema.Component.QUEUE).install();
    this.queue = JdbcQueue.of(pool, "benchmark");
  }

  @Override
  public void enqueue(int from, int to) throws Exception {
    clients.inBatches(
        from,
        to,
        BATCH,
        (first, end) -> {
          List<Job> jobs = new ArrayList<>();
          for (int i = first; i < end; i++) {
            jobs.add(Job.builder(KIND, "bucket", Key.utf8(QueuePeer.key(i))).run(7).build());
          }
          queue.enqueue(jobs);
        });
  }

  @Override
  public void drain(int jobs) throws Exception {
    AtomicInteger left = new AtomicInteger(jobs);
    clients.run(
        client -> {
          for (int limit = claim(left); limit > 0; limit = claim(left)) {
            Optional<Lease> lease = queue.lease(KIND, limit, LEASE);
            int got = lease.map(given -> given.jobs().size()).orElse(0);
            left.addAndGet(limit - got); // others may get what this one did not
            lease.ifPresent(this::settle);
          }
        });
  }

  /** Takes a batch off what is left to do, so that no more is done than was asked. */
  private int claim(AtomicInteger left) {
    int before = left.getAndUpdate(number -> Math.max(0, number - leased));
    return Math.min(before, leased);
  }

  private void settle(Lease lease) {
    List<Settlement> settlements = new ArrayList<>();
    for (LeasedJob job : lease.jobs()) {
      settlements.add(new Settlement.Done(job.slot()));
    }
    if (queue.settle(lease, settlements) != WorkQueue.Settled.DONE) {
      throw new IllegalStateException("a lease of ten minutes was lost");
    }
  }

  @Override
  public void close() {
    clients.close();
    pool.close();
  }
}
