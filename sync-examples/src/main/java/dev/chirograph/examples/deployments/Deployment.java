package dev.chirograph.examples.deployments;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.http.HttpLogPeer;
import dev.chirograph.http.LogHandler;
import dev.chirograph.http.LogKeys;
import dev.chirograph.http.SigningKey;
import dev.chirograph.jdbc.JdbcLog;
import dev.chirograph.jdbc.JdbcQueue;
import dev.chirograph.jdbc.JdbcSchema;
import dev.chirograph.log.LogAnswer;
import dev.chirograph.log.LogPeer;
import dev.chirograph.log.LogReplicator;
import dev.chirograph.log.LogRequest;
import dev.chirograph.log.LogStatus;
import dev.chirograph.log.PeerStatus;
import dev.chirograph.s3.S3Blobs;
import dev.chirograph.servers.Database;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Page;
import dev.chirograph.spi.ReplicaLog.Position;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * One of the JVMs of {@link ThreeDeployments}: a log in its own database, a bucket of its own, and
 * a server that answers the others. Does what it reads, a line each, and answers with a line each.
 */
final class Deployment implements AutoCloseable {

  static final String PASSWORD = "DATABASE_PASSWORD";

  private final String name;
  private final JdbcLog log;
  private final LogReplicator replicator;
  private final Door door;
  private volatile boolean cutOff;

  private Deployment(String name, Plan plan, DataSource database, S3Client s3, Path spool) {
    this.name = name;
    JdbcSchema.of(database).install();
    this.log = JdbcLog.of(database, name);
    LogReplicator.Builder builder =
        LogReplicator.builder(name, log)
            .queue(JdbcQueue.of(database, name))
            .contents(S3Blobs.builder(s3, name).allowCheckedDeletes().build(), spool)
            .patience(Duration.ofSeconds(5))
            .poll(Duration.ofMillis(500));
    SigningKey own = key(name, plan);
    Map<String, List<SigningKey>> keys = new HashMap<>();
    plan.nodes()
        .forEach(
            (peer, node) -> {
              if (!peer.equals(name)) {
                builder.peer(
                    peer,
                    unlessCutOff(HttpLogPeer.builder(name, peer, node.address()).key(own).build()));
                keys.put(peer, List.of(key(peer, plan)));
              }
            });
    this.replicator = builder.build();
    LogHandler handler = LogHandler.builder(replicator).keys(LogKeys.fixed(keys)).build();
    this.door = Door.open(plan.node(name).port(), handler);
    replicator.start();
  }

  /** As if somebody had pulled the cable. */
  private LogPeer unlessCutOff(LogPeer peer) {
    return new LogPeer() {
      @Override
      public LogAnswer call(LogRequest request) {
        checkCable();
        return peer.call(request);
      }

      @Override
      public InputStream content(Content content, long from) {
        checkCable();
        return peer.content(content, from);
      }

      private void checkCable() {
        if (cutOff) {
          throw new SyncException(Kind.UNAVAILABLE, name + " is cut off");
        }
      }
    };
  }

  private static SigningKey key(String node, Plan plan) {
    return SigningKey.of(node + "-1", HexFormat.of().parseHex(plan.node(node).secret()));
  }

  /** Takes its name, the JDBC URL, the user, the endpoint of S3 and a folder for downloads. */
  public static void main(String... args) throws IOException {
    Plan plan = Plan.parse(System.getenv(Plan.VARIABLE));
    DataSource database = new Database(args[1], args[2], System.getenv(PASSWORD)).dataSource();
    try (S3Client s3 = client(URI.create(args[3]));
        Deployment deployment = new Deployment(args[0], plan, database, s3, Path.of(args[4]));
        BufferedReader input =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      System.out.println(args[0] + " is up");
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        System.out.println(deployment.does(line.split("\t", -1)));
      }
    }
  }

  private String does(String[] words) {
    return switch (words[0]) {
      case "add" ->
          replicator
              .add(
                  Key.utf8(words[2]), words[3], () -> Files.newInputStream(Path.of(words[1])), "{}")
              .fate()
              .toString();
      case "delete" -> delete(words[1], words[2]);
      case "cut" -> cut(true);
      case "mend" -> cut(false);
      case "status" -> status();
      case "list" -> list();
      default -> throw new IllegalArgumentException("no such command: " + words[0]);
    };
  }

  private String delete(String key, String version) {
    Body body =
        new Body(UUID.randomUUID(), Operation.DELETE, Key.utf8(key), version, Content.NONE, "");
    return replicator.append(List.of(body)).get(0).fate().toString();
  }

  private String cut(boolean off) {
    cutOff = off;
    if (off) {
      door.cutOff();
    } else {
      door.mend();
    }
    replicator
        .status()
        .peers()
        .forEach(
            peer -> {
              if (off) {
                replicator.pause(peer.peer());
              } else {
                replicator.resume(peer.peer());
              }
            });
    return name + (off ? " is cut off" : " is back");
  }

  private String status() {
    LogStatus status = replicator.status();
    return name
        + ": head "
        + status.bounds().head().number()
        + status.peers().stream().map(Deployment::lag).collect(Collectors.joining())
        + ", contents on their way: "
        + log.pending("", 1_000).size();
  }

  private static String lag(PeerStatus peer) {
    return ", behind "
        + peer.peer()
        + " by "
        + peer.lag().map(lag -> peer.lagItems() + " in " + lag.toMillis() + " ms").orElse("?");
  }

  /** Every item, and where its content is. */
  private String list() {
    StringBuilder all = new StringBuilder();
    Position position = Position.START;
    Page page;
    do {
      page = log.read(position, 1_000, Long.MAX_VALUE);
      for (LogItem item : page.items()) {
        all.append(all.isEmpty() ? "" : "\t")
            .append(item.key().text())
            .append('\u0001')
            .append(item.version())
            .append('\u0001')
            .append(item.isDeleted() ? "deleted" : item.content().sha256());
      }
      position = page.next();
    } while (!page.reachesHead());
    return all.toString();
  }

  @Override
  public void close() {
    replicator.close();
    door.close();
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
