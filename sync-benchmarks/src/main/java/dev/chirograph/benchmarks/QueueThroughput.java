package dev.chirograph.benchmarks;

import dev.chirograph.Key;
import dev.chirograph.jdbc.JdbcQueue;
import dev.chirograph.jdbc.JdbcSchema;
import dev.chirograph.servers.Database;
import dev.chirograph.servers.PostgresServer;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.Lease;
import dev.chirograph.spi.Settlement;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.postgresql.ds.PGConnectionPoolDataSource;

/**
 * How many jobs a second the queue takes and gives on PostgreSQL 15, with trivial handlers, and how
 * much write-ahead log they cost.
 *
 * <p>Run: {@code QueueThroughput [jobs] [workers] [batch] [waiting] [rounds]}. {@code waiting} is
 * the number of jobs of another kind of work that wait all the time. Every round prints one line
 * for a quiet database and one for a database on which a snapshot stays open from before the first
 * job was enqueued.
 */
public final class QueueThroughput {

  private static final Duration LEASE = Duration.ofMinutes(10);
  private static final String SCOPE = "bucket";

  private final DataSource dataSource;
  private final int workers;
  private final int batch;

  private QueueThroughput(DataSource dataSource, int workers, int batch) {
    this.dataSource = dataSource;
    this.workers = workers;
    this.batch = batch;
  }

  /** Starts a server, measures, and prints. */
  public static void main(String[] arguments) throws Exception {
    int jobs = argument(arguments, 0, 300_000);
    int workers = argument(arguments, 1, 2);
    int batch = argument(arguments, 2, 1_000);
    int waiting = argument(arguments, 3, 0);
    int rounds = argument(arguments, 4, 3);
    Map<String, String> settings =
        Map.of(
            "fsync", "on",
            "synchronous_commit", "on",
            "full_page_writes", "on",
            "shared_buffers", "512MB",
            "max_wal_size", "8GB");
    try (PostgresServer server = PostgresServer.start(15, settings)) {
      DataSource dataSource = pool(server.newDatabase(), workers + 2);
      JdbcSchema.of(dataSource).only(JdbcSchema.Component.QUEUE).install();
      QueueThroughput throughput = new QueueThroughput(dataSource, workers, batch);
      throughput.enqueue("other", waiting);
      for (int round = 1; round <= rounds; round++) {
        throughput.measure("round " + round + ", quiet", "quiet-" + round, jobs);
        throughput.measureWithSnapshot("round " + round + ", old snapshot", "old-" + round, jobs);
      }
    }
  }

  private static int argument(String[] arguments, int index, int otherwise) {
    return arguments.length > index ? Integer.parseInt(arguments[index]) : otherwise;
  }

  private static DataSource pool(Database database, int connections) {
    PGConnectionPoolDataSource source = new PGConnectionPoolDataSource();
    source.setURL(database.jdbcUrl());
    source.setUser(database.user());
    source.setPassword(database.password());
    JdbcConnectionPool pool = JdbcConnectionPool.create(source);
    pool.setMaxConnections(connections);
    return pool;
  }

  private void measureWithSnapshot(String title, String name, int jobs) throws Exception {
    try (Connection old = dataSource.getConnection()) {
      old.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      old.setAutoCommit(false);
      number(old, "select count(*) from chirograph_lane");
      measure(title, name, jobs);
      old.rollback();
      old.setAutoCommit(true);
      old.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
    }
  }

  private void measure(String title, String name, int jobs) throws Exception {
    execute("checkpoint");
    long before = wal();
    double enqueued = jobs / enqueue(name, jobs);
    long between = wal();
    execute("checkpoint");
    long start = wal();
    double drained = jobs / drain(name, jobs);
    System.out.printf(
        Locale.ROOT,
        "%s: %d jobs, %d workers, batch %d | enqueue %.0f/s, %d B of WAL per job | drain %.0f/s, %d B of WAL per job%n",
        title,
        jobs,
        workers,
        batch,
        enqueued,
        (between - before) / jobs,
        drained,
        (wal() - start) / jobs);
  }

  /** Enqueues from all workers at once; answers the seconds. */
  private double enqueue(String name, int jobs) throws Exception {
    JdbcQueue queue = JdbcQueue.of(dataSource, name);
    return inParallel(
        worker -> {
          int from = (int) ((long) jobs * worker / workers);
          int to = (int) ((long) jobs * (worker + 1) / workers);
          for (int next = from; next < to; next += batch) {
            List<Job> list = new ArrayList<>();
            for (int i = next; i < Math.min(to, next + batch); i++) {
              String key = "folder/" + i / 1000 + "/photo-" + i + ".jpg";
              list.add(Job.builder("item", SCOPE, Key.utf8(key)).run(7).build());
            }
            queue.enqueue(list);
          }
          return to - from;
        },
        jobs);
  }

  /** Leases and settles with all workers until nothing is left; answers the seconds. */
  private double drain(String name, int jobs) throws Exception {
    JdbcQueue queue = JdbcQueue.of(dataSource, name);
    return inParallel(
        worker -> {
          int done = 0;
          for (Optional<Lease> lease = queue.lease("item", batch, LEASE);
              lease.isPresent();
              lease = queue.lease("item", batch, LEASE)) {
            List<Settlement> settlements = new ArrayList<>();
            lease.get().jobs().forEach(job -> settlements.add(new Settlement.Done(job.slot())));
            queue.settle(lease.get(), settlements);
            done += settlements.size();
          }
          return done;
        },
        jobs);
  }

  @FunctionalInterface
  private interface Work {
    int run(int worker) throws Exception;
  }

  private double inParallel(Work work, int expected)
      throws InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(workers);
    try {
      List<Callable<Integer>> tasks = new ArrayList<>();
      for (int worker = 0; worker < workers; worker++) {
        int number = worker;
        tasks.add(() -> work.run(number));
      }
      long begin = System.nanoTime();
      int done = 0;
      for (Future<Integer> result : threads.invokeAll(tasks)) {
        done += result.get();
      }
      if (done != expected) {
        throw new IllegalStateException(done + " jobs instead of " + expected);
      }
      return (System.nanoTime() - begin) / 1e9;
    } finally {
      threads.shutdown();
    }
  }

  private long wal() throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      return number(connection, "select (pg_current_wal_lsn() - '0/0')::bigint");
    }
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static long number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }
}
