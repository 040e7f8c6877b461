package dev.chirograph.checks.kills;

import com.sun.net.httpserver.HttpServer;
import dev.chirograph.Key;
import dev.chirograph.RetryPolicy;
import dev.chirograph.http.HttpLogPeer;
import dev.chirograph.http.JdkHttpHandler;
import dev.chirograph.http.LogHandler;
import dev.chirograph.http.LogKeys;
import dev.chirograph.http.SigningKey;
import dev.chirograph.jdbc.JdbcLog;
import dev.chirograph.jdbc.JdbcQueue;
import dev.chirograph.log.LogReplicator;
import dev.chirograph.s3.S3Blobs;
import dev.chirograph.servers.Database;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Operation;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executors;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A node that adds and deletes artifacts, serves, pulls, pushes and fetches until it is killed. It
 * says what was acknowledged, a line each.
 */
final class LogKillsNode {

  static final Duration GRACE = Duration.ofSeconds(5);

  /** A peer is dead every other second: that says nothing about a content. */
  private static final RetryPolicy RETRIES =
      RetryPolicy.builder()
          .pauses(Duration.ofMillis(200), Duration.ofSeconds(2))
          .attempts(10_000)
          .build();

  private static final SigningKey KEY =
      SigningKey.of(
          "kills", "a secret of more than 32 bytes for both".getBytes(StandardCharsets.UTF_8));

  private LogKillsNode() {}

  /**
   * Takes its name, its port, the name and port of the other node, the database, the endpoint of
   * S3, a folder, and whether to write.
   */
  public static void main(String... args) throws IOException, InterruptedException {
    String name = args[0];
    Database database = new Database(args[4], args[5], System.getenv("DATABASE_PASSWORD"));
    LogReplicator replicator =
        replicator(name, args[2], Integer.parseInt(args[3]), database, args[6], Path.of(args[7]));
    HttpServer server =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[1])), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    LogHandler handler =
        LogHandler.builder(replicator).keys(LogKeys.fixed(Map.of(args[2], List.of(KEY)))).build();
    server.createContext("/log", JdkHttpHandler.of(handler));
    server.start();
    replicator.start();
    System.out.println("up");
    if (Boolean.parseBoolean(args[8])) {
      write(name, replicator);
    }
    Thread.currentThread().join();
  }

  private static LogReplicator replicator(
      String name, String other, int port, Database database, String s3, Path folder) {
    return LogReplicator.builder(name, JdbcLog.of(database.dataSource(), name))
        .peer(
            other,
            HttpLogPeer.builder(name, other, URI.create("http://localhost:" + port + "/log"))
                .key(KEY)
                .build())
        .queue(JdbcQueue.of(database.dataSource(), name))
        .contents(
            S3Blobs.builder(client(URI.create(s3)), name).allowCheckedDeletes().build(),
            folder.resolve(name))
        .lease(Duration.ofSeconds(2))
        .grace(GRACE)
        .patience(Duration.ofSeconds(1))
        .poll(Duration.ofMillis(200))
        .upkeepEvery(Duration.ofSeconds(1))
        .jobRetries(RETRIES)
        .build();
  }

  private static void write(String name, LogReplicator replicator) {
    Random random = new Random();
    List<String> added = new ArrayList<>();
    while (true) {
      String key = name + "/" + UUID.randomUUID();
      byte[] content = new byte[random.nextInt(200_000)];
      random.nextBytes(content);
      System.out.println("adding " + key);
      replicator.add(Key.utf8(key), "1", () -> new ByteArrayInputStream(content), "{}");
      System.out.println("added " + key);
      added.add(key);
      if (random.nextInt(4) == 0) {
        String gone = added.remove(random.nextInt(added.size()));
        System.out.println("deleting " + gone);
        replicator.append(
            List.of(
                new Body(
                    UUID.randomUUID(), Operation.DELETE, Key.utf8(gone), "1", Content.NONE, "")));
        System.out.println("deleted " + gone);
      }
    }
  }

  static S3Client client(URI endpoint) {
    return S3Client.builder()
        .endpointOverride(endpoint)
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "testsecret")))
        .forcePathStyle(true)
        .build();
  }
}
