package dev.chirograph.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import com.zaxxer.hikari.HikariDataSource;
import dev.chirograph.ObjectState;
import dev.chirograph.Report;
import dev.chirograph.Tally.Count;
import dev.chirograph.jdbc.JdbcCatalogue;
import dev.chirograph.jdbc.JdbcQueue;
import dev.chirograph.jdbc.JdbcState;
import dev.chirograph.reconcile.Reconciler;
import dev.chirograph.reconcile.Scope;
import dev.chirograph.reconcile.Worker;
import dev.chirograph.s3.S3Bucket;
import dev.chirograph.servers.Database;
import dev.chirograph.servers.S3Server;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.sql.DataSource;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A JVM of its own that reconciles a bucket and its catalogue when told to, so that its heap can be
 * bounded and measured apart from the servers. Reads a word a line, and answers each with a line of
 * JSON.
 */
final class BucketRun {

  /** What can be told. */
  enum Command {
    /** Compare bucket and catalogue and write what differs, here and now. */
    QUICK,
    /** The same through queue and worker. */
    DURABLE,
    /** Look at every object afresh, through queue and worker. */
    FULL,
    /** Compare two buckets, without writing. */
    CHECK
  }

  /**
   * What became of one command.
   *
   * @param cpuMillis what this JVM computed for it, with all that it does beside
   * @param heapMiB the most heap that a collection ever left in use in this JVM
   */
  record Answer(
      double millis,
      double cpuMillis,
      long statements,
      long listed,
      long found,
      long written,
      boolean agreed,
      double heapMiB) {}

  static final ObjectMapper JSON = new ObjectMapper();
  static final String BUCKET = "photos";
  static final String MIRROR = "mirror";

  private static final OperatingSystemMXBean OS =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private final Reconciler<ObjectState> catalogue;
  private final Reconciler<ObjectState> mirror;
  private final CountingDataSource counting;
  private final HeapWatch heap = HeapWatch.start();

  private BucketRun(S3Client s3, DataSource pool, Executor executor) {
    this.counting = new CountingDataSource(pool);
    DataSource dataSource = counting.dataSource();
    S3Bucket bucket = S3Bucket.builder(s3, BUCKET).executor(executor).build();
    this.catalogue =
        Reconciler.builder(BUCKET, bucket, JdbcCatalogue.of(dataSource, BUCKET))
            .queue(JdbcQueue.of(dataSource, BUCKET))
            .state(JdbcState.of(dataSource))
            .build();
    this.mirror =
        Reconciler.builder(
                MIRROR,
                bucket,
                S3Bucket.builder(s3, MIRROR).executor(executor).allowCheckedDeletes().build())
            .allowCheckedDeletes()
            .build();
  }

  /** Arguments: the endpoint of the buckets; URL, user and password of the database. */
  public static void main(String[] arguments) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(8, BucketRun::daemon);
    Database database = new Database(arguments[1], arguments[2], arguments[3]);
    try (S3Client s3 = client(URI.create(arguments[0]));
        HikariDataSource pool = Postgres.pool(database, 8)) {
      BucketRun run = new BucketRun(s3, pool, executor);
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        System.out.println(JSON.writeValueAsString(run.answer(Command.valueOf(line))));
      }
    } finally {
      executor.shutdownNow();
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "pages");
    thread.setDaemon(true);
    return thread;
  }

  private static S3Client client(URI endpoint) {
    S3Server server =
        new S3Server() {
          @Override
          public URI endpoint() {
            return endpoint;
          }

          @Override
          public void close() {}
        };
    return server
        .clientBuilder()
        .httpClientBuilder(Apache5HttpClient.builder().maxConnections(64))
        .build();
  }

  private Answer answer(Command command) {
    long statements = counting.statements();
    long cpu = OS.getProcessCpuTime();
    long start = System.nanoTime();
    Report report = report(command);
    double millis = (System.nanoTime() - start) / 1e6;
    return new Answer(
        millis,
        (OS.getProcessCpuTime() - cpu) / 1e6,
        counting.statements() - statements,
        report.count(Count.SOURCE_LISTED),
        report.count(Count.FOUND),
        report.count(Count.WRITTEN),
        report.agreed(),
        heap.mostMiB());
  }

  private Report report(Command command) {
    return switch (command) {
      case QUICK -> catalogue.sync(Scope.all());
      case DURABLE -> durable(Scope.all());
      case FULL -> durable(Scope.all().full());
      case CHECK -> mirror.plan(Scope.all());
    };
  }

  private Report durable(Scope scope) {
    Worker worker = catalogue.worker().poll(Duration.ofMillis(100)).start();
    try {
      return catalogue.start(scope).await();
    } finally {
      worker.close();
    }
  }
}
