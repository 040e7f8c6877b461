package dev.chirograph.s3;

import dev.chirograph.Entry;
import dev.chirograph.Key;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The entries of a listing, page by page. */
interface EntryPages extends AutoCloseable {

  /**
   * The next entries, maybe none; null at the end.
   *
   * @throws dev.chirograph.SyncException when the page could not be read
   */
  @Nullable List<Entry> next();

  @Override
  void close();

  /** Current objects only. */
  static EntryPages ofObjects(PageFeed<String, List<Entry>> feed, boolean skipPlaceholders) {
    return new EntryPages() {
      @Override
      public @Nullable List<Entry> next() {
        List<Entry> entries = feed.next();
        if (entries != null && skipPlaceholders) {
          entries.removeIf(
              entry -> S3Keys.endsInSlash(entry.key()) && entry.evidence().size().orElse(-1) == 0);
        }
        return entries;
      }

      @Override
      public void close() {
        feed.close();
      }
    };
  }

  /** All versions, one entry for each key. */
  static EntryPages ofVersions(
      PageFeed<BucketPages.Marker, BucketPages.Versions> feed, boolean skipPlaceholders) {
    return new Grouped(feed, skipPlaceholders);
  }

  /** Holds the last key of a page back, since its versions may go on with the next page. */
  final class Grouped implements EntryPages {
    private final PageFeed<BucketPages.Marker, BucketPages.Versions> feed;
    private final boolean skipPlaceholders;
    private @Nullable VersionGroup open;

    private Grouped(
        PageFeed<BucketPages.Marker, BucketPages.Versions> feed, boolean skipPlaceholders) {
      this.feed = feed;
      this.skipPlaceholders = skipPlaceholders;
    }

    @Override
    public @Nullable List<Entry> next() {
      BucketPages.Versions page = feed.next();
      if (page == null) {
        return open == null ? null : closeLast();
      }
      List<Entry> entries = new ArrayList<>(page.groups().size() + 1);
      VersionGroup held = open;
      open = null;
      if (held != null && page.groups().stream().noneMatch(group -> isSame(group, held))) {
        hold(held, page.open(), entries);
      }
      for (VersionGroup group : page.groups()) {
        hold(
            held != null && isSame(group, held) ? joined(held, group) : group,
            page.open(),
            entries);
      }
      return entries;
    }

    private static boolean isSame(VersionGroup one, VersionGroup other) {
      return one.key().equals(other.key());
    }

    private static VersionGroup joined(VersionGroup earlier, VersionGroup later) {
      earlier.addAll(later);
      return earlier;
    }

    private void hold(VersionGroup group, @Nullable Key goesOn, List<Entry> entries) {
      if (goesOn != null && group.key().equals(goesOn)) {
        open = group;
      } else if (!skipPlaceholders || !group.isFolderPlaceholder()) {
        entries.add(group.entry());
      }
    }

    private List<Entry> closeLast() {
      List<Entry> last = new ArrayList<>(1);
      VersionGroup held = open;
      open = null;
      if (held != null) {
        hold(held, null, last);
      }
      return last;
    }

    @Override
    public void close() {
      feed.close();
    }
  }
}
