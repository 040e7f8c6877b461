package dev.chirograph.benchmarks;

import dev.chirograph.servers.Database;
import java.io.IOException;
import java.net.URI;
import java.util.List;

/** A {@link BucketRun} in a JVM with a small heap, which ends when this is closed. */
final class BucketProcess implements AutoCloseable {

  private final ChildJvm jvm;

  private BucketProcess(ChildJvm jvm) {
    this.jvm = jvm;
  }

  static BucketProcess start(URI endpoint, Database database) throws IOException {
    return new BucketProcess(
        ChildJvm.start(
            BucketRun.class,
            List.of(
                endpoint.toString(), database.jdbcUrl(), database.user(), database.password())));
  }

  /**
   * Has one thing done.
   *
   * @throws IllegalStateException when the JVM ended instead of answering, or the sides do not
   *     agree afterwards
   */
  BucketRun.Answer tell(BucketRun.Command command) throws IOException {
    BucketRun.Answer answer =
        BucketRun.JSON.readValue(jvm.tell(command.name()), BucketRun.Answer.class);
    if (!answer.agreed()) {
      throw new IllegalStateException("the sides do not agree after " + command + ": " + answer);
    }
    return answer;
  }

  /** Milliseconds since the JVM was launched. */
  double age() {
    return jvm.age();
  }

  @Override
  public void close() throws IOException {
    jvm.close();
  }
}
