package dev.chirograph.examples.deployments;

import dev.chirograph.examples.deployments.Artifacts.Artifact;
import dev.chirograph.servers.Database;
import dev.chirograph.servers.MariaDbServer;
import dev.chirograph.servers.S3Server;
import dev.chirograph.servers.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Three deployments, each a JVM with a database and a bucket of its own: PostgreSQL, MariaDB and
 * H2. Artifacts are added at each of them; one is cut off for a while and comes back, one joins
 * late. In the end all hold the same artifacts, byte for byte, which this JVM checks without them.
 */
public final class ThreeDeployments {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Map<String, String> expected = new HashMap<>();
  private final Map<String, Member> members = new LinkedHashMap<>();
  private final Plan plan;
  private final S3Server s3;
  private final MariaDbServer mariaDb;
  private final Path folder;
  private final long started = System.nanoTime();

  private ThreeDeployments(Path folder, MariaDbServer mariaDb) throws IOException {
    this.plan = Plan.of(List.of("oslo", "bergen", "tromso"));
    this.s3 = Shared.s3Proxy();
    this.mariaDb = mariaDb;
    this.folder = folder;
  }

  /**
   * Runs the example.
   *
   * @param args a folder with jars; by default the local Maven repository
   * @throws IllegalStateException when the deployments do not agree in the end
   */
  public static void main(String... args) throws IOException, InterruptedException {
    Path repository =
        args.length > 0
            ? Path.of(args[0])
            : Path.of(System.getProperty("user.home"), ".m2", "repository");
    Path folder = Files.createTempDirectory("chirograph-deployments");
    try (MariaDbServer mariaDb = MariaDbServer.start()) {
      ThreeDeployments example = new ThreeDeployments(folder, mariaDb);
      try {
        example.run(Artifacts.choose(repository, 90, 7));
      } finally {
        example.members.values().forEach(Member::close);
      }
    }
  }

  private void run(List<Artifact> artifacts) throws IOException, InterruptedException {
    int part = artifacts.size() / 6;
    start("oslo", Shared.postgres().newDatabase());
    start("bergen", mariaDb.newDatabase());
    add("oslo", artifacts.subList(0, part));
    add("bergen", artifacts.subList(part, 2 * part));
    settled("both have what the other added");

    say(member("bergen").does("cut"));
    add("oslo", artifacts.subList(2 * part, 3 * part));
    add("bergen", artifacts.subList(3 * part, 4 * part));
    Artifact gone = artifacts.get(0);
    say(
        "oslo deletes "
            + gone.key()
            + ": "
            + member("oslo").does("delete", gone.key(), gone.version()));
    expected.remove(name(gone.key(), gone.version()));
    watch();

    start("tromso", new Database("jdbc:h2:" + folder.resolve("tromso"), "sa", ""));
    add("tromso", artifacts.subList(4 * part, 5 * part));
    watch();
    say(member("bergen").does("mend"));
    add("bergen", artifacts.subList(5 * part, artifacts.size()));
    settled("all three hold the same");
    check();
  }

  private Member member(String name) {
    return Objects.requireNonNull(members.get(name), name);
  }

  private void say(String text) {
    System.out.printf("%6.1f s  %s%n", (System.nanoTime() - started) / 1e9, text);
  }

  private void start(String name, Database database) throws IOException {
    try (S3Client client = Deployment.client(s3.endpoint())) {
      client.createBucket(request -> request.bucket(name));
    }
    members.put(name, Member.start(name, plan, database, s3.endpoint(), folder));
  }

  private void add(String name, List<Artifact> artifacts) throws IOException {
    for (Artifact artifact : artifacts) {
      member(name).does("add", artifact.file().toString(), artifact.key(), artifact.version());
      expected.put(name(artifact.key(), artifact.version()), artifact.sha256());
    }
    say(name + " has " + artifacts.size() + " artifacts more");
  }

  private static String name(String key, String version) {
    return key + " " + version;
  }

  private void watch() {
    members.values().forEach(member -> say("  " + member.does("status")));
  }

  /** Waits until every deployment lists what is expected, and has nothing more to fetch. */
  private void settled(String what) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!isSettled()) {
      if (System.nanoTime() > end) {
        members.values().forEach(this::tellDifferences);
        throw new IllegalStateException("after " + PATIENCE + " not yet: " + what);
      }
      watch();
      TimeUnit.SECONDS.sleep(1);
    }
    watch();
    say(what);
  }

  private boolean isSettled() {
    return members.values().stream()
        .allMatch(
            member ->
                list(member).equals(expected) && member.does("status").endsWith("on their way: 0"));
  }

  private void tellDifferences(Member member) {
    Map<String, String> items = list(member);
    expected.forEach(
        (item, content) -> {
          if (!content.equals(items.get(item))) {
            say(member.name() + " has " + item + " as " + items.get(item) + ", not " + content);
          }
        });
  }

  /** What there is by name; a delete is remembered only until all have heard of it. */
  private static Map<String, String> list(Member member) {
    Map<String, String> items = new HashMap<>();
    String line = member.does("list");
    if (!line.isEmpty()) {
      for (String item : line.split("\t", -1)) {
        String[] parts = item.split("\u0001", -1);
        if (!parts[2].equals("deleted")) {
          items.put(name(parts[0], parts[1]), parts[2]);
        }
      }
    }
    return items;
  }

  /** Reads every bucket, without asking the deployments. */
  private void check() throws IOException {
    List<String> wrong = new ArrayList<>();
    try (S3Client client = Deployment.client(s3.endpoint())) {
      for (String name : members.keySet()) {
        for (Map.Entry<String, String> item : expected.entrySet()) {
          String key = "sha256/" + item.getValue();
          String found = Artifacts.sha256(client.getObject(get -> get.bucket(name).key(key)));
          if (!found.equals(item.getValue())) {
            wrong.add(name + " " + item.getKey());
          }
        }
        say(name + " holds " + expected.size() + " artifacts");
      }
    }
    if (!wrong.isEmpty()) {
      throw new IllegalStateException("these are not what was added: " + wrong);
    }
    say("Every artifact is the same everywhere, byte for byte.");
  }
}
