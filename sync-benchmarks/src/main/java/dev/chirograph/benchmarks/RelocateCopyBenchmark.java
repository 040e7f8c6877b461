package dev.chirograph.benchmarks;

import dev.chirograph.benchmarks.RelocateRun.Answer;
import dev.chirograph.benchmarks.RelocateRun.Command;
import dev.chirograph.benchmarks.RelocateRun.Setup;
import dev.chirograph.benchmarks.RelocateRun.What;
import dev.chirograph.servers.CephServer;
import dev.chirograph.servers.Database;
import dev.chirograph.servers.PostgresServer;
import dev.chirograph.servers.S3Server;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Small objects that the server copies: relocated, with all that this is (journal, comparison,
 * handles pointed to the copy), and beside it {@code rclone copy}, which only copies.
 */
final class RelocateCopyBenchmark implements Benchmark {

  private static final String GRANT = "grant";
  private static final String MIRROR = "mirror";

  /** Without asking untagged objects for their tags, last. */
  private static final List<String> WAYS = List.of("relocated", "relocated, trustTagCounts()");

  private static final Duration ROUND_TRIP = Duration.ofMillis(10);

  @Override
  public String name() {
    return "relocate-copy";
  }

  @Override
  public String about() {
    return "small objects relocated inside one server; rclone copy beside it";
  }

  @Override
  public void run(Plan plan, Results results) throws Exception {
    boolean rclone = Rclone.isAvailable();
    results.note("handles and queue on one PostgreSQL; heap of our JVM: -Xmx64m");
    if (!rclone) {
      results.note("rclone is not on the PATH, so it was not measured");
    }
    try (PostgresServer postgres = Postgres.start()) {
      stub(Duration.ZERO, 16, plan, postgres, results, rclone);
      stub(ROUND_TRIP, 64, plan, postgres, results, rclone);
      if (CephServer.isAvailable()) {
        ceph(plan, postgres, results, rclone);
      } else {
        results.note("scripts/ceph-rgw.sh was not called, so Ceph was not measured");
      }
    }
  }

  private static int owners(int rounds) {
    return WAYS.size() * (rounds + 1);
  }

  private static void stub(
      Duration delay,
      int concurrency,
      Plan plan,
      PostgresServer postgres,
      Results results,
      boolean rclone)
      throws Exception {
    int objects = plan.size(5_000, 50);
    String server = delay.isZero() ? "stub" : "stub, " + delay.toMillis() + " ms a request";
    try (KeepingS3 stub = KeepingS3.start()) {
      for (int owner = 0; owner < owners(plan.rounds()); owner++) {
        HandlesTable.fill(stub, owner, objects);
      }
      stub.create(GRANT);
      stub.create(MIRROR);
      stub.delay(delay);
      new Contest(server, stub, stub, objects, concurrency, results)
          .run(plan.rounds(), postgres, rclone);
    }
  }

  private static void ceph(Plan plan, PostgresServer postgres, Results results, boolean rclone)
      throws Exception {
    int objects = plan.size(1_000, 50);
    try (CephServer ceph = CephServer.start();
        S3Client client = ceph.clientBuilder().build()) {
      List.of(HandlesTable.BUCKET, GRANT, MIRROR)
          .forEach(bucket -> client.createBucket(request -> request.bucket(bucket)));
      try (Clients clients = new Clients(8)) {
        clients.inBatches(
            0, owners(plan.rounds()) * objects, 100, (from, to) -> fill(client, objects, from, to));
      }
      new Contest("Ceph", ceph, null, objects, 16, results).run(plan.rounds(), postgres, rclone);
    }
  }

  private static void fill(S3Client client, int each, int from, int to) {
    for (int i = from; i < to; i++) {
      String key = HandlesTable.key(HandlesTable.owner(i / each), i);
      byte[] content = new byte[(int) HandlesTable.SIZE];
      content[0] = (byte) i;
      client.putObject(
          request -> request.bucket(HandlesTable.BUCKET).key(key).contentType("image/jpeg"),
          RequestBody.fromBytes(content));
    }
  }

  /** Both on one server. */
  private static final class Contest {
    private final String name;
    private final S3Server server;

    /** The same, where it counts requests. */
    private final @Nullable KeepingS3 stub;

    private final int objects;
    private final int concurrency;
    private final Results results;
    private int copied;

    Contest(
        String name,
        S3Server server,
        @Nullable KeepingS3 stub,
        int objects,
        int concurrency,
        Results results) {
      this.name = name;
      this.server = server;
      this.stub = stub;
      this.objects = objects;
      this.concurrency = concurrency;
      this.results = results;
    }

    void run(int rounds, PostgresServer postgres, boolean rclone) throws Exception {
      Database database = HandlesTable.create(postgres, owners(rounds), objects);
      RelocateProcess.allocate(database, GRANT, owners(rounds));
      Setup setup = Setup.of(server.endpoint(), database).withConcurrency(concurrency);
      for (int way = 0; way < WAYS.size(); way++) {
        boolean trusting = way == 1;
        int first = way * (rounds + 1);
        try (RelocateProcess process = RelocateProcess.start(setup.trusting(trusting))) {
          process.tell(Command.of(What.MOVE, HandlesTable.owner(first))); // to warm up
          for (int owner = first + 1; owner <= first + rounds; owner++) {
            ours(process, WAYS.get(way), HandlesTable.owner(owner));
            if (rclone) {
              rclone(HandlesTable.owner(owner));
            }
          }
        }
      }
      if (rclone) {
        compare();
      }
    }

    private void compare() {
      for (String way : WAYS) {
        results.addRatio(
            "ours to rclone's",
            Map.of("server", name, "who", way),
            results.get("rate", parameters(way)),
            results.get("rate", parameters("rclone copy")));
      }
    }

    private Map<String, Object> parameters(String who) {
      Map<String, Object> parameters = new LinkedHashMap<>();
      parameters.put("server", name);
      parameters.put("objects", objects);
      parameters.put("side by side", concurrency);
      parameters.put("who", who);
      return parameters;
    }

    private void ours(RelocateProcess process, String way, String owner) throws IOException {
      Map<KeepingS3.Kind, Long> before = counts();
      Answer answer = process.tell(Command.of(What.MOVE, owner));
      Map<String, Object> parameters = parameters(way);
      add(parameters, answer.millis(), answer.cpuMillis(), before);
      results.add("statements", parameters, "per object", (double) answer.statements() / objects);
      results.add("heap after collections, at most", parameters, "MiB", answer.heapMiB());
    }

    private void rclone(String owner) throws IOException {
      Map<KeepingS3.Kind, Long> before = counts();
      Rclone.Seen seen = Rclone.copy(server, owner, HandlesTable.BUCKET, MIRROR, concurrency);
      copied += objects;
      if (stub != null && stub.size(MIRROR) != copied) {
        throw new IllegalStateException("rclone copied " + stub.size(MIRROR) + " of " + copied);
      }
      Map<String, Object> parameters = parameters("rclone copy");
      add(parameters, seen.millis(), seen.cpuMillis(), before);
      results.add("memory", parameters, "MiB", seen.peakMemoryMiB());
    }

    private Map<KeepingS3.Kind, Long> counts() {
      return stub == null ? Map.of() : stub.counts();
    }

    private void add(
        Map<String, Object> parameters,
        double millis,
        double cpuMillis,
        Map<KeepingS3.Kind, Long> before) {
      results.add("rate", parameters, "objects/s", objects / millis * 1_000);
      results.add("CPU", parameters, "ms per object", cpuMillis / objects);
      counts()
          .forEach(
              (kind, count) -> {
                long requests = count - before.getOrDefault(kind, 0L);
                if (requests > 0) {
                  results.add(
                      kind + " requests", parameters, "per object", (double) requests / objects);
                }
              });
    }
  }
}
