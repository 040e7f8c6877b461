package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The hosts of a test, which are closed with it. */
final class ReplicaHosts implements AutoCloseable {

  private final List<ReplicaHost> hosts = new ArrayList<>();

  /** One more, with a database of its own. */
  ReplicaHost on(TestDatabase database) {
    ReplicaHost host = new ReplicaHost(database);
    hosts.add(host);
    return host;
  }

  /** What a call is refused with, which is of this kind. */
  static SyncException refused(Kind kind, Runnable call) {
    SyncException error = catchThrowableOfType(SyncException.class, call::run);
    assertThat(error).as("an error").isNotNull();
    assertThat(error.kind()).as("%s %s", error, error.getCause()).isEqualTo(kind);
    return error;
  }

  @Override
  public void close() throws SQLException {
    for (ReplicaHost host : hosts) {
      host.spy().close();
    }
  }
}
