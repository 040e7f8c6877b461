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

@ExpectedSkips(4) // known values, tombstones
class MemoryReplicaTest extends ReplicaConformance<String> {

  private final Faults faults = Faults.none();

  static final Set<Fact> FACTS = EnumSet.of(Fact.CHECKSUM, Fact.SIZE);

  static Evidence evidence(String value) {
    return Evidence.builder().size(value.length()).checksums(Map.of("PLAIN", value)).build();
  }

  @Override
  protected Replica<String> open() {
    return faults.replica(MemoryReplica.of(FACTS, MemoryReplicaTest::evidence));
  }

  @Override
  protected void breakStore() {
    faults.always(Fault.SLOW_DOWN);
  }

  @Override
  protected void loseReplies() {
    faults.always(Fault.LOSE_REPLY);
  }

  @Override
  protected void repair() {
    faults.stop();
  }

  @Override
  protected String value(Key key, int content) {
    return key + " is " + content;
  }

  @Override
  protected List<Key> keys() {
    return HostileKeys.all();
  }

  @Override
  protected int races() {
    return 5_000;
  }
}
