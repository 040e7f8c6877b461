package dev.chirograph.spi.relocate;

import dev.chirograph.SyncException;
import java.util.Map;

/** What becomes of an object that no handle refers to any more, after the grace. */
public sealed interface ArchiveRule {

  /**
   * It gets tags by which a lifecycle rule of its bucket finds it; its others stay.
   *
   * @param tags at least one
   */
  record Tag(Map<String, String> tags) implements ArchiveRule {
    public Tag {
      tags = Map.copyOf(tags);
      if (tags.isEmpty()) {
        throw SyncException.invalid("archiving by tags takes at least one tag");
      }
    }
  }

  /**
   * It goes into another storage class.
   *
   * @param name such as {@code GLACIER}; not empty
   */
  record StorageClass(String name) implements ArchiveRule {
    public StorageClass {
      if (name.isEmpty()) {
        throw SyncException.invalid("archiving by storage class takes the name of one");
      }
    }
  }

  /** It is deleted: exactly the version that was copied, and only if it still is as it was then. */
  record Delete() implements ArchiveRule {}

  /** It stays. */
  record Keep() implements ArchiveRule {}
}
