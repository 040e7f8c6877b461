package dev.chirograph.jdbc;

import dev.chirograph.Key;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Handles;
import dev.chirograph.testkit.HandlesConformance;
import java.util.Set;

/** The guarantees of file handles, on one database. */
abstract class JdbcHandlesConformance extends HandlesConformance {

  private final HandleHost host;
  private Set<String> buckets = Set.of();

  /** In our own table. */
  JdbcHandlesConformance(TestDatabase database) {
    this(HandleHost.ofOurs(database));
  }

  JdbcHandlesConformance(HandleHost host) {
    this.host = host;
  }

  @Override
  protected Handles newHandles(Set<String> movable) {
    this.buckets = movable;
    return again();
  }

  @Override
  protected Handles again() {
    return host.open(buckets);
  }

  @Override
  protected FileHandle put(FileHandle handle) throws Exception {
    return host.put(handle);
  }

  @Override
  protected void remove(Key id) throws Exception {
    host.remove(id);
  }

  @Override
  protected void close() throws Exception {
    host.spy().close();
  }
}
