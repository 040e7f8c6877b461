package dev.chirograph.jdbc.kills;

import dev.chirograph.Entry;
import dev.chirograph.Evidence;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Part;
import dev.chirograph.SyncException;
import dev.chirograph.Version;
import dev.chirograph.spi.Source;
import dev.chirograph.spi.StoreCapabilities;
import dev.chirograph.spi.SupportsSplit;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;

/**
 * A bucket that follows from a seed and the number of a round, so that every process sees the same
 * one. With each round some objects come, change or go; times never go back.
 */
final class RoundSource implements Source<ObjectState>, SupportsSplit {

  private final long seed;
  private final int objects;
  private final IntSupplier round;

  RoundSource(long seed, int objects, IntSupplier round) {
    this.seed = seed;
    this.objects = objects;
    this.round = round;
  }

  int objects() {
    return objects;
  }

  static Key key(int object) {
    return Key.utf8("object-%06d".formatted(object));
  }

  private static int number(Key key) {
    return Integer.parseInt(key.text().substring("object-".length()));
  }

  /** What the object is in a round; empty when it is not there. */
  Optional<ObjectState> state(int object, int inRound) {
    boolean there = mix(object, 0) % 4 != 0;
    int changed = 0;
    for (int r = 1; r <= inRound; r++) {
      int action = (int) (mix(object, r) % 100);
      if (action < 12) {
        there = true;
        changed = r;
      } else if (action < 15) {
        there = false;
      }
    }
    if (!there) {
      return Optional.empty();
    }
    return Optional.of(
        ObjectState.of(
            ObjectVersion.builder()
                .etag("e" + object + "-" + changed)
                .size(object)
                .lastModified(Instant.EPOCH.plusSeconds(1_000_000L + changed))
                .contentType(Part.known("text/plain"))
                .metadata(Part.known(Map.of("round", Integer.toString(changed))))
                .tags(Part.known(Map.of("colour", changed % 2 == 0 ? "red" : "blue")))
                .build()));
  }

  private long mix(int object, int r) {
    long z = seed + object * 0x9E3779B97F4A7C15L + r * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return (z ^ (z >>> 31)) >>> 1;
  }

  @Override
  public StoreCapabilities capabilities() {
    return StoreCapabilities.builder()
        .ordered()
        .maxBatch(10)
        .evidence(EnumSet.of(Evidence.Fact.ETAG, Evidence.Fact.SIZE, Evidence.Fact.LAST_MODIFIED))
        .build();
  }

  @Override
  public Listing list(KeyRange range) {
    int now = round.getAsInt();
    Iterator<Entry> entries =
        IntStream.range(0, objects)
            .mapToObj(
                object ->
                    state(object, now).map(state -> Entry.present(key(object), state.evidence())))
            .flatMap(Optional::stream)
            .filter(entry -> range.contains(entry.key()))
            .iterator();
    return new Listing() {
      @Override
      public boolean hasNext() {
        return entries.hasNext();
      }

      @Override
      public Entry next() {
        return entries.next();
      }

      @Override
      public End end() {
        return End.COMPLETE;
      }

      @Override
      public Optional<SyncException> why() {
        return Optional.empty();
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public List<Observation<ObjectState>> observe(List<Key> keys) {
    int now = round.getAsInt();
    return keys.stream()
        .map(
            key ->
                state(number(key), now)
                    .map(
                        state ->
                            Observation.present(
                                state, new Version(state.latest().etag()), state.evidence()))
                    .orElseGet(Observation::absent))
        .toList();
  }

  @Override
  public Optional<Key> split(KeyRange range) {
    List<Key> inside =
        IntStream.range(0, objects)
            .mapToObj(RoundSource::key)
            .filter(key -> range.contains(key))
            .toList();
    return inside.size() < 4 ? Optional.empty() : Optional.of(inside.get(inside.size() / 2));
  }
}
