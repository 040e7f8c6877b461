package dev.chirograph.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import dev.chirograph.benchmarks.RelocateRun.Answer;
import dev.chirograph.benchmarks.RelocateRun.Command;
import dev.chirograph.benchmarks.RelocateRun.Setup;
import dev.chirograph.benchmarks.RelocateRun.What;
import dev.chirograph.relocate.Verification;
import dev.chirograph.servers.Database;
import dev.chirograph.servers.PostgresServer;
import java.io.IOException;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A large object relocated between two clients, so that its bytes go through a JVM with a small
 * heap. The server computes what is read and compares what is written, byte for byte.
 */
final class RelocateStreamBenchmark implements Benchmark {

  private static final String GRANT = TwoClients.FAR + "grant";
  private static final String MIRROR = "mirror";

  @Override
  public String name() {
    return "relocate-stream";
  }

  @Override
  public String about() {
    return "an object of 2 GiB relocated through a JVM of 64 MiB: time, heap; rclone beside it";
  }

  @Override
  public void run(Plan plan, Results results) throws Exception {
    int mebibytes = plan.size(2_048, 96);
    long size = (long) mebibytes << 20;
    results.note("the S3 server generates what is read and compares what is written");
    boolean rclone = Rclone.isAvailable();
    if (!rclone) {
      results.note("rclone is not on the PATH, so it was not measured");
    }
    try (KeepingS3 stub = KeepingS3.start();
        PostgresServer postgres = Postgres.start()) {
      stub.create(GRANT);
      stub.create(MIRROR);
      int owners = 2 * plan.rounds();
      Database database = HandlesTable.create(postgres, owners, 1);
      grow(database, size);
      RelocateProcess.allocate(database, GRANT, owners);
      for (int owner = 0; owner < owners; owner++) {
        boolean whole = owner % 2 == 1;
        String name = HandlesTable.owner(owner);
        stub.put(
            HandlesTable.BUCKET, HandlesTable.key(name, owner), StubObject.generated(owner, size));
        ours(stub, database, name, mebibytes, whole, results);
        if (rclone && !whole) {
          rclone(stub, name, mebibytes, results);
        }
      }
    }
  }

  /** Without MD5, since that of so long a sequence would have to be computed first. */
  private static void grow(Database database, long size) throws SQLException {
    try (HikariDataSource pool = Postgres.pool(database, 1)) {
      Postgres.execute(
          pool, "update chirograph_file_handle set content_md5 = null, content_size = " + size);
    }
  }

  private static void ours(
      KeepingS3 stub,
      Database database,
      String owner,
      int mebibytes,
      boolean whole,
      Results results)
      throws IOException {
    Verification how = whole ? Verification.BYTES : Verification.SIZE;
    try (RelocateProcess process =
        RelocateProcess.start(Setup.of(stub.endpoint(), database).with(how))) {
      Answer answer = process.tell(Command.of(What.MOVE, owner));
      Map<String, Object> parameters =
          parameters(
              mebibytes,
              whole ? "relocated, both read again to compare" : "relocated, size compared");
      add(results, parameters, mebibytes, answer.millis(), answer.cpuMillis());
      results.add("heap after collections, at most", parameters, "MiB", answer.heapMiB());
    }
  }

  private static void rclone(KeepingS3 stub, String owner, int mebibytes, Results results)
      throws IOException {
    Rclone.Seen seen = Rclone.stream(stub, owner, HandlesTable.BUCKET, MIRROR);
    Map<String, Object> parameters = parameters(mebibytes, "rclone copy --disable Copy");
    if (stub.size(MIRROR) == 0) {
      throw new IllegalStateException("rclone copied nothing");
    }
    add(results, parameters, mebibytes, seen.millis(), seen.cpuMillis());
    results.add("memory", parameters, "MiB", seen.peakMemoryMiB());
  }

  private static Map<String, Object> parameters(int mebibytes, String who) {
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("MiB", mebibytes);
    parameters.put("who", who);
    return parameters;
  }

  private static void add(
      Results results,
      Map<String, Object> parameters,
      int mebibytes,
      double millis,
      double cpuMillis) {
    results.add("time", parameters, "s", millis / 1_000);
    results.add("rate", parameters, "MiB/s", mebibytes / millis * 1_000);
    results.add("CPU", parameters, "ms per MiB", cpuMillis / mebibytes);
  }
}
