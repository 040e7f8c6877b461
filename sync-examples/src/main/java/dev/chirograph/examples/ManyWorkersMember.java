package dev.chirograph.examples;

import dev.chirograph.ObjectState;
import dev.chirograph.SyncListener;
import dev.chirograph.jdbc.JdbcCatalogue;
import dev.chirograph.jdbc.JdbcQueue;
import dev.chirograph.jdbc.JdbcState;
import dev.chirograph.reconcile.Reconciler;
import dev.chirograph.reconcile.Worker;
import dev.chirograph.s3.S3Bucket;
import dev.chirograph.servers.Database;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** One of the JVMs of {@link ManyWorkers}: works on the queue until the run has ended. */
final class ManyWorkersMember {

  static final String BUCKET = "shared-work";
  static final String PASSWORD = "DATABASE_PASSWORD";

  private ManyWorkersMember() {}

  /** Takes its name, the endpoint of S3, the JDBC URL and the user; reads the id of the run. */
  @SuppressWarnings("try") // the worker works by itself
  public static void main(String... args) throws IOException {
    AtomicInteger objects = new AtomicInteger();
    SyncListener counter =
        new SyncListener() {
          @Override
          public void itemDone(ItemEvent event) {
            objects.incrementAndGet();
          }
        };
    DataSource database = new Database(args[2], args[3], System.getenv(PASSWORD)).dataSource();
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (S3Client s3 = client(URI.create(args[1]))) {
      var reconciler = reconciler(s3, database).listener(counter).build();
      try (Worker worker = reconciler.worker().start()) {
        System.out.println(args[0] + " is ready");
        String run = input.readLine();
        if (run == null) {
          return; // whoever started this JVM is gone
        }
        reconciler.run(Long.parseLong(run)).orElseThrow().await();
      }
    }
    System.out.println(args[0] + " did " + objects + " objects");
  }

  /** The same in every JVM. */
  static Reconciler.Builder<ObjectState> reconciler(S3Client s3, DataSource database) {
    S3Bucket bucket = S3Bucket.builder(s3, BUCKET).unordered().build();
    // Notifications wake the others when one enqueues; without them, they ask every ten seconds.
    JdbcQueue queue =
        JdbcQueue.builder(database, BUCKET)
            .notifications(database, ManyWorkersMember::inBackground)
            .build();
    return Reconciler.builder(BUCKET, bucket, JdbcCatalogue.of(database, BUCKET))
        .queue(queue)
        .state(JdbcState.of(database))
        .concurrency(4)
        .batch(20);
  }

  private static void inBackground(Runnable task) {
    Thread thread = new Thread(task, "notifications");
    thread.setDaemon(true);
    thread.start();
  }

  private static S3Client client(URI endpoint) {
    return S3Client.builder()
        .endpointOverride(endpoint)
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "testsecret")))
        .forcePathStyle(true)
        .build();
  }
}
