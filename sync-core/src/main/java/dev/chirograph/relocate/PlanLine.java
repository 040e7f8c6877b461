package dev.chirograph.relocate;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.Version;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Location;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A line of a plan: a handle that would be moved.
 *
 * @param to where its copy would be, unless that is taken
 */
record PlanLine(
    String owner, Key handle, Version etag, Location from, OptionalLong size, Location to) {

  /** The first line. */
  static final String NAMES = "owner,handle,etag,bucket,key,version,size,to bucket,to key";

  private static final int COLUMNS = 9;

  static PlanLine of(FileHandle handle, Location to) {
    return new PlanLine(handle.owner(), handle.id(), handle.etag(), handle.at(), handle.size(), to);
  }

  /** Without its line break. */
  String text() {
    return Stream.of(
            encoded(owner),
            encoded(handle),
            encoded(etag.token()),
            encoded(from.bucket()),
            encoded(from.key()),
            encoded(from.versionId().orElse("")),
            size.isPresent() ? String.valueOf(size.getAsLong()) : "",
            encoded(to.bucket()),
            encoded(to.key()))
        .collect(Collectors.joining(","));
  }

  /**
   * Reads one.
   *
   * @throws SyncException CORRUPT when it is none
   */
  static PlanLine of(String text, long number) {
    String[] parts = text.split(",", -1);
    try {
      if (parts.length == COLUMNS) {
        return new PlanLine(
            decoded(parts[0]),
            key(parts[1]),
            new Version(decoded(parts[2])),
            new Location(
                decoded(parts[3]),
                key(parts[4]),
                Optional.of(decoded(parts[5])).filter(id -> !id.isEmpty())),
            parts[6].isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(parts[6])),
            Location.latest(decoded(parts[7]), key(parts[8])));
      }
    } catch (IllegalArgumentException | SyncException e) {
      throw broken(number, e);
    }
    throw broken(number, null);
  }

  static SyncException broken(long number, @Nullable Exception cause) {
    return new SyncException(
        Kind.CORRUPT,
        "line " + number + " of the plan is cut or spoilt; plan again, or restore the file",
        cause);
  }

  /** Any bytes, in the way of URLs. */
  static String encoded(Key key) {
    return URLEncoder.encode(
        new String(key.toBytes(), StandardCharsets.ISO_8859_1), StandardCharsets.ISO_8859_1);
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static Key key(String text) {
    return Key.ofBytes(
        URLDecoder.decode(text, StandardCharsets.ISO_8859_1).getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
