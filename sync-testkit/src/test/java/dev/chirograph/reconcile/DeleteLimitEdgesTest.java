package dev.chirograph.reconcile;

import static dev.chirograph.reconcile.Lab.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.DeleteLimit;
import dev.chirograph.Evidence;
import dev.chirograph.Report;
import dev.chirograph.Tally.Count;
import dev.chirograph.memory.MemoryReplica;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

/** The limit of deletes where it is largest, and where the replica keeps what is deleted. */
class DeleteLimitEdgesTest {

  @Test
  void L12_theLargestLimitDeletes() {
    for (boolean durable : new boolean[] {false, true}) {
      Lab lab = new Lab().same(20).right("zz-old", "v");
      DeleteLimit all = DeleteLimit.of(Long.MAX_VALUE, 1);

      Report report =
          durable
              ? lab.finish(lab.durable().deletes(all).build(), Scope.all())
              : lab.quick().deletes(all).build().sync(Scope.all());

      assertThat(report.count(Count.DELETED)).isOne();
      assertThat(lab.replica.size()).isEqualTo(20);
    }
  }

  @Test
  void L3_tombstonesThatNoRunDeletesDoNotRaiseTheLimit() {
    MemoryReplica<String> catalogue =
        MemoryReplica.<String>builder(
                EnumSet.of(Evidence.Fact.ETAG), text -> Evidence.builder().etag(text).build())
            .keepTombstones("deleted"::equals)
            .listTombstones()
            .build();
    Lab lab = new Lab().same(100);
    lab.source.snapshot().keySet().forEach(key -> catalogue.put(key, "v"));
    for (int i = 0; i < 400; i++) {
      catalogue.put(key("gone-" + i), "deleted");
    }
    for (int i = 0; i < 15; i++) {
      catalogue.put(key("old-" + i), "v"); // more than a tenth of what is there
    }

    Report report = lab.quick(lab.source, catalogue).build().sync(Scope.all());

    assertThat(report.count(Count.DELETED)).isZero();
    assertThat(report.heldBack()).hasValueSatisfying(why -> assertThat(why).contains("15 of 115"));
  }
}
