package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Observation;
import dev.chirograph.spi.SupportsKnown;
import dev.chirograph.spi.SupportsSplit;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What only some sources can do: {@link SupportsSplit} and {@link SupportsKnown}. */
abstract class SourceAbilityGuarantees<V> extends SourceObserveGuarantees<V> {

  @Test
  void SupportsSplit_pointsHaveItemsOnBothSides() throws Exception {
    SupportsSplit splitting = splitting();
    fill(keys());
    splitFully(splitting, KeyRange.all(), 0);
  }

  @Test
  void SupportsSplit_nothingToSplitGivesNoPoint() throws Exception {
    SupportsSplit splitting = splitting();
    assertThat(splitting.split(KeyRange.all())).isEmpty();
    put(Key.utf8("a"), 1);
    assertThat(splitting.split(KeyRange.all())).isEmpty();
    put(Key.utf8("b"), 1);
    assertThat(splitting.split(KeyRange.only(Key.utf8("a")))).isEmpty();
  }

  @Test
  void SupportsKnown_whatIsKnownChangesNoAnswer() throws Exception {
    assumeTrue(source instanceof SupportsKnown, "the source takes no known values");
    @SuppressWarnings("unchecked")
    SupportsKnown<V> knowing = (SupportsKnown<V>) source;
    Key same = Key.utf8("a");
    Key changed = Key.utf8("b");
    Key gone = Key.utf8("c");
    for (Key key : List.of(same, changed, gone)) {
      put(key, 1);
    }
    for (Key key : List.of(same, changed, gone)) {
      Optional<V> before = observe(key).content();
      if (key.equals(changed)) {
        put(key, 2);
      } else if (key.equals(gone)) {
        remove(key);
      }
      Observation<V> afresh = observe(key);
      assertThat(knowing.observe(List.of(key), List.of(before))).containsExactly(afresh);
      assertThat(knowing.observe(List.of(key), List.of(Optional.empty()))).containsExactly(afresh);
    }
  }

  private SupportsSplit splitting() {
    assumeTrue(source instanceof SupportsSplit, "the source cannot split ranges");
    assumeTrue(source.capabilities().ordered(), "only a source with an order can split ranges");
    return (SupportsSplit) source;
  }

  /** Splits until nothing can be split; every point must lie inside with items on both sides. */
  private void splitFully(SupportsSplit splitting, KeyRange range, int depth) {
    assertThat(depth).as("depth of splitting").isLessThan(keys().size());
    Optional<Key> point = splitting.split(range);
    if (point.isPresent()) {
      KeyRange lower = range.before(point.get());
      KeyRange upper = range.startingAt(point.get());
      assertThat(listed(lower)).as("below %s in %s", point.get(), range).isNotEmpty();
      assertThat(listed(upper)).as("from %s on in %s", point.get(), range).isNotEmpty();
      splitFully(splitting, lower, depth + 1);
      splitFully(splitting, upper, depth + 1);
    } else {
      assertThat(depth).as("depth at which %s was not split", range).isPositive();
    }
  }
}
