package dev.chirograph.s3;

import dev.chirograph.Entry;
import dev.chirograph.Evidence;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Single pages of the two listings of a bucket. Keys travel percent-encoded, since XML cannot carry
 * every character; the SDK decodes them.
 */
final class BucketPages {

  /** Where a page of versions begins: behind this version, or behind all of the key without one. */
  record Marker(String key, @Nullable String versionId) {}

  /**
   * A page of versions.
   *
   * @param groups what it holds, each key once
   * @param open the key whose versions may go on with the next page; null after the last page
   */
  record Versions(Collection<VersionGroup> groups, @Nullable Key open) {}

  private static final int PAGE = 1_000;

  private final S3Client client;
  private final String bucket;
  private final boolean ordered;
  private final int maxVersions;

  BucketPages(S3Client client, String bucket, boolean ordered, int maxVersions) {
    this.client = client;
    this.bucket = bucket;
    this.ordered = ordered;
    this.maxVersions = maxVersions;
  }

  /** A page of current objects, beginning at a token, else after a key, else at the beginning. */
  PageFeed.Page<String, List<Entry>> objects(
      String prefix, @Nullable String after, @Nullable String token, int size) {
    try {
      ListObjectsV2Response page =
          readable(
              encoding ->
                  client.listObjectsV2(
                      request ->
                          request
                              .bucket(bucket)
                              .prefix(prefix.isEmpty() ? null : prefix)
                              .startAfter(token == null ? after : null)
                              .continuationToken(token)
                              .maxKeys(size)
                              .encodingType(encoding)));
      List<Entry> entries = new ArrayList<>(page.contents().size());
      for (S3Object object : page.contents()) {
        entries.add(entry(object));
      }
      return new PageFeed.Page<>(
          entries, next(Boolean.TRUE.equals(page.isTruncated()), page.nextContinuationToken()));
    } catch (SdkException e) {
      throw S3Errors.of("ListObjectsV2", bucket, e);
    }
  }

  private static Entry entry(S3Object object) {
    Evidence evidence =
        Evidence.builder()
            .etag(object.eTag())
            .size(object.size() == null ? 0 : object.size())
            .lastModified(object.lastModified())
            .build();
    return Entry.present(Key.utf8(object.key()), evidence);
  }

  /** A page of versions, beginning behind a marker, else at the beginning. */
  PageFeed.Page<Marker, Versions> versions(String prefix, @Nullable Marker marker, int size) {
    try {
      ListObjectVersionsResponse page =
          readable(
              encoding ->
                  client.listObjectVersions(
                      request ->
                          request
                              .bucket(bucket)
                              .prefix(prefix.isEmpty() ? null : prefix)
                              .keyMarker(marker == null ? null : marker.key())
                              .versionIdMarker(marker == null ? null : marker.versionId())
                              .maxKeys(size)
                              .encodingType(encoding)));
      String nextKey = next(Boolean.TRUE.equals(page.isTruncated()), nextKey(page));
      Versions versions = new Versions(groups(page), nextKey == null ? null : Key.utf8(nextKey));
      return new PageFeed.Page<>(
          versions, nextKey == null ? null : new Marker(nextKey, page.nextVersionIdMarker()));
    } catch (SdkException e) {
      throw S3Errors.of("ListObjectVersions", bucket, e);
    }
  }

  /**
   * Where the next page begins. Some servers do not encode it, and the SDK decodes it all the same:
   * then it is the last key of the page that reads so when decoded.
   */
  private static @Nullable String nextKey(ListObjectVersionsResponse page) {
    String next = page.nextKeyMarker();
    List<String> last = new ArrayList<>();
    if (page.hasVersions() && !page.versions().isEmpty()) {
      last.add(page.versions().get(page.versions().size() - 1).key());
    }
    if (page.hasDeleteMarkers() && !page.deleteMarkers().isEmpty()) {
      last.add(page.deleteMarkers().get(page.deleteMarkers().size() - 1).key());
    }
    return next == null || last.contains(next)
        ? next
        : last.stream().filter(key -> next.equals(decoded(key))).findFirst().orElse(next);
  }

  private static String decoded(String key) {
    try {
      return URLDecoder.decode(key, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return key;
    }
  }

  /** The newest version of a key, or an empty group. */
  VersionGroup newest(Key key) {
    return versions(S3Keys.text(key), null, 1).content().groups().stream()
        .filter(group -> group.key().equals(key))
        .findFirst()
        .orElseGet(() -> new VersionGroup(key, maxVersions));
  }

  /**
   * One version of a key, delete marker or not; its versions are listed as far as that one.
   *
   * @throws SyncException when they cannot be listed
   */
  Optional<ObjectVersion> find(Key key, String versionId) {
    String text = S3Keys.text(key);
    Marker place = null;
    do {
      PageFeed.Page<Marker, Versions> page = versions(text, place, PAGE);
      Optional<ObjectVersion> found =
          page.content().groups().stream()
              .filter(group -> group.key().equals(key))
              .flatMap(group -> group.newestFirst().stream())
              .filter(version -> version.versionId().equals(versionId))
              .findFirst();
      if (found.isPresent()) {
        return found;
      }
      if (page.next() != null && page.next().equals(place)) {
        throw new SyncException(
            Kind.CORRUPT, "ListObjectVersions of " + bucket + "/" + key + " does not move on");
      }
      place = page.next();
    } while (place != null && place.key().equals(text));
    return Optional.empty();
  }

  /**
   * A listing whose keys travel percent-encoded, if that can be read. Some servers repeat a prefix
   * or a marker as it came, and the SDK stumbles when it decodes one with a percent sign: then the
   * listing is asked for once more without encoding.
   *
   * @param list asks for a listing in an encoding; null stands for none
   */
  static <T> T readable(Function<@Nullable EncodingType, T> list) {
    try {
      return list.apply(EncodingType.URL);
    } catch (IllegalArgumentException e) {
      return list.apply(null);
    }
  }

  private Collection<VersionGroup> groups(ListObjectVersionsResponse page) {
    Map<Key, VersionGroup> groups = ordered ? new TreeMap<>() : new LinkedHashMap<>();
    page.versions().forEach(version -> group(groups, version.key()).add(version));
    page.deleteMarkers().forEach(marker -> group(groups, marker.key()).add(marker));
    return groups.values();
  }

  private VersionGroup group(Map<Key, VersionGroup> groups, String key) {
    return groups.computeIfAbsent(Key.utf8(key), k -> new VersionGroup(k, maxVersions));
  }

  private @Nullable String next(boolean truncated, @Nullable String next) {
    if (truncated && (next == null || next.isEmpty())) {
      throw new SyncException(
          Kind.CORRUPT,
          "a page of the listing of " + bucket + " says that more follows, but not where");
    }
    return truncated ? next : null;
  }
}
