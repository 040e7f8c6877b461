package dev.chirograph.spi.relocate;

import java.util.Map;
import java.util.Objects;

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
    }
  }

  /**
   * It goes into another storage class.
   *
   * @param name such as {@code GLACIER}
   */
  record StorageClass(String name) implements ArchiveRule {
    public StorageClass {
      Objects.requireNonNull(name, "name");
    }
  }

  /** It is deleted: exactly the version that was copied, and only if it still is as it was then. */
  record Delete() implements ArchiveRule {}

  /** It stays. */
  record Keep() implements ArchiveRule {}
}
