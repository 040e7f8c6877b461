package dev.chirograph.reconcile;

import dev.chirograph.Entry;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.SyncException;
import dev.chirograph.memory.MemoryReplica;
import java.util.Optional;
import java.util.function.Consumer;

/** Something happens at entries that the listings give. */
final class Tapped extends Around {
  private final Consumer<Entry> each;
  int given;

  Tapped(MemoryReplica<String> inner, Consumer<Entry> each) {
    super(inner);
    this.each = each;
  }

  /** Once, when the listings have given so many entries. */
  Tapped(MemoryReplica<String> inner, int at, Runnable then) {
    super(inner);
    this.each =
        entry -> {
          if (given == at) {
            then.run();
          }
        };
  }

  @Override
  public Listing list(KeyRange range) {
    Listing listing = inner.list(range);
    return new Listing() {
      @Override
      public boolean hasNext() {
        return listing.hasNext();
      }

      @Override
      public Entry next() {
        Entry entry = listing.next();
        given++;
        each.accept(entry);
        return entry;
      }

      @Override
      public End end() {
        return listing.end();
      }

      @Override
      public Optional<SyncException> why() {
        return listing.why();
      }

      @Override
      public void close() {
        listing.close();
      }
    };
  }
}
