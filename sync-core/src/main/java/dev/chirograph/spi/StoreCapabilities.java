package dev.chirograph.spi;

import dev.chirograph.Evidence;
import dev.chirograph.Guard;
import dev.chirograph.SyncException;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/** The facts and limits of a {@link Source} or {@link Sink}. Immutable. */
public final class StoreCapabilities {

  private final Guard puts;
  private final Guard deletes;
  private final boolean ordered;
  private final boolean deletesUndoable;
  private final boolean keepsTombstones;
  private final boolean listsTombstones;
  private final int maxBatch;
  private final Set<Evidence.Fact> evidence;

  private StoreCapabilities(Builder builder) {
    this.puts = builder.puts;
    this.deletes = builder.deletes;
    this.ordered = builder.ordered;
    this.deletesUndoable = builder.deletesUndoable;
    this.keepsTombstones = builder.keepsTombstones;
    this.listsTombstones = builder.listsTombstones;
    this.maxBatch = builder.maxBatch;
    this.evidence = Set.copyOf(builder.evidence);
  }

  /** A builder of the weakest store: no guards, no order, one item a call, no evidence. */
  public static Builder builder() {
    return new Builder();
  }

  /** How the expectation of a put is enforced. */
  public Guard puts() {
    return puts;
  }

  /** How the expectation of a delete is enforced. */
  public Guard deletes() {
    return deletes;
  }

  /** Whether listings come in key order. */
  public boolean ordered() {
    return ordered;
  }

  /** Whether a delete can be taken back, for example because versions are kept. */
  public boolean deletesUndoable() {
    return deletesUndoable;
  }

  /** Whether a put can record that an item is deleted, so that its remains are kept. */
  public boolean keepsTombstones() {
    return keepsTombstones;
  }

  /** Whether a listing names deleted items, as tombstones. */
  public boolean listsTombstones() {
    return listsTombstones;
  }

  /** The largest number of items in one call; at least 1. */
  public int maxBatch() {
    return maxBatch;
  }

  /** The facts that listings and observations give. */
  public Set<Evidence.Fact> evidence() {
    return evidence;
  }

  /** Collects capabilities. Not safe for use by several threads. */
  public static final class Builder {
    private Guard puts = Guard.NONE;
    private Guard deletes = Guard.NONE;
    private boolean ordered;
    private boolean deletesUndoable;
    private boolean keepsTombstones;
    private boolean listsTombstones;
    private int maxBatch = 1;
    private Set<Evidence.Fact> evidence = EnumSet.noneOf(Evidence.Fact.class);

    private Builder() {}

    /** How the expectation of a put is enforced. */
    public Builder puts(Guard guard) {
      this.puts = Objects.requireNonNull(guard);
      return this;
    }

    /** How the expectation of a delete is enforced. */
    public Builder deletes(Guard guard) {
      this.deletes = Objects.requireNonNull(guard);
      return this;
    }

    /** Listings come in key order. */
    public Builder ordered() {
      this.ordered = true;
      return this;
    }

    /** A delete can be taken back. */
    public Builder deletesUndoable() {
      this.deletesUndoable = true;
      return this;
    }

    /** A put can record that an item is deleted. */
    public Builder keepsTombstones() {
      this.keepsTombstones = true;
      return this;
    }

    /** Listings name deleted items. */
    public Builder listsTombstones() {
      this.listsTombstones = true;
      return this;
    }

    /** The largest number of items in one call. */
    public Builder maxBatch(int items) {
      if (items < 1) {
        throw SyncException.invalid("maxBatch must be at least 1, not " + items);
      }
      this.maxBatch = items;
      return this;
    }

    /** The facts that listings and observations give. */
    public Builder evidence(Set<Evidence.Fact> facts) {
      this.evidence = facts;
      return this;
    }

    /** The capabilities given so far. */
    public StoreCapabilities build() {
      return new StoreCapabilities(this);
    }
  }
}
