package dev.chirograph.reconcile;

import dev.chirograph.Evidence;
import dev.chirograph.RateLimiter;
import dev.chirograph.spi.Replica;
import dev.chirograph.spi.Source;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Two stores of which the second is brought into agreement with the first. */
record Pair<V>(String name, Source<V> source, Replica<V> replica, @Nullable RateLimiter limiter) {

  /** The facts on which both sides can be compared. */
  Set<Evidence.Fact> sharedFacts() {
    EnumSet<Evidence.Fact> shared = EnumSet.noneOf(Evidence.Fact.class);
    for (Evidence.Fact fact : source.capabilities().evidence()) {
      if (replica.capabilities().evidence().contains(fact)) {
        shared.add(fact);
      }
    }
    return shared;
  }

  void pace(int items) {
    if (limiter != null) {
      limiter.acquire(items);
    }
  }
}
