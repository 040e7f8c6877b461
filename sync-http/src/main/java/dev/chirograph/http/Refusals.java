package dev.chirograph.http;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** How many requests were refused, by the reason. Safe for use by several threads. */
final class Refusals {

  private final Map<Refusal, LongAdder> counts = new EnumMap<>(Refusal.class);

  Refusals() {
    for (Refusal refusal : Refusal.values()) {
      counts.put(refusal, new LongAdder());
    }
  }

  void count(Refusal refusal) {
    Objects.requireNonNull(counts.get(refusal)).increment();
  }

  Map<Refusal, Long> counts() {
    Map<Refusal, Long> now = new EnumMap<>(Refusal.class);
    counts.forEach((refusal, count) -> now.put(refusal, count.sum()));
    return Collections.unmodifiableMap(now);
  }
}
