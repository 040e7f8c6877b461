package dev.chirograph.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import dev.chirograph.Change;
import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Part;
import dev.chirograph.benchmarks.BucketRun.Answer;
import dev.chirograph.benchmarks.BucketRun.Command;
import dev.chirograph.jdbc.JdbcCatalogue;
import dev.chirograph.jdbc.JdbcSchema;
import dev.chirograph.servers.Database;
import dev.chirograph.servers.PostgresServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A bucket and its catalogue in PostgreSQL, brought into agreement in a JVM with a heap of 64 MiB;
 * beside it rclone, comparing two such buckets on the same server.
 */
final class BucketBenchmark implements Benchmark {

  private static final int CHANGED_EACH = 100;

  @Override
  public String name() {
    return "bucket";
  }

  @Override
  public String about() {
    return "a bucket and its catalogue: time, requests, statements, heap; rclone check beside it";
  }

  @Override
  public void run(Plan plan, Results results) throws Exception {
    boolean rclone = Rclone.isAvailable();
    results.note("the S3 server is a stub without latency; heap of our JVM: -Xmx64m");
    if (!rclone) {
      results.note("rclone is not on the PATH, so it was not measured");
    }
    try (StubS3 stub = StubS3.start();
        PostgresServer postgres = Postgres.start()) {
      for (int objects : List.of(plan.size(20_000, 300), plan.size(200_000, 600))) {
        Size size = new Size(objects, stub, postgres, results);
        for (int round = 0; round < plan.rounds(); round++) {
          size.round(rclone);
        }
        if (rclone) {
          size.compare();
        }
      }
    }
  }

  /** The measurements with one number of objects. */
  private static final class Size {
    private final int objects;
    private final StubS3 stub;
    private final PostgresServer postgres;
    private final Results results;
    private final StubObjects original;
    private final StubObjects changed;

    Size(int objects, StubS3 stub, PostgresServer postgres, Results results) {
      this.objects = objects;
      this.stub = stub;
      this.postgres = postgres;
      this.results = results;
      this.original = new StubObjects(objects, 0);
      this.changed = new StubObjects(objects, CHANGED_EACH);
    }

    void round(boolean rclone) throws Exception {
      stub.put(BucketRun.BUCKET, original);
      stub.put(BucketRun.MIRROR, original);
      Database filled = newDatabase();
      fill(filled);
      fresh(Command.QUICK);
      fresh(Command.DURABLE);
      cold(filled, Command.QUICK, "catalogue");
      cold(filled, Command.CHECK, "bucket");
      if (rclone) {
        rclone();
      }
      warm(filled);
    }

    private Database newDatabase() {
      Database database = postgres.newDatabase();
      JdbcSchema.of(database.dataSource()).install();
      return database;
    }

    /** Writes what a run over all objects would have written. */
    private void fill(Database database) throws Exception {
      try (HikariDataSource pool = Postgres.pool(database, 1)) {
        JdbcCatalogue catalogue = JdbcCatalogue.of(pool, BucketRun.BUCKET);
        List<Change<ObjectState>> changes = new ArrayList<>();
        for (int i = 0; i < objects; i++) {
          changes.add(new Change.Put<>(Key.utf8(original.key(i)), state(i), new Expect.Absent()));
          if (changes.size() == 1_000 || i == objects - 1) {
            catalogue.apply(changes);
            changes.clear();
          }
        }
        Postgres.execute(pool, "VACUUM ANALYZE");
      }
    }

    private ObjectState state(int i) {
      return ObjectState.of(
          ObjectVersion.builder()
              .etag(original.etag(i))
              .size(original.size(i))
              .lastModified(original.lastModified(i))
              .contentType(Part.known("image/jpeg"))
              .metadata(Part.known(Map.of("camera", "stub")))
              .tags(Part.known(Map.of("team", "photos")))
              .build());
    }

    // ---- what is measured

    /** From an empty catalogue to a full one. */
    private void fresh(Command command) throws IOException {
      try (BucketProcess process = BucketProcess.start(stub.endpoint(), newDatabase())) {
        measured(process, command, "all new");
      }
    }

    /** A JVM from its start to its first answer, as a program on the command line would run. */
    private void cold(Database database, Command command, String other) throws IOException {
      try (BucketProcess process = BucketProcess.start(stub.endpoint(), database)) {
        process.tell(command);
        results.add("process", processParameters("ours, bucket and " + other), "ms", process.age());
      }
    }

    private void rclone() throws IOException {
      Rclone.Seen seen = Rclone.check(stub, BucketRun.BUCKET, BucketRun.MIRROR);
      results.add("process", processParameters("rclone check --fast-list"), "ms", seen.millis());
      results.add("CPU", processParameters("rclone check --fast-list"), "ms", seen.cpuMillis());
      results.add(
          "memory", processParameters("rclone check --fast-list"), "MiB", seen.peakMemoryMiB());
    }

    private Map<String, Object> processParameters(String who) {
      Map<String, Object> parameters = new LinkedHashMap<>();
      parameters.put("objects", objects);
      parameters.put("who", who);
      return parameters;
    }

    private void warm(Database database) throws IOException {
      try (BucketProcess process = BucketProcess.start(stub.endpoint(), database)) {
        process.tell(Command.QUICK);
        process.tell(Command.DURABLE);
        measured(process, Command.QUICK, "nothing different");
        measured(process, Command.CHECK, "nothing different");
        measured(process, Command.DURABLE, "nothing different");
        stub.put(BucketRun.BUCKET, changed);
        measured(process, Command.QUICK, "1 % changed");
        stub.put(BucketRun.BUCKET, original);
        measured(process, Command.DURABLE, "1 % changed");
        Answer last = measured(process, Command.FULL, "nothing different, all looked at");
        results.add(
            "heap after collections, at most", Map.of("objects", objects), "MiB", last.heapMiB());
      }
    }

    private Answer measured(BucketProcess process, Command command, String situation)
        throws IOException {
      Map<StubS3.Kind, Long> before = stub.counts();
      Answer answer = process.tell(command);
      Map<StubS3.Kind, Long> after = stub.counts();
      Map<String, Object> parameters = new LinkedHashMap<>();
      parameters.put("objects", objects);
      parameters.put("path", path(command));
      parameters.put("situation", situation);
      results.add("time", parameters, "ms", answer.millis());
      results.add("CPU", parameters, "ms", answer.cpuMillis());
      results.add("objects", parameters, "objects/s", answer.listed() / answer.millis() * 1_000);
      if (answer.found() > 0) {
        results.add(
            "different objects", parameters, "objects/s", answer.found() / answer.millis() * 1_000);
        results.add(
            "statements",
            parameters,
            "per different object",
            (double) answer.statements() / answer.found());
      } else {
        results.add("statements", parameters, "per run", (double) answer.statements());
      }
      for (StubS3.Kind kind : StubS3.Kind.values()) {
        double requests = after.getOrDefault(kind, 0L) - before.getOrDefault(kind, 0L);
        boolean perObject = answer.found() > 0 && kind != StubS3.Kind.LIST;
        if (requests > 0 || kind == StubS3.Kind.LIST || kind == StubS3.Kind.HEAD) {
          results.add(
              kind + " requests",
              parameters,
              perObject ? "per different object" : "per run",
              perObject ? requests / answer.found() : requests);
        }
      }
      return answer;
    }

    private static String path(Command command) {
      return switch (command) {
        case QUICK -> "quick";
        case DURABLE, FULL -> "durable";
        case CHECK -> "plan between two buckets";
      };
    }

    void compare() {
      Results.Series rclone = results.get("process", processParameters("rclone check --fast-list"));
      for (String other : List.of("bucket", "catalogue")) {
        String who = "ours, bucket and " + other;
        results.addRatio(
            "rclone's time to ours",
            processParameters(who),
            rclone,
            results.get("process", processParameters(who)));
      }
    }
  }
}
