package dev.chirograph.benchmarks;

import dev.chirograph.servers.Database;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A JVM of its own that holds a {@link TableRun}. */
final class TableProcess implements AutoCloseable {

  private final ChildJvm jvm;

  private TableProcess(ChildJvm jvm) {
    this.jvm = jvm;
  }

  static TableProcess start(
      Database source, Database replica, TableRun.Way way, List<String> tables) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                source.jdbcUrl(),
                source.user(),
                source.password(),
                replica.jdbcUrl(),
                replica.user(),
                replica.password(),
                way.name()));
    arguments.addAll(tables);
    return new TableProcess(ChildJvm.start(TableRun.class, arguments));
  }

  /**
   * Has one thing done.
   *
   * @throws IllegalStateException when tables are not in agreement afterwards
   */
  TableRun.Answer tell(TableRun.Command command) throws IOException {
    TableRun.Answer answer =
        TableRun.JSON.readValue(jvm.tell(command.name()), TableRun.Answer.class);
    if (!answer.trouble().isEmpty()) {
      throw new IllegalStateException("after " + command + ": " + answer.trouble());
    }
    return answer;
  }

  @Override
  public void close() throws IOException {
    jvm.close();
  }
}
