package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.memory.MemoryReplica;
import dev.chirograph.spi.Replica;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

@ExpectedSkips(21) // no order, no guards, no tombstones, no batches, no trouble
class MemoryUnorderedTest extends ReplicaConformance<String> {

  @Override
  protected Replica<String> open() {
    return MemoryReplica.builder(MemoryReplicaTest.FACTS, MemoryReplicaTest::evidence)
        .unordered()
        .guards(Guard.NONE, Guard.CHECKED)
        .maxBatch(1)
        .build();
  }

  @Override
  protected String value(Key key, int content) {
    return key + " is " + content;
  }

  @Override
  protected List<Key> keys() {
    return HostileKeys.all();
  }

  @Test
  void anUnorderedStoreIsReallyOutOfOrder() throws Exception {
    for (Key key : keys()) {
      put(key, 1);
    }
    assertThat(listed(KeyRange.all()).equals(List.copyOf(new TreeSet<>(keys())))).isFalse();
  }
}
