package dev.chirograph.s3;

import dev.chirograph.Entry;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Lists ranges of a bucket, by objects or by versions. */
final class BucketLister {

  /**
   * How to list.
   *
   * @param versions all versions, not only current objects
   * @param ordered the server lists in the order of bytes
   * @param skipPlaceholders leave out the placeholders of folders
   * @param pageSize keys or versions in a page
   * @param prefetch how many pages may be fetched ahead
   * @param executor where they are fetched; null: nowhere
   */
  record Options(
      boolean versions,
      boolean ordered,
      boolean skipPlaceholders,
      int pageSize,
      int prefetch,
      @Nullable Executor executor) {}

  private final String bucket;
  private final BucketPages pages;
  private final Options options;

  BucketLister(String bucket, BucketPages pages, Options options) {
    this.bucket = bucket;
    this.pages = pages;
    this.options = options;
  }

  Listing list(KeyRange range) {
    return new S3Listing(bucket, range, options.ordered(), entries(range));
  }

  private EntryPages entries(KeyRange range) {
    String prefix = S3Keys.prefix(range);
    String after = after(range, prefix);
    return options.versions()
        ? EntryPages.ofVersions(
            new PageFeed<>(
                place -> pages.versions(prefix, from(place, after), options.pageSize()),
                options.executor(),
                options.prefetch()),
            options.skipPlaceholders())
        : EntryPages.ofObjects(
            new PageFeed<>(
                token -> pages.objects(prefix, after, token, options.pageSize()),
                options.executor(),
                options.prefetch()),
            options.skipPlaceholders());
  }

  private static BucketPages.@Nullable Marker from(
      BucketPages.@Nullable Marker place, @Nullable String after) {
    return place == null && after != null ? new BucketPages.Marker(after, null) : place;
  }

  /**
   * Where to start. The prefix alone is enough when the range begins with it; and a server with an
   * order of its own would pass over keys that lie behind the start in the order of bytes.
   */
  private @Nullable String after(KeyRange range, String prefix) {
    return !options.ordered() || range.from().equals(Key.utf8(prefix))
        ? null
        : S3Keys.startAfter(range);
  }

  /** The first keys of a range, in a request, or a few where keys below the range come first. */
  KeyPeek.Peek peek(KeyRange range, int limit) {
    String prefix = S3Keys.prefix(range);
    String after = after(range, prefix);
    List<Key> keys = new ArrayList<>();
    String token = null;
    BucketPages.Marker place = null;
    boolean more = true;
    while (keys.isEmpty() && more) {
      if (options.versions()) {
        var page = pages.versions(prefix, from(place, after), limit);
        page.content().groups().forEach(group -> keys.add(group.key()));
        place = page.next();
        more = place != null;
      } else {
        var page = pages.objects(prefix, after, token, limit);
        page.content().stream().map(Entry::key).forEach(keys::add);
        token = page.next();
        more = token != null;
      }
      boolean ended = keys.stream().anyMatch(key -> isBeyond(range, key));
      keys.removeIf(key -> !range.contains(key));
      more &= !ended;
    }
    return new KeyPeek.Peek(keys, more);
  }

  private static boolean isBeyond(KeyRange range, Key key) {
    return range.to().filter(to -> key.compareTo(to) >= 0).isPresent();
  }
}
