package dev.chirograph.jdbc;

import dev.chirograph.Key;
import dev.chirograph.testkit.HostileKeys;
import java.util.List;
import java.util.UUID;

/**
 * The guarantees of file handles that are read from a view of a host's own, since their owners are
 * in another table; their ids are UUIDs.
 */
abstract class ViewHandlesConformance extends JdbcHandlesConformance {

  private static final int LONGEST = 600;

  ViewHandlesConformance(TestDatabase database) throws Exception {
    super(HandleHost.withOwnersElsewhere(database));
  }

  @Override
  protected Key id(int number) {
    return Key.utf8(new UUID(0x10004000L, 1_000L + number).toString());
  }

  @Override
  protected List<Key> keys() {
    return HostileKeys.text().stream().filter(key -> key.length() <= LONGEST).toList();
  }
}
