package dev.chirograph.testkit;

import dev.chirograph.Evidence;
import dev.chirograph.Evidence.Fact;
import dev.chirograph.Key;
import dev.chirograph.memory.MemoryReplica;
import dev.chirograph.spi.Replica;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

@ExpectedSkips(8) // five of trouble and lost replies, three of tombstones; see the variants
class MemoryReplicaTest extends ReplicaConformance<String> {

  static final Set<Fact> FACTS = EnumSet.of(Fact.CHECKSUM, Fact.SIZE);

  static Evidence evidence(String value) {
    return Evidence.builder().size(value.length()).checksums(Map.of("PLAIN", value)).build();
  }

  @Override
  protected Replica<String> open() {
    return MemoryReplica.of(FACTS, MemoryReplicaTest::evidence);
  }

  @Override
  protected String value(Key key, int content) {
    return key + " is " + content;
  }

  @Override
  protected List<Key> keys() {
    return HostileKeys.all();
  }
}
