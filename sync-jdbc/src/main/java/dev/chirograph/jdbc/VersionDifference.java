package dev.chirograph.jdbc;

import dev.chirograph.ObjectVersion;
import dev.chirograph.jdbc.StoredObject.StoredVersion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the stored versions of an object become the wanted ones. Versions that stay keep their place
 * where they can, so that adding one on top changes one other row: the one that is no longer the
 * latest.
 *
 * @param placed every wanted version, oldest first
 * @param removed the stored versions that go
 */
record VersionDifference(List<Placed> placed, List<StoredVersion> removed) {

  /**
   * A wanted version and where it goes.
   *
   * @param wanted what it says
   * @param stored the row it has; null when it is new
   * @param ordinal its name in the tables of tags and metadata
   * @param place greater than that of every older version
   * @param latest whether it is the newest
   */
  record Placed(
      ObjectVersion wanted,
      @Nullable StoredVersion stored,
      int ordinal,
      int place,
      boolean latest) {}

  /**
   * The difference.
   *
   * @param stored newest first
   * @param wanted newest first
   */
  static VersionDifference of(List<StoredVersion> stored, List<ObjectVersion> wanted) {
    Map<String, StoredVersion> left = new HashMap<>();
    int ordinal = 0;
    for (StoredVersion version : stored) {
      left.put(version.version().versionId(), version);
      ordinal = Math.max(ordinal, version.ordinal());
    }
    List<Placed> placed = new ArrayList<>(wanted.size());
    int place = 0;
    for (int i = wanted.size() - 1; i >= 0; i--) {
      ObjectVersion version = wanted.get(i);
      StoredVersion old = left.remove(version.versionId());
      place = old == null ? place + 1 : Math.max(place + 1, old.place());
      placed.add(new Placed(version, old, old == null ? ++ordinal : old.ordinal(), place, i == 0));
    }
    return new VersionDifference(placed, List.copyOf(left.values()));
  }
}
