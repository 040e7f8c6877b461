package dev.chirograph.benchmarks;

import dev.chirograph.benchmarks.RelocateRun.Answer;
import dev.chirograph.benchmarks.RelocateRun.Command;
import dev.chirograph.benchmarks.RelocateRun.Setup;
import dev.chirograph.benchmarks.RelocateRun.What;
import dev.chirograph.servers.Database;
import dev.chirograph.servers.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** How fast it is said what would be moved, and how fast it gets into the queue. */
final class RelocatePlanBenchmark implements Benchmark {

  @Override
  public String name() {
    return "relocate-plan";
  }

  @Override
  public String about() {
    return "1,000,000 misplaced handles on PostgreSQL: planned, put into the queue, and only read";
  }

  @Override
  public void run(Plan plan, Results results) throws Exception {
    int handles = plan.size(1_000_000, 2_000);
    results.note("handles, allocations and queue on one PostgreSQL; heap of our JVM: -Xmx64m");
    try (KeepingS3 stub = KeepingS3.start();
        PostgresServer postgres = Postgres.start()) {
      stub.create(HandlesTable.BUCKET);
      stub.create("grant");
      for (int round = 0; round < plan.rounds(); round++) {
        Database database = HandlesTable.create(postgres, 1, handles);
        RelocateProcess.allocate(database, "grant", 1);
        round(stub, database, handles, results);
      }
    }
  }

  private static void round(KeepingS3 stub, Database database, int handles, Results results)
      throws IOException {
    String owner = HandlesTable.owner(0);
    Path file = Files.createTempFile("relocation", ".csv");
    try (RelocateProcess process = RelocateProcess.start(Setup.of(stub.endpoint(), database))) {
      add(results, "read in one query", handles, process.tell(Command.of(What.SELECT, owner)));
      Command plan = new Command(What.PLAN, owner, file.toString(), 0, 0, 0);
      add(results, "planned into a file", handles, process.tell(plan));
      add(results, "put into the queue", handles, process.tell(Command.of(What.COLLECT, owner)));
      add(
          results,
          "put into the queue, where they are already",
          handles,
          process.tell(Command.of(What.COLLECT, owner)));
    } finally {
      Files.delete(file);
    }
  }

  private static void add(Results results, String what, int handles, Answer answer) {
    if (answer.items() != handles) {
      throw new IllegalStateException(what + " were " + answer.items() + ", not " + handles);
    }
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("handles", handles);
    parameters.put("what", what);
    double perMinute = handles / answer.millis() * 60_000;
    results.add("rate", parameters, "handles/min", perMinute);
    results.add("CPU", parameters, "µs per handle", answer.cpuMillis() * 1_000 / handles);
    results.add("heap after collections, at most", parameters, "MiB", answer.heapMiB());
  }
}
