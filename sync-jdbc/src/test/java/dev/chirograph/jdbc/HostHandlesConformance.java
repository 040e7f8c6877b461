package dev.chirograph.jdbc;

import dev.chirograph.Key;
import dev.chirograph.testkit.HostileKeys;
import java.util.List;

/** The guarantees of file handles in a table of the host's own, on one database. */
abstract class HostHandlesConformance extends JdbcHandlesConformance {

  HostHandlesConformance(TestDatabase database) throws Exception {
    super(HandleHost.ofItsOwn(database));
  }

  @Override
  protected List<Key> keys() {
    return HostileKeys.text();
  }
}
