package dev.chirograph.relocate;

import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Part;
import dev.chirograph.Version;
import dev.chirograph.spi.relocate.Location;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a copy says of itself in its metadata: which state of which object it is a copy of and where
 * it was made, and under which key its file was found first.
 */
final class Stamp {

  /** The metadata name of the state that was copied. */
  static final String COPY = "chirograph-copy-of";

  /** The metadata name of the key under which the file was found first. */
  static final String ORIGIN = "chirograph-original-key";

  /** So many bytes of its digest name a place. */
  private static final int PLACE = 8;

  /** So many bytes of metadata an object of S3 has in all. */
  private static final int MOST = 2_048;

  /**
   * So many bytes the headers of a copy may have. A request names both keys, with all that is no
   * letter or digit escaped, and many servers take 8 KiB of headers in all.
   */
  private static final int MOST_OF_HEADERS = 6_144;

  private Stamp() {}

  /**
   * What the copy of one state of an object says in one place. Somebody may copy it elsewhere with
   * all that it says, and then it is no copy of ours.
   */
  static String of(Location from, Version pin, Location to) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(from.digest().toBytes());
      sha256.update(pin.token().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(sha256.digest()) + place(to);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  private static String place(Location at) {
    byte[] digest = Location.latest(at.bucket(), at.key()).digest().toBytes();
    return "." + HexFormat.of().formatHex(digest, 0, PLACE);
  }

  /** Whether an object was copied by a move to where it is. */
  static boolean isCopy(ObjectVersion object, Location at) {
    return of(object).filter(stamp -> stamp.endsWith(place(at))).isPresent();
  }

  /** Which state an object says it is a copy of. */
  static Optional<String> of(ObjectVersion object) {
    return metadata(object, COPY);
  }

  /** The key under which the file of an object was found first. */
  static Key origin(Location at, ObjectVersion object) {
    return metadata(object, ORIGIN)
        .flatMap(Stamp::decoded)
        .filter(key -> !key.isEmpty())
        .orElse(at.key());
  }

  private static Optional<String> metadata(ObjectVersion object, String name) {
    return object.metadata().optional().map(all -> all.get(name));
  }

  private static Optional<Key> decoded(String text) {
    try {
      return Optional.of(Key.ofBytes(Base64.getUrlDecoder().decode(text)));
    } catch (RuntimeException e) {
      return Optional.empty(); // somebody else's, or spoilt: it is only a wish
    }
  }

  /** The attributes of a copy; those of its original must have been read. */
  static ObjectVersion stamped(Location from, Version pin, Location to, ObjectVersion original) {
    Map<String, String> metadata = new HashMap<>(original.metadata().optional().orElse(Map.of()));
    metadata.put(COPY, of(from, pin, to));
    metadata.put(
        ORIGIN,
        Base64.getUrlEncoder().withoutPadding().encodeToString(origin(from, original).toBytes()));
    int size = size(metadata);
    if (size > MOST
        || size + 2 * escaped(from.key())
            > MOST_OF_HEADERS) { // its files are then named by the key that it has now
      metadata.remove(ORIGIN);
    }
    return original.toBuilder().metadata(Part.known(metadata)).build();
  }

  private static int escaped(Key key) {
    int size = 0;
    for (byte one : key.toBytes()) {
      size += one == '/' || Character.isLetterOrDigit(one) ? 1 : 3;
    }
    return size;
  }

  private static int size(Map<String, String> metadata) {
    return metadata.entrySet().stream()
        .flatMap(entry -> Stream.of(entry.getKey(), entry.getValue()))
        .mapToInt(text -> text.getBytes(StandardCharsets.UTF_8).length)
        .sum();
  }
}
