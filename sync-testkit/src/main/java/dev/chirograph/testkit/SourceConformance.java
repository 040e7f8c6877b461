package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.chirograph.Entry;
import dev.chirograph.Evidence;
import dev.chirograph.Evidence.Fact;
import dev.chirograph.Evidence.Match;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.Observation;
import dev.chirograph.spi.Source;
import dev.chirograph.spi.SupportsKnown;
import dev.chirograph.spi.SupportsSplit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Proves the guarantees of {@link Source}, {@link SupportsSplit} and {@link SupportsKnown}. An
 * adapter's test class extends it and says how to open an empty store and how to fill it.
 *
 * @param <V> the type of an item's value
 */
@ExtendWith(SkipCounter.class)
public abstract class SourceConformance<V> {

  private static final Key ABSENT = Key.utf8("surely/not there");

  private Source<V> source;

  /** Opens the source of an empty store. Called once for each test. */
  protected abstract Source<V> open() throws Exception;

  /**
   * Writes an item through the same store, whatever is there.
   *
   * @param content different numbers stand for different contents
   */
  protected abstract void put(Key key, int content) throws Exception;

  /** Removes an item for good, so that it is absent. */
  protected abstract void remove(Key key) throws Exception;

  /** Closes what {@link #open} opened. */
  protected void close() throws Exception {}

  /**
   * Makes every following request to the store fail until {@link #repair}; skips where it cannot.
   */
  protected void breakStore() throws Exception {
    Assumptions.abort("this store cannot be made to fail");
  }

  /** Ends {@link #breakStore}. */
  protected void repair() throws Exception {}

  /** The keys to be tried: {@link HostileKeys#text}, unless the store takes any bytes. */
  protected List<Key> keys() {
    return HostileKeys.text();
  }

  /** How many items make a listing of several pages; 2,500 unless told. */
  protected int manyItems() {
    return 2_500;
  }

  @BeforeEach
  final void openStore() throws Exception {
    source = open();
  }

  @AfterEach
  final void closeStore() throws Exception {
    close();
  }

  // ---- SRC-1
  // -------------------------------------------------------------------------------------

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
  // -------------------------------------------------------------------------------------

  @Test
  void SRC_2_comesInKeyOrder() throws Exception {
    assumeTrue(source.capabilities().ordered(), "the source has no order");
    fill(keys());
    assertThat(listed(KeyRange.all())).containsExactlyElementsOf(new TreeSet<>(keys()));
  }

  // ---- SRC-3
  // -------------------------------------------------------------------------------------

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
  // -------------------------------------------------------------------------------------

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

  // ---- SRC-5
  // -------------------------------------------------------------------------------------

  @Test
  void SRC_5_answersByPositionForEveryKey() throws Exception {
    List<Key> all = new ArrayList<>(keys());
    Collections.shuffle(all, new Random(1));
    List<Key> there = all.subList(0, all.size() / 2);
    fill(there);
    List<Observation<V>> seen = observeAll(all);
    for (int i = 0; i < all.size(); i++) {
      assertThat(seen.get(i))
          .as("%s", all.get(i))
          .isInstanceOf(i < there.size() ? Observation.Present.class : Observation.Absent.class);
    }
  }

  @Test
  void SRC_5_noKeysNoAnswers() {
    assertThat(source.observe(List.of())).isEmpty();
  }

  @Test
  void SRC_5_oneKeyThatCannotBeLeavesTheOthers() throws Exception {
    assumeTrue(source.capabilities().maxBatch() >= 2, "the source takes one key at a time");
    put(Key.utf8("a"), 1);
    List<Observation<V>> seen = source.observe(List.of(Key.EMPTY, Key.utf8("a")));
    assertThat(seen).hasSize(2);
    assertThat(seen.get(0)).isNotInstanceOf(Observation.Present.class);
    assertThat(seen.get(1)).isInstanceOf(Observation.Present.class);
  }

  @Test
  void SRC_5_troubleIsUnknownAndNotAbsent() throws Exception {
    put(Key.utf8("a"), 1);
    breakStore();
    for (Key key : List.of(Key.utf8("a"), ABSENT)) {
      assertThat(source.observe(List.of(key)))
          .as("%s", key)
          .singleElement()
          .isInstanceOf(Observation.Unknown.class);
    }
    repair();
    assertThat(observe(Key.utf8("a"))).isInstanceOf(Observation.Present.class);
  }

  // ---- SRC-6
  // -------------------------------------------------------------------------------------

  @Test
  void SRC_6_givesTheFactsItNames() throws Exception {
    Key key = Key.utf8("a/b");
    put(key, 1);
    Set<Fact> promised = source.capabilities().evidence();
    assertThat(facts(entry(key).evidence())).containsAll(promised);
    assertThat(facts(present(key).evidence())).containsAll(promised);
  }

  @Test
  void SRC_6_listingAndObservingGiveAlikeWhatHasNotChanged() throws Exception {
    fill(keys());
    Set<Fact> promised = source.capabilities().evidence();
    List<Entry> entries = entries(KeyRange.all());
    List<Observation<V>> seen = observeAll(entries.stream().map(Entry::key).toList());
    for (int i = 0; i < entries.size(); i++) {
      Evidence observed = ((Observation.Present<V>) seen.get(i)).evidence();
      for (Fact fact : promised) {
        assertThat(value(observed, fact))
            .as("%s of %s", fact, entries.get(i).key())
            .isEqualTo(value(entries.get(i).evidence(), fact));
      }
    }
  }

  @Test
  void SRC_6_otherContentHasOtherEvidence() throws Exception {
    Set<Fact> proofs = EnumSet.of(Fact.ETAG, Fact.CHECKSUM, Fact.VERSION_ID, Fact.HISTORY);
    proofs.retainAll(source.capabilities().evidence());
    assumeTrue(!proofs.isEmpty(), "the source gives no fact that proves content");
    Key key = Key.utf8("a");
    put(key, 1);
    Evidence listed = entry(key).evidence();
    Evidence observed = present(key).evidence();
    put(key, 2);
    assertThat(entry(key).evidence().compare(listed)).isEqualTo(Match.DIFFERENT);
    assertThat(present(key).evidence().compare(observed)).isEqualTo(Match.DIFFERENT);
  }

  // ---- SRC-7
  // -------------------------------------------------------------------------------------

  @Test
  void SRC_7_whatWasWrittenIsSeen() throws Exception {
    Key key = Key.utf8("a");
    assertThat(observe(key)).isInstanceOf(Observation.Absent.class);
    put(key, 1);
    Observation.Present<V> first = present(key);
    assertThat(present(key).version()).isEqualTo(first.version());
    put(key, 2);
    assertThat(present(key).version()).isNotEqualTo(first.version());
    remove(key);
    assertThat(observe(key)).isInstanceOf(Observation.Absent.class);
    assertThat(listed(KeyRange.all())).isEmpty();
  }

  // ---- SRC-8
  // -------------------------------------------------------------------------------------

  @Test
  void SRC_8_neighboursAreNeverConfused() throws Exception {
    List<Key> there =
        IntStream.range(0, keys().size())
            .filter(i -> i % 2 == 0)
            .mapToObj(i -> keys().get(i))
            .toList();
    fill(keys());
    for (Key key : keys()) {
      if (!there.contains(key)) {
        remove(key);
      }
    }
    assertThat(listed(KeyRange.all())).containsExactlyInAnyOrderElementsOf(there);
    List<Observation<V>> seen = observeAll(keys());
    for (int i = 0; i < seen.size(); i++) {
      assertThat(seen.get(i))
          .as("%s", keys().get(i))
          .isInstanceOf(i % 2 == 0 ? Observation.Present.class : Observation.Absent.class);
    }
  }

  // ---- SRC-9
  // -------------------------------------------------------------------------------------

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

  // ---- abilities
  // ---------------------------------------------------------------------------------

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

  // ---- help
  // --------------------------------------------------------------------------------------

  /** The source that {@link #open} opened for this test. */
  protected final Source<V> source() {
    return source;
  }

  /** The keys that a range lists, after checking that it was listed completely. */
  protected final List<Key> listed(KeyRange range) {
    return entries(range).stream().map(Entry::key).toList();
  }

  /** The entries of a range, after checking that it was listed completely. */
  protected final List<Entry> entries(KeyRange range) {
    List<Entry> entries = new ArrayList<>();
    try (Listing listing = source.list(range)) {
      listing.forEachRemaining(entries::add);
      assertThat(listing.end())
          .as("end of %s: %s", range, listing.why())
          .isEqualTo(Listing.End.COMPLETE);
    }
    return entries;
  }

  /** What one observation says. */
  protected final Observation<V> observe(Key key) {
    return source.observe(List.of(key)).get(0);
  }

  /** What one observation of an item that has to be there says. */
  protected final Observation.Present<V> present(Key key) {
    Observation<V> seen = observe(key);
    assertThat(seen).as("%s", key).isInstanceOf(Observation.Present.class);
    return (Observation.Present<V>) seen;
  }

  private List<Observation<V>> observeAll(List<Key> keys) {
    List<Observation<V>> seen = new ArrayList<>();
    int step = source.capabilities().maxBatch();
    for (int i = 0; i < keys.size(); i += step) {
      List<Key> batch = keys.subList(i, Math.min(keys.size(), i + step));
      List<Observation<V>> answers = source.observe(batch);
      assertThat(answers).hasSameSizeAs(batch);
      seen.addAll(answers);
    }
    return seen;
  }

  private Entry entry(Key key) {
    List<Entry> entries = entries(KeyRange.only(key));
    assertThat(entries).hasSize(1);
    return entries.get(0);
  }

  private void fill(List<Key> keys) throws Exception {
    for (int i = 0; i < keys.size(); i++) {
      put(keys.get(i), i);
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

  private static Set<Fact> facts(Evidence evidence) {
    Set<Fact> given = new HashSet<>();
    for (Fact fact : Fact.values()) {
      if (value(evidence, fact).isPresent()) {
        given.add(fact);
      }
    }
    return given;
  }

  private static Optional<?> value(Evidence evidence, Fact fact) {
    return switch (fact) {
      case ETAG -> evidence.etag();
      case SIZE ->
          evidence.size().isPresent() ? Optional.of(evidence.size().getAsLong()) : Optional.empty();
      case VERSION_ID -> evidence.versionId();
      case CHECKSUM ->
          evidence.checksums().isEmpty() ? Optional.empty() : Optional.of(evidence.checksums());
      case LAST_MODIFIED -> evidence.lastModified();
      case UID -> evidence.uid();
      case HISTORY -> evidence.history();
    };
  }
}
