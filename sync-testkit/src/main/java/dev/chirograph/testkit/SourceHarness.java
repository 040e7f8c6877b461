package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Entry;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.Observation;
import dev.chirograph.spi.Source;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What the tests of sources share: an empty store for each, and short words for what is done with
 * it.
 *
 * @param <V> the type of an item's value
 */
@ExtendWith(SkipCounter.class)
abstract class SourceHarness<V> {

  Source<V> source;

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

  // ---- words

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

  List<Observation<V>> observeAll(List<Key> keys) {
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

  Entry entry(Key key) {
    List<Entry> entries = entries(KeyRange.only(key));
    assertThat(entries).hasSize(1);
    return entries.get(0);
  }

  void fill(List<Key> keys) throws Exception {
    for (int i = 0; i < keys.size(); i++) {
      put(keys.get(i), i);
    }
  }
}
