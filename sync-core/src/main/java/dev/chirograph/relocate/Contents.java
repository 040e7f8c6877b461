package dev.chirograph.relocate;

import dev.chirograph.ObjectVersion;
import java.util.regex.Pattern;

/** What attributes prove of contents. */
final class Contents {

  /** The entity tag of a content that was not written in parts: its MD5, where nothing encrypts. */
  private static final Pattern WHOLE = Pattern.compile("[0-9a-f]{32}");

  private Contents() {}

  /** Whether two objects surely hold the same bytes; when in doubt, not. */
  static boolean areEqual(ObjectVersion one, ObjectVersion other) {
    return one.size() == other.size()
        && one.etag().equals(other.etag())
        && WHOLE.matcher(one.etag()).matches();
  }
}
