package dev.chirograph.memory;

import java.util.Comparator;

/** The jobs of one kind and scope: within it, a key names one item. */
record Lane(String kind, String scope) implements Comparable<Lane> {

  private static final Comparator<Lane> ORDER =
      Comparator.comparing(Lane::kind).thenComparing(Lane::scope);

  @Override
  public int compareTo(Lane other) {
    return ORDER.compare(this, other);
  }
}
