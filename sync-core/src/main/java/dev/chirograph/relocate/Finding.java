package dev.chirograph.relocate;

import dev.chirograph.Key;
import dev.chirograph.spi.relocate.Location;
import java.util.Objects;
import java.util.Optional;

/**
 * Something that an audit found.
 *
 * @param kind of what is wrong
 * @param at where
 * @param handle that refers to it; empty where none does
 * @param detail for people
 */
public record Finding(Kind kind, Location at, Optional<Key> handle, String detail) {

  public Finding {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(handle, "handle");
    Objects.requireNonNull(detail, "detail");
  }

  /** A kind of thing that can be wrong, or only be told. */
  public enum Kind {
    /** A handle refers to an object that is not there. */
    DANGLING,
    /** A handle says another size than its object has, or another MD5 than its content. */
    DIFFERENT,
    /** An object that no handle refers to, and that is a copy made by a move. */
    LEFTOVER,
    /** An object that no handle refers to, and nobody knows why it is there. */
    ORPHAN,
    /** An object that was left behind, and waits to be archived or was. Nothing is wrong. */
    LEFT_BEHIND,
    /** A file that is not where its owner's placement says. It waits to be moved. */
    MISPLACED,
    /** It could not be found out. */
    UNKNOWN
  }
}
