package dev.chirograph.relocate;

import dev.chirograph.spi.relocate.Allocation;
import java.util.Objects;

/**
 * What an allocation holds. Objects that no handle refers to are not counted: an audit tells them.
 *
 * @param handles how many refer to its bucket and prefix, whoever owns them
 * @param objects how many they refer to
 * @param bytes of these objects, each once, where a handle says its size
 * @param ofUnknownSize how many objects no handle says the size of
 */
public record Usage(
    Allocation allocation, long handles, long objects, long bytes, long ofUnknownSize) {
  public Usage {
    Objects.requireNonNull(allocation, "allocation");
  }
}
