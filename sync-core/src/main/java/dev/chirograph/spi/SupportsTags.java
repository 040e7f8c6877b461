package dev.chirograph.spi;

import dev.chirograph.Key;
import dev.chirograph.Outcome;
import java.util.Map;

/** A source on whose items tags can be written. */
public interface SupportsTags {

  /** The largest number of tags that an item can have. */
  int maxTags();

  /**
   * Replaces the whole tag set of one version of an item.
   *
   * @param key the item
   * @param versionId the version; {@link dev.chirograph.ObjectVersion#NULL_VERSION} without
   *     versions
   * @param tags the whole new set
   * @return applied with its guard, conflict when there is no such version, rejected when refused
   */
  Outcome writeTags(Key key, String versionId, Map<String, String> tags);
}
