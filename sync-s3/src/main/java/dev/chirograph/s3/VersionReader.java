package dev.chirograph.s3;

import dev.chirograph.Key;
import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Part;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/** Reads all versions of one key with their attributes. */
final class VersionReader {

  private static final int FIRST_PAGE = 100;
  private static final int PAGE = 1_000;

  private final BucketPages pages;
  private final ObjectReader reader;
  private final int maxVersions;

  VersionReader(BucketPages pages, ObjectReader reader, int maxVersions) {
    this.pages = pages;
    this.reader = reader;
    this.maxVersions = maxVersions;
  }

  /**
   * The versions, newest first, without attributes; empty when the store knows none.
   *
   * @param expected about how many there will be
   * @throws SyncException when they cannot be read, or there are more than the limit
   */
  VersionGroup list(Key key, int expected) {
    String text = S3Keys.text(key);
    VersionGroup all = new VersionGroup(key, maxVersions);
    // Keys that go on behind this one are listed too, but after it: one small page is enough for
    // most.
    int size = Math.min(PAGE, Math.max(FIRST_PAGE, expected + 2));
    BucketPages.@Nullable Marker place = null;
    boolean more = true;
    while (more) {
      PageFeed.Page<BucketPages.Marker, BucketPages.Versions> page =
          pages.versions(text, place, size);
      page.content().groups().stream()
          .filter(group -> group.key().equals(key))
          .forEach(all::addAll);
      if (page.next() != null && page.next().equals(place)) {
        throw new SyncException(
            Kind.CORRUPT, "ListObjectVersions of " + reader.subject(key) + " does not move on");
      }
      place = page.next();
      more = place != null && place.key().equals(text) && !all.tooMany();
      size = PAGE;
    }
    if (all.tooMany()) {
      throw new SyncException(
          Kind.UNSUPPORTED,
          reader.subject(key)
              + " has more than "
              + maxVersions
              + " versions, which is the limit; raise maxVersions or expire old versions");
    }
    return all;
  }

  /**
   * The versions with their attributes: the latest read afresh, older ones taken from what is known
   * where that cannot have changed.
   *
   * @return empty when a version turned out to be another one than was listed
   */
  Optional<List<ObjectVersion>> read(
      Key key, List<ObjectVersion> listed, Optional<ObjectState> known) {
    Map<String, ObjectVersion> knownById = new HashMap<>();
    known.ifPresent(state -> state.versions().forEach(v -> knownById.put(v.versionId(), v)));
    List<ObjectVersion> read = new ArrayList<>(listed.size());
    for (ObjectVersion version : listed) {
      boolean latest = read.isEmpty();
      ObjectVersion old = latest ? null : knownById.get(version.versionId());
      Optional<ObjectVersion> whole =
          version.deleteMarker() ? Optional.of(version) : read(key, version, latest, old);
      if (whole.isEmpty()) {
        return Optional.empty();
      }
      read.add(whole.get());
    }
    return Optional.of(read);
  }

  private Optional<ObjectVersion> read(
      Key key, ObjectVersion listed, boolean latest, @Nullable ObjectVersion known) {
    ObjectVersion old =
        known != null && isImmutable(listed) && known.sameContent(listed) ? known : listed;
    ObjectVersion.Builder whole = listed.toBuilder();
    String text = S3Keys.text(key);
    String id = id(listed, latest);
    HeadObjectResponse head = null;
    if (isKnown(old.contentType()) && isKnown(old.metadata())) {
      whole.contentType(old.contentType()).metadata(old.metadata());
    } else {
      try {
        head = reader.head(text, id);
        if (!isSame(listed, head)) {
          return Optional.empty();
        }
        ObjectReader.attributes(whole, head);
      } catch (SdkException e) {
        if (S3Errors.missing(e) || S3Errors.status(e, 405)) {
          return Optional.empty();
        }
        SyncException why = S3Errors.of("HeadObject", reader.subject(key), e);
        whole.contentType(Part.unread(why)).metadata(Part.unread(why));
      }
    }
    whole.tags(isKnown(old.tags()) ? old.tags() : reader.tags(head, key, text, id));
    return Optional.of(whole.build());
  }

  /** The version named "null" is replaced by every write while versioning is suspended. */
  private static boolean isImmutable(ObjectVersion version) {
    return !version.versionId().equals(ObjectVersion.NULL_VERSION);
  }

  private static boolean isKnown(Part<?> part) {
    return part instanceof Part.Known;
  }

  /** Not every server takes the id "null", and for the latest version it can be left out. */
  private static @Nullable String id(ObjectVersion version, boolean latest) {
    return latest && !isImmutable(version) ? null : version.versionId();
  }

  private static boolean isSame(ObjectVersion listed, HeadObjectResponse head) {
    ObjectVersion seen = ObjectReader.version(head).build();
    return S3Version.of(listed).equals(S3Version.of(seen))
        && listed.size() == seen.size()
        && (isImmutable(listed) || !seen.lastModified().isAfter(listed.lastModified()));
  }
}
