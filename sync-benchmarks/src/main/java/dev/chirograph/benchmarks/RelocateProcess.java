package dev.chirograph.benchmarks;

import dev.chirograph.benchmarks.RelocateRun.Answer;
import dev.chirograph.benchmarks.RelocateRun.Command;
import dev.chirograph.benchmarks.RelocateRun.Setup;
import dev.chirograph.jdbc.JdbcAllocations;
import dev.chirograph.servers.Database;
import dev.chirograph.spi.relocate.Allocation;
import java.io.IOException;
import java.util.List;

/** A {@link RelocateRun} in a JVM with a small heap, which ends when this is closed or killed. */
final class RelocateProcess implements AutoCloseable {

  private final ChildJvm jvm;

  private RelocateProcess(ChildJvm jvm) {
    this.jvm = jvm;
  }

  static RelocateProcess start(Setup setup) throws IOException {
    return new RelocateProcess(
        ChildJvm.start(RelocateRun.class, List.of(RelocateRun.JSON.writeValueAsString(setup))));
  }

  /** Gives owners an allocation, whose bucket is there; nothing is moved yet. */
  static void allocate(Database database, String bucket, int owners) {
    JdbcAllocations allocations = JdbcAllocations.of(database.dataSource(), HandlesTable.BUCKET);
    allocations.create(Allocation.of("grant", bucket, "somebody"));
    for (int owner = 0; owner < owners; owner++) {
      allocations.assign(HandlesTable.owner(owner), "grant");
    }
  }

  /**
   * Has one thing done.
   *
   * @throws IllegalStateException when the JVM ended instead of answering
   */
  Answer tell(Command command) throws IOException {
    String line = jvm.tell(RelocateRun.JSON.writeValueAsString(command));
    return RelocateRun.JSON.readValue(line, Answer.class);
  }

  /** Ends it in the middle of what it does. */
  void kill() {
    jvm.kill();
  }

  @Override
  public void close() throws IOException {
    jvm.close();
  }
}
