package dev.chirograph.jdbc;

import dev.chirograph.Key;
import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Part;
import dev.chirograph.SyncException;
import dev.chirograph.Version;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An object as the rows of the catalogue tell it.
 *
 * @param object its number
 * @param rev its revision
 * @param key its key
 * @param id its external id
 * @param publiclyReadable whether anybody may read it
 * @param partial whether a part of it could not be read when it was last looked at
 * @param versions its versions, newest first
 */
record StoredObject(
    long object,
    long rev,
    Key key,
    String id,
    Part<Boolean> publiclyReadable,
    boolean partial,
    List<StoredVersion> versions) {

  StoredObject {
    versions = List.copyOf(versions);
  }

  /**
   * A version and where its rows are.
   *
   * @param ordinal names it in the tables of tags and metadata
   * @param place the newest has the greatest
   * @param latest whether it is marked as the latest
   * @param version what it says, its parts included
   * @param tags the rows of its tags
   * @param metadata the rows of its metadata
   */
  record StoredVersion(
      int ordinal,
      int place,
      boolean latest,
      ObjectVersion version,
      Map<String, String> tags,
      Map<String, String> metadata) {}

  /** The state that the rows describe. */
  ObjectState state() {
    return new ObjectState(
        Optional.of(id),
        versions.stream().map(StoredVersion::version).toList(),
        publiclyReadable,
        partial);
  }

  /** What looking at the object answers. */
  Observation<ObjectState> observation() {
    if (versions.isEmpty()) {
      return Observation.unknown(
          new SyncException(
              SyncException.Kind.CORRUPT,
              "the catalogue's row of the object "
                  + key
                  + " has no versions; delete the row, and the next run writes it anew"));
    }
    ObjectState state = state();
    Version now = BatchWriter.version(rev);
    return state.deleted()
        ? Observation.deleted(now, state)
        : Observation.present(state, now, state.evidence());
  }

  /** Collects the rows of one object, in whatever order they come. */
  static final class Draft {
    private final long object;
    private long rev;
    private Key key = Key.EMPTY;
    private String id = "";
    private Part<Boolean> publiclyReadable = Part.omitted();
    private boolean partial;
    private final List<VersionRow> versions = new ArrayList<>();
    private final Map<Integer, Map<String, String>> tags = new HashMap<>();
    private final Map<Integer, Map<String, String>> metadata = new HashMap<>();

    Draft(long object) {
      this.object = object;
    }

    void object(
        long newRev,
        Key newKey,
        String newId,
        Part<Boolean> isPubliclyReadable,
        boolean isPartial) {
      this.rev = newRev;
      this.key = newKey;
      this.id = newId;
      this.publiclyReadable = isPubliclyReadable;
      this.partial = isPartial;
    }

    void version(VersionRow row) {
      versions.add(row);
    }

    void tag(int ordinal, String name, String content) {
      tags.computeIfAbsent(ordinal, none -> new HashMap<>()).put(name, content);
    }

    void metadata(int ordinal, String name, String content) {
      metadata.computeIfAbsent(ordinal, none -> new HashMap<>()).put(name, content);
    }

    StoredObject build() {
      List<StoredVersion> built =
          versions.stream()
              .sorted(Comparator.comparingInt(VersionRow::place).reversed())
              .map(this::stored)
              .toList();
      return new StoredObject(object, rev, key, id, publiclyReadable, partial, built);
    }

    private StoredVersion stored(VersionRow row) {
      Map<String, String> itsTags = tags.getOrDefault(row.ordinal(), Map.of());
      Map<String, String> itsMetadata = metadata.getOrDefault(row.ordinal(), Map.of());
      ObjectVersion version =
          row.facts()
              .tags(row.tagsKnown() ? Part.known(itsTags) : Part.omitted())
              .metadata(row.metadataKnown() ? Part.known(itsMetadata) : Part.omitted())
              .build();
      return new StoredVersion(
          row.ordinal(), row.place(), row.latest(), version, itsTags, itsMetadata);
    }
  }

  /** A row of the table of versions. */
  record VersionRow(
      int ordinal,
      int place,
      boolean latest,
      boolean tagsKnown,
      boolean metadataKnown,
      ObjectVersion.Builder facts) {}
}
