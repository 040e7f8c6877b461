package dev.chirograph.testkit;

import dev.chirograph.Key;
import dev.chirograph.memory.MemoryReplica;
import dev.chirograph.spi.Replica;
import java.util.List;

@ExpectedSkips(5)
class MemoryTombstonesTest extends ReplicaConformance<String> {

  @Override
  protected Replica<String> open() {
    return MemoryReplica.builder(MemoryReplicaTest.FACTS, MemoryReplicaTest::evidence)
        .keepTombstones(value -> value.startsWith("deleted"))
        .listTombstones()
        .maxBatch(7)
        .build();
  }

  @Override
  protected String value(Key key, int content) {
    return key + " is " + content;
  }

  @Override
  protected String tombstone(Key key, int content) {
    return "deleted " + value(key, content);
  }

  @Override
  protected List<Key> keys() {
    return HostileKeys.all();
  }
}
