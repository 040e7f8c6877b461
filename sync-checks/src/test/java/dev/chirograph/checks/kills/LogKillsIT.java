package dev.chirograph.checks.kills;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.jdbc.JdbcLog;
import dev.chirograph.jdbc.JdbcQueue;
import dev.chirograph.jdbc.JdbcSchema;
import dev.chirograph.servers.Database;
import dev.chirograph.servers.S3Server;
import dev.chirograph.servers.Shared;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Page;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.SupportsContents.State;
import dev.chirograph.testkit.Seed;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Two nodes in processes of their own, each of which adds, deletes, sends, receives and fetches,
 * are killed at random moments; {@code -Dchirograph.logKills=200} says how often. Nothing is lost,
 * doubled or half.
 */
class LogKillsIT {

  private static final int KILLS = Integer.getInteger("chirograph.logKills", 20);

  private final Map<String, Node> nodes = new HashMap<>();
  private final Set<String> added = ConcurrentHashMap.newKeySet();
  private final Set<String> deleting = ConcurrentHashMap.newKeySet();
  private final Set<String> deleted = ConcurrentHashMap.newKeySet();
  private final S3Server s3 = Shared.s3Proxy();

  @TempDir private Path folder;

  @AfterEach
  void end() {
    nodes.values().forEach(Node::kill);
  }

  /** A node, and the process that is it now. */
  private final class Node {
    final String name;
    final int port;
    final Database database = Shared.postgres().newDatabase();
    Process process;
    Thread reader;

    Node(String name) throws IOException {
      this.name = name;
      try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        this.port = free.getLocalPort();
      }
      JdbcSchema.of(database.dataSource()).install();
      try (S3Client client = LogKillsNode.client(s3.endpoint())) {
        client.createBucket(request -> request.bucket(name));
      }
    }

    void start(Node other, boolean writing) throws IOException {
      ProcessBuilder builder =
          new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-Xmx128m",
              "-XX:TieredStopAtLevel=1",
              "-Xshare:auto",
              "-Dsun.net.httpserver.nodelay=true",
              "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
              "-cp",
              System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
              LogKillsNode.class.getName(),
              name,
              Integer.toString(port),
              other.name,
              Integer.toString(other.port),
              database.jdbcUrl(),
              database.user(),
              s3.endpoint().toString(),
              folder.toString(),
              Boolean.toString(writing));
      builder.environment().put("DATABASE_PASSWORD", database.password());
      process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
      BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
      reader = new Thread(() -> output.lines().forEach(LogKillsIT.this::heard), name);
      reader.start();
    }

    void kill() {
      try {
        // Not by the process itself, which would close its output before all of it was read.
        process.toHandle().destroyForcibly();
        process.waitFor();
        reader.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    JdbcLog log() {
      return JdbcLog.of(database.dataSource(), name);
    }

    Map<String, String> items() {
      Map<String, String> items = new TreeMap<>();
      JdbcLog log = log();
      Position position = Position.START;
      Page page;
      do {
        page = log.read(position, 1_000, Long.MAX_VALUE);
        for (LogItem item : page.items()) {
          if (!item.isDeleted()) {
            String before = items.put(item.key().text(), item.content().sha256());
            assertThat(before).as("%s twice at %s", item.key(), name).isNull();
          }
        }
        position = page.next();
      } while (!page.reachesHead());
      return items;
    }
  }

  private void heard(String line) {
    String[] words = line.split(" ");
    switch (words[0]) {
      case "added" -> added.add(words[1]);
      case "deleting" -> deleting.add(words[1]);
      case "deleted" -> deleted.add(words[1]);
      default -> {}
    }
  }

  @Test
  void killsLoseNothingDoubleNothingAndLeaveNothingHalf() throws Exception {
    RandomGenerator random = Seed.draw().random();
    Node a = new Node("node-a");
    Node b = new Node("node-b");
    nodes.put("a", a);
    nodes.put("b", b);
    a.start(b, true);
    b.start(a, true);
    for (int kill = 0; kill < KILLS; kill++) {
      // A process needs a second or so until it is up, and some live long enough to do much.
      TimeUnit.MILLISECONDS.sleep(random.nextInt(random.nextInt(4) == 0 ? 6_000 : 2_500));
      Node victim = random.nextBoolean() ? a : b;
      victim.kill();
      victim.start(victim == a ? b : a, true);
    }
    // The last ones write no more, and have time to agree.
    a.kill();
    b.kill();
    a.start(b, false);
    b.start(a, false);
    awaitAgreement(a, b);

    Map<String, String> items = a.items();
    assertThat(b.items()).isEqualTo(items);
    Set<String> expected = new TreeSet<>(added);
    expected.removeAll(deleting);
    assertThat(items.keySet()).containsAll(expected).doesNotContainAnyElementsOf(deleted);
    assertThat(added).as("something happened at all").hasSizeGreaterThan(KILLS / 4);
    assertContents(a, items);
    assertContents(b, items);
    System.out.println(
        "kills " + KILLS + ", added " + added.size() + ", deleted " + deleted.size());
  }

  private static void awaitAgreement(Node a, Node b) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
    while (!agree(a, b)) {
      assertThat(System.nanoTime())
          .as(
              "in time; pending at a %s, at b %s, dead at a %s, at b %s",
              a.log().pending("", 10),
              b.log().pending("", 10),
              JdbcQueue.of(a.database.dataSource(), a.name).statistics().total(),
              JdbcQueue.of(b.database.dataSource(), b.name).statistics().total())
          .isLessThan(end);
      TimeUnit.SECONDS.sleep(1);
    }
  }

  private static boolean agree(Node a, Node b) {
    return a.items().equals(b.items())
        && a.log().pending("", 1).isEmpty()
        && b.log().pending("", 1).isEmpty();
  }

  /** Every item has its content, whole, and nothing else lies in the bucket. */
  private void assertContents(Node node, Map<String, String> items) throws Exception {
    Set<String> wanted = new TreeSet<>(items.values());
    try (S3Client client = LogKillsNode.client(s3.endpoint())) {
      Set<String> there = new TreeSet<>();
      for (S3Object object :
          client
              .listObjectsV2Paginator(list -> list.bucket(node.name).prefix("sha256/"))
              .contents()) {
        String sha256 = object.key().substring("sha256/".length());
        byte[] bytes =
            client.getObjectAsBytes(get -> get.bucket(node.name).key(object.key())).asByteArray();
        assertThat(sha256(bytes)).as("%s at %s", object.key(), node.name).isEqualTo(sha256);
        there.add(sha256);
      }
      assertThat(there).as("contents at %s", node.name).isEqualTo(wanted);
    }
    for (String sha256 : wanted) {
      assertThat(node.log().content(sha256).orElseThrow().state()).isEqualTo(State.HELD);
    }
  }

  private static String sha256(byte[] bytes) throws NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
