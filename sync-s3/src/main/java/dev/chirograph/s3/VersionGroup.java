package dev.chirograph.s3;

import dev.chirograph.Entry;
import dev.chirograph.Evidence;
import dev.chirograph.Key;
import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.SyncException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.s3.model.DeleteMarkerEntry;

/** All versions of one key, collected page by page. */
final class VersionGroup {

  private record Line(ObjectVersion version, boolean latest, Instant time) {}

  private final Key key;
  private final int limit;
  private final List<Line> versions = new ArrayList<>(2);
  private final List<Line> markers = new ArrayList<>(0);
  private boolean tooMany;

  /** A group without versions that keeps at most a number of them. */
  VersionGroup(Key key, int limit) {
    this.key = key;
    this.limit = limit;
  }

  void add(software.amazon.awssdk.services.s3.model.ObjectVersion listed) {
    if (hasRoom()) {
      ObjectVersion version =
          ObjectVersion.builder()
              .versionId(listed.versionId())
              .etag(listed.eTag() == null ? "" : listed.eTag())
              .size(listed.size() == null ? 0 : listed.size())
              .lastModified(listed.lastModified())
              .storageClass(listed.storageClassAsString())
              .build();
      versions.add(
          new Line(version, Boolean.TRUE.equals(listed.isLatest()), listed.lastModified()));
    }
  }

  void add(DeleteMarkerEntry listed) {
    if (hasRoom()) {
      ObjectVersion marker =
          ObjectVersion.builder()
              .versionId(listed.versionId())
              .deleteMarker()
              .lastModified(listed.lastModified())
              .build();
      markers.add(new Line(marker, Boolean.TRUE.equals(listed.isLatest()), listed.lastModified()));
    }
  }

  /** Adds what a later page says of the same key. */
  void addAll(VersionGroup later) {
    later.versions.stream().takeWhile(line -> hasRoom()).forEach(versions::add);
    later.markers.stream().takeWhile(line -> hasRoom()).forEach(markers::add);
    tooMany |= later.tooMany;
  }

  private boolean hasRoom() {
    tooMany |= versions.size() + markers.size() >= limit;
    return !tooMany;
  }

  Key key() {
    return key;
  }

  /** Whether there are more versions than the limit; then some are left out. */
  boolean tooMany() {
    return tooMany;
  }

  boolean isEmpty() {
    return versions.isEmpty() && markers.isEmpty();
  }

  /** Whether every version of it is a placeholder of a folder. */
  boolean isFolderPlaceholder() {
    return S3Keys.endsInSlash(key) && versions.stream().allMatch(line -> line.version.size() == 0);
  }

  /**
   * The versions, newest first.
   *
   * <p>The SDK hands out versions and delete markers apart, each in the store's order. They are
   * joined by time, which S3 lists in whole seconds. In the same second the latest comes first,
   * then markers: a marker usually follows the version it hides. The answer does not depend on
   * where pages ended.
   */
  List<ObjectVersion> newestFirst() {
    List<ObjectVersion> joined = new ArrayList<>(versions.size() + markers.size());
    int v = 0;
    int m = 0;
    while (v < versions.size() || m < markers.size()) {
      boolean marker =
          v == versions.size() || (m < markers.size() && isNewer(markers.get(m), versions.get(v)));
      joined.add(marker ? markers.get(m++).version : versions.get(v++).version);
    }
    return joined;
  }

  private static boolean isNewer(Line marker, Line version) {
    if (marker.latest != version.latest) {
      return marker.latest;
    }
    return !marker.time.isBefore(version.time);
  }

  /**
   * The line of a listing. Without evidence where the versions cannot be told, so that the key is
   * looked at and the trouble reported there.
   */
  Entry entry() {
    List<ObjectVersion> all = newestFirst();
    boolean deleted = all.get(0).deleteMarker();
    return new Entry(key, tooMany ? Evidence.none() : evidence(all), deleted);
  }

  private static Evidence evidence(List<ObjectVersion> all) {
    try {
      return ObjectState.of(all).evidence();
    } catch (SyncException twice) {
      return Evidence.none();
    }
  }
}
