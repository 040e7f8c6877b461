package dev.chirograph.benchmarks;

import dev.chirograph.benchmarks.RelocateRun.Answer;
import dev.chirograph.benchmarks.RelocateRun.Command;
import dev.chirograph.benchmarks.RelocateRun.Setup;
import dev.chirograph.benchmarks.RelocateRun.What;
import dev.chirograph.servers.Database;
import dev.chirograph.servers.PostgresServer;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * A process is killed while it copies some hundred objects, with a million others in the queue; how
 * soon does another go on?
 */
final class RelocateRestartBenchmark implements Benchmark {

  /** How long the jobs of a dead process are held. */
  private static final int LEASE_SECONDS = 10;

  @Override
  public String name() {
    return "relocate-restart";
  }

  @Override
  public String about() {
    return "a kill with 1,000,000 moves in the queue, 300 of them begun: until the next copies";
  }

  @Override
  public void run(Plan plan, Results results) throws Exception {
    int handles = plan.size(1_000_000, 4_000);
    int begun = plan.size(300, 20);
    int some = plan.size(1_000, 50);
    results.note("handles and queue on one PostgreSQL; the S3 server is a stub without latency");
    results.note("the dead process held its jobs for " + LEASE_SECONDS + " s; heap: -Xmx64m");
    String owner = HandlesTable.owner(0);
    try (KeepingS3 stub = KeepingS3.start();
        PostgresServer postgres = Postgres.start()) {
      Database database = HandlesTable.create(postgres, 1, handles);
      HandlesTable.fill(stub, 0, handles);
      stub.create("grant");
      RelocateProcess.allocate(database, "grant", 1);
      try (RelocateProcess collecting = start(stub, database, 16)) {
        collecting.tell(Command.of(What.COLLECT, owner));
      }
      for (int round = 0; round < plan.rounds(); round++) {
        int last = kill(stub, database, begun);
        Command on = new Command(What.GO_ON, "", "", some, begun, last);
        add(results, handles, on, goOn(stub, database, on));
      }
    }
  }

  private static RelocateProcess start(KeepingS3 stub, Database database, int concurrency)
      throws IOException {
    return RelocateProcess.start(
        Setup.of(stub.endpoint(), database).withConcurrency(concurrency).withLease(LEASE_SECONDS));
  }

  /** Answers the number of the last handle whose object was being copied. */
  private static int kill(KeepingS3 stub, Database database, int begun) throws IOException {
    stub.holdCopies();
    try (RelocateProcess process = start(stub, database, begun)) {
      process.tell(Command.of(What.BEGIN, ""));
      while (stub.held().size() < begun) {
        LockSupport.parkNanos(10_000_000);
      }
      process.kill();
    }
    List<String> keys = stub.held();
    stub.release(); // a server goes on with what it has begun
    return keys.stream().map(HandlesTable::number).max(Comparator.naturalOrder()).orElseThrow();
  }

  private static Answer goOn(KeepingS3 stub, Database database, Command on) throws IOException {
    try (RelocateProcess process = start(stub, database, 16)) {
      return process.tell(on);
    }
  }

  private static void add(Results results, int handles, Command on, Answer answer) {
    Map<String, Object> parameters = Map.of("moves in the queue", handles);
    results.add("first move, from start()", parameters, "ms", answer.firstMillis());
    results.add("first move, from the launch of the JVM", parameters, "ms", answer.ageMillis());
    results.add(on.some() + " moves, from start()", parameters, "ms", answer.someMillis());
    results.add(
        "the " + on.begun() + " that had begun, from start()",
        parameters,
        "ms",
        answer.begunMillis());
    results.add("heap after collections, at most", parameters, "MiB", answer.heapMiB());
  }
}
