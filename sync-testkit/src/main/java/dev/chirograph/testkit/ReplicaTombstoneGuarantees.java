package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.chirograph.Change;
import dev.chirograph.Entry;
import dev.chirograph.Expect;
import dev.chirograph.KeyRange;
import dev.chirograph.Observation;
import dev.chirograph.Version;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is asked of stores that keep tombstones. */
abstract class ReplicaTombstoneGuarantees<V> extends ReplicaTroubleGuarantees<V> {

  @Test
  void SNK_5_aTombstoneIsSeenAsDeletedWithItsRemains() {
    assumeTrue(replica().capabilities().keepsTombstones(), "the store keeps no tombstones");
    Version first = applied(create(KEY, 1)).now().orElseThrow();
    V tombstone = tombstone(KEY, 2);
    Version dead = applied(Change.put(KEY, tombstone, Expect.at(first))).now().orElseThrow();
    Observation<V> seen = observe(KEY);
    assertThat(seen).isInstanceOf(Observation.Deleted.class);
    assertThat(seen.expectation()).isEqualTo(Expect.at(dead));
    assertThat(seen.content())
        .hasValueSatisfying(read -> assertThat(same(tombstone, read)).isTrue());
    conflict(create(KEY, 3));
    applied(Change.put(KEY, value(KEY, 3), Expect.at(dead)));
    holds(KEY, 3);
  }

  @Test
  void SRC_1_tombstonesAreListedWhereTheStoreSaysSo() {
    assumeTrue(replica().capabilities().keepsTombstones(), "the store keeps no tombstones");
    applied(create(KEY, 1));
    applied(Change.put(OTHER, tombstone(OTHER, 1), Expect.absent()));
    List<Entry> entries = entries(KeyRange.all());
    if (replica().capabilities().listsTombstones()) {
      assertThat(entries)
          .filteredOn(Entry::tombstone)
          .extracting(Entry::key)
          .containsExactly(OTHER);
      assertThat(entries).hasSize(2);
    } else {
      assertThat(entries).extracting(Entry::key).containsExactly(KEY);
    }
  }

  @Test
  void SNK_6_deletingATombstoneLeavesNothing() {
    assumeTrue(replica().capabilities().keepsTombstones(), "the store keeps no tombstones");
    Version dead = applied(Change.put(KEY, tombstone(KEY, 1), Expect.absent())).now().orElseThrow();
    applied(Change.delete(KEY, Expect.at(dead)));
    assertThat(observe(KEY)).isInstanceOf(Observation.Absent.class);
    assertThat(listed(KeyRange.all())).isEmpty();
  }
}
