package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What listing does: SRC-1, SRC-2, SRC-3, SRC-4 and SRC-9. */
abstract class SourceListingGuarantees<V> extends SourceHarness<V> {

  // ---- SRC-1

  @Test
  void SRC_1_givesEveryItemOnce() throws Exception {
    fill(keys());
    assertThat(listed(KeyRange.all())).containsExactlyInAnyOrderElementsOf(keys());
  }

  @Test
  void SRC_1_anEmptyStoreListsNothing() {
    assertThat(listed(KeyRange.all())).isEmpty();
  }

  @Test
  void SRC_1_givesNothingOutsideTheRange() throws Exception {
    fill(keys());
    for (Key key : keys()) {
      for (KeyRange range :
          List.of(
              KeyRange.only(key),
              KeyRange.prefix(key),
              KeyRange.from(key),
              KeyRange.all().before(key))) {
        assertThat(listed(range))
            .as("listing %s", range)
            .containsExactlyInAnyOrderElementsOf(keys().stream().filter(range::contains).toList());
      }
    }
  }

  @Test
  void SRC_1_rangesThatAdjoinShareNothingAndLeaveNothingOut() throws Exception {
    fill(keys());
    List<Key> borders = new ArrayList<>(new TreeSet<>(keys()));
    List<Key> seen = new ArrayList<>();
    Key from = Key.EMPTY;
    for (int i = 3; i < borders.size(); i += 7) {
      seen.addAll(listed(KeyRange.of(from, borders.get(i))));
      from = borders.get(i);
    }
    seen.addAll(listed(KeyRange.from(from)));
    assertThat(seen).containsExactlyInAnyOrderElementsOf(keys());
  }

  @Test
  void SRC_1_anEmptyRangeListsNothing() throws Exception {
    put(Key.utf8("a"), 1);
    assertThat(listed(KeyRange.of(Key.utf8("a"), Key.utf8("a")))).isEmpty();
  }

  // ---- SRC-2

  @Test
  void SRC_2_comesInKeyOrder() throws Exception {
    assumeTrue(source.capabilities().ordered(), "the source has no order");
    fill(keys());
    assertThat(listed(KeyRange.all())).containsExactlyElementsOf(new TreeSet<>(keys()));
  }

  // ---- SRC-3

  @Test
  void SRC_3_aWholeListingEndsAsComplete() throws Exception {
    put(Key.utf8("a"), 1);
    try (Listing listing = source.list(KeyRange.all())) {
      assertThat(listing.hasNext()).isTrue();
      assertThat(listing.hasNext()).isTrue();
      assertThatThrownBy(listing::end).isInstanceOf(IllegalStateException.class);
      listing.next();
      assertThat(listing.hasNext()).isFalse();
      assertThat(listing.end()).isEqualTo(Listing.End.COMPLETE);
      assertThat(listing.why()).isEmpty();
      assertThatThrownBy(listing::next).isInstanceOf(NoSuchElementException.class);
    }
  }

  @Test
  void SRC_3_nextWithoutAskingGivesEveryItem() throws Exception {
    put(Key.utf8("a"), 1);
    put(Key.utf8("b"), 2);
    try (Listing listing = source.list(KeyRange.all())) {
      Key first = listing.next().key();
      Key second = listing.next().key();
      assertThat(List.of(first, second)).containsExactlyInAnyOrder(Key.utf8("a"), Key.utf8("b"));
    }
  }

  @Test
  void SRC_3_closingEarlyAndTwiceIsHarmless() throws Exception {
    put(Key.utf8("a"), 1);
    Listing listing = source.list(KeyRange.all());
    assertThat(listing.hasNext()).isTrue();
    listing.close();
    listing.close();
    assertThat(listed(KeyRange.all())).containsExactly(Key.utf8("a"));
  }

  @Test
  void SRC_3_troubleEndsTheListingWithItsCause() throws Exception {
    put(Key.utf8("a"), 1);
    breakStore();
    try (Listing listing = source.list(KeyRange.all())) {
      assertThat(listing.hasNext()).isFalse();
      assertThat(listing.end()).isIn(Listing.End.CUT, Listing.End.REFUSED);
      assertThat(listing.why()).isPresent();
    }
    repair();
    assertThat(listed(KeyRange.all())).containsExactly(Key.utf8("a"));
  }

  // ---- SRC-4

  @Test
  void SRC_4_goesOnAfterAnyKey() throws Exception {
    assumeTrue(source.capabilities().ordered(), "only a source with an order can go on");
    fill(keys());
    TreeSet<Key> sorted = new TreeSet<>(keys());
    for (Key key : sorted) {
      assertThat(listed(KeyRange.all().after(key)))
          .as("after %s", key)
          .containsExactlyElementsOf(sorted.tailSet(key, false));
    }
  }

  // ---- SRC-9

  @Test
  void SRC_9_aListingOfManyPagesGivesEveryItemOnce() throws Exception {
    List<Key> many =
        IntStream.range(0, manyItems()).mapToObj(i -> Key.utf8("page/%06d".formatted(i))).toList();
    fill(many);
    assertThat(listed(KeyRange.all())).containsExactlyInAnyOrderElementsOf(many);
    Key middle = many.get(many.size() / 2);
    assertThat(listed(KeyRange.prefix(Key.utf8("page/")).startingAt(middle)))
        .containsExactlyInAnyOrderElementsOf(many.subList(many.size() / 2, many.size()));
  }
}
