package dev.chirograph.memory;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.relocate.Allocation;
import dev.chirograph.spi.relocate.Allocations;
import dev.chirograph.spi.relocate.Placement;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Allocations in memory: for a quick start, for a host's own tests, and as the reference of what
 * {@link Allocations} asks for. Safe for use by several threads.
 */
public final class MemoryAllocations implements Allocations {

  private final String bucket;
  private final NavigableMap<String, Allocation> allocations = new TreeMap<>();
  private final NavigableMap<String, Given> owners = new TreeMap<>();

  private record Given(@Nullable String allocation, long generation) {}

  private MemoryAllocations(String bucket) {
    this.bucket = Objects.requireNonNull(bucket, "bucket");
  }

  /**
   * No allocations yet.
   *
   * @param bucket where files of no allocation belong
   */
  public static MemoryAllocations of(String bucket) {
    return new MemoryAllocations(bucket);
  }

  @Override
  public synchronized boolean create(Allocation allocation) {
    Allocation known = allocations.putIfAbsent(allocation.name(), allocation);
    if (known != null && !known.equals(allocation)) {
      throw new SyncException(
          Kind.ALREADY_EXISTS, "there is another allocation " + allocation.name() + ": " + known);
    }
    return known == null;
  }

  @Override
  public synchronized Placement assign(String owner, String allocation) {
    Given given = owners.get(owner);
    if (given != null && given.allocation() != null && !allocation.equals(given.allocation())) {
      throw new SyncException(
          Kind.ALREADY_EXISTS,
          owner
              + " has the allocation "
              + given.allocation()
              + "; reassign it when it is to have "
              + allocation);
    }
    return give(owner, allocation);
  }

  @Override
  public synchronized Placement reassign(String owner, String allocation) {
    return give(owner, allocation);
  }

  @Override
  public synchronized Placement release(String owner) {
    Given given = owners.get(owner);
    if (given == null) {
      return placement(owner, new Given(null, 0));
    }
    return give(owner, null);
  }

  private Placement give(String owner, @Nullable String allocation) {
    if (allocation != null && !allocations.containsKey(allocation)) {
      throw new SyncException(Kind.NOT_FOUND, "there is no allocation " + allocation);
    }
    Given given = owners.getOrDefault(owner, new Given(null, 0));
    if (!Objects.equals(given.allocation(), allocation)) {
      given = new Given(allocation, given.generation() + 1);
      owners.put(owner, given);
    }
    return placement(owner, given);
  }

  @Override
  public synchronized void drop(String allocation) {
    owners.forEach(
        (owner, given) -> {
          if (allocation.equals(given.allocation())) {
            throw new SyncException(
                Kind.CONFLICT, "the allocation " + allocation + " is that of " + owner);
          }
        });
    allocations.remove(allocation);
  }

  @Override
  public synchronized List<Allocation> list(Optional<String> after, int limit) {
    return (after.isEmpty() ? allocations : allocations.tailMap(after.get(), false))
        .values().stream().limit(limit).toList();
  }

  @Override
  public synchronized Optional<Placement> placementFor(String owner) {
    return Optional.ofNullable(owners.get(owner)).map(given -> placement(owner, given));
  }

  private Placement placement(String owner, Given given) {
    Allocation allocation = given.allocation() == null ? null : allocations.get(given.allocation());
    return allocation == null
        ? new Placement(owner, given.generation(), Optional.empty(), bucket, "", Optional.empty())
        : new Placement(
            owner,
            given.generation(),
            Optional.of(allocation.name()),
            allocation.bucket(),
            allocation.prefix(),
            allocation.storageClass());
  }

  @Override
  public synchronized List<String> owners(Optional<String> after, int limit) {
    return (after.isEmpty() ? owners : owners.tailMap(after.get(), false))
        .keySet().stream().limit(limit).toList();
  }
}
