package dev.chirograph.memory;

import dev.chirograph.Expect;
import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Outcome;
import dev.chirograph.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All versions of one object, newest first; at least one. Immutable.
 *
 * @param versions newest first
 * @param revision changes with every change of any version
 */
record StoredObject(List<Stored> versions, Version revision) {

  StoredObject {
    versions = List.copyOf(versions);
  }

  /**
   * One version.
   *
   * @param attributes everything but the bytes
   * @param content the bytes, which nobody changes
   * @param token changes with every write of this version
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared, and shared on purpose
  record Stored(ObjectVersion attributes, byte[] content, Version token) {

    boolean deleteMarker() {
      return attributes.deleteMarker();
    }

    String id() {
      return attributes.versionId();
    }
  }

  Stored latest() {
    return versions.get(0);
  }

  boolean deleted() {
    return latest().deleteMarker();
  }

  Optional<Stored> version(String id) {
    return versions.stream().filter(version -> version.id().equals(id)).findFirst();
  }

  ObjectState state() {
    return ObjectState.of(versions.stream().map(Stored::attributes).toList());
  }

  /** This object with one more version, in place of one that has the same id. */
  static StoredObject with(@Nullable StoredObject before, Stored added, Version revision) {
    List<Stored> versions = new ArrayList<>();
    versions.add(added);
    if (before != null) {
      before.versions.stream().filter(old -> !old.id().equals(added.id())).forEach(versions::add);
    }
    return new StoredObject(versions, revision);
  }

  /** This object with a version of the same id replaced where it stands. */
  StoredObject replacing(Stored changed, Version newRevision) {
    return new StoredObject(
        versions.stream().map(old -> old.id().equals(changed.id()) ? changed : old).toList(),
        newRevision);
  }

  /** This object without one of its versions; empty when it was the last. */
  Optional<StoredObject> without(String id, Version newRevision) {
    List<Stored> left = versions.stream().filter(version -> !version.id().equals(id)).toList();
    return left.isEmpty() ? Optional.empty() : Optional.of(new StoredObject(left, newRevision));
  }

  /**
   * Whether what is there is what was expected. A delete marker on top counts as absent, too: what
   * cannot be read may be created, as in S3.
   *
   * @param version the version that was looked at; null when there is none
   * @param token what stands for its state
   */
  static boolean holds(Expect expect, @Nullable Stored version, @Nullable Version token) {
    if (expect instanceof Expect.At at) {
      return at.version().equals(token);
    }
    return expect instanceof Expect.Anything || version == null || version.deleteMarker();
  }

  /** A conflict with what was found, if anything. */
  static Outcome conflict(@Nullable Version found) {
    return found == null ? Outcome.conflict() : Outcome.conflict(found);
  }
}
