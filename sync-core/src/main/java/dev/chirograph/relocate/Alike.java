package dev.chirograph.relocate;

import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Location;
import java.util.Optional;
import java.util.OptionalLong;

/** What handles have in common that are pointed to one copy by one move. */
record Alike(String owner, Location at, OptionalLong size, Optional<String> md5) {

  static Alike of(FileHandle handle) {
    return new Alike(handle.owner(), handle.at(), handle.size(), handle.md5());
  }
}
