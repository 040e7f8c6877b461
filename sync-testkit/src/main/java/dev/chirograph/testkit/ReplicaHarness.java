package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.chirograph.Change;
import dev.chirograph.Expect;
import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.Outcome;
import dev.chirograph.spi.Replica;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * What the tests of replicas share: values, and short words for what is done with them.
 *
 * @param <V> the type of an item's value
 */
abstract class ReplicaHarness<V> extends SourceConformance<V> {

  static final Key KEY = Key.utf8("a/b");
  static final Key OTHER = Key.utf8("a/c");

  @Override
  protected abstract Replica<V> open() throws Exception;

  /**
   * A value for a key.
   *
   * @param content different numbers stand for different contents
   */
  protected abstract V value(Key key, int content);

  /** A value that records a key as deleted; needed where the store keeps tombstones. */
  protected V tombstone(Key key, int content) {
    throw new UnsupportedOperationException(
        "a store that keeps tombstones has to say what they are");
  }

  /** Whether what was read is what was written; equality unless told. */
  protected boolean same(V written, V read) {
    return written.equals(read);
  }

  /**
   * Makes the replies of the following writes get lost until {@link #repair}; skips where it
   * cannot.
   */
  protected void loseReplies() throws Exception {
    Assumptions.abort("this store's replies cannot be lost");
  }

  /** How many items several writers race for; 20 unless told. More find narrower gaps. */
  protected int races() {
    return 20;
  }

  /** The store that {@link #open} opened for this test. */
  protected final Replica<V> replica() {
    return (Replica<V>) source();
  }

  @Override
  protected void put(Key key, int content) throws Exception {
    applied(Change.put(key, value(key, content), Expect.anything()));
  }

  @Override
  protected void remove(Key key) throws Exception {
    Outcome outcome = apply(Change.delete(key, observe(key).expectation()));
    assertThat(outcome).isInstanceOfAny(Outcome.Applied.class, Outcome.Unchanged.class);
  }

  // ---- words

  Outcome apply(Change<V> change) {
    List<Outcome> outcomes = replica().apply(List.of(change));
    assertThat(outcomes).hasSize(1);
    return outcomes.get(0);
  }

  Outcome.Applied applied(Change<V> change) {
    Outcome outcome = apply(change);
    assertThat(outcome).as("%s", change).isInstanceOf(Outcome.Applied.class);
    return (Outcome.Applied) outcome;
  }

  void conflict(Change<V> change) {
    assertThat(apply(change)).as("%s", change).isInstanceOf(Outcome.Conflict.class);
  }

  Change<V> create(Key key, int content) {
    return Change.put(key, value(key, content), Expect.absent());
  }

  void holds(Key key, int content) {
    V read = present(key).value();
    assertThat(same(value(key, content), read)).as("%s holds %s", key, read).isTrue();
  }

  static void guarded(Guard guard) {
    assumeTrue(guard != Guard.NONE, "the store does not look at expectations");
  }
}
