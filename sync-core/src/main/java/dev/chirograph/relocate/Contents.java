package dev.chirograph.relocate;

import dev.chirograph.ObjectVersion;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What attributes prove of contents. */
final class Contents {

  /** The entity tag of a content that was not written in parts: its MD5, where nothing encrypts. */
  private static final Pattern WHOLE = Pattern.compile("[0-9a-f]{32}");

  /**
   * Checksums of at least 64 bits, which two contents of one size do not share by accident. Shorter
   * ones may show that contents differ, but not that they are equal.
   */
  private static final Set<String> PROOFS =
      Set.of("SHA256", "SHA512", "SHA1", "MD5", "CRC64NVME", "XXHASH64", "XXHASH3", "XXHASH128");

  private Contents() {}

  /** Whether two objects surely hold the same bytes; when in doubt, not. */
  static boolean areEqual(ObjectVersion one, ObjectVersion other) {
    return mayBeEqual(one, other)
        && (isProven(one.checksums(), other.checksums())
            || (one.etag().equals(other.etag()) && WHOLE.matcher(one.etag()).matches()));
  }

  private static boolean differ(Map<String, String> one, Map<String, String> other) {
    return one.entrySet().stream()
        .anyMatch(sum -> !sum.getValue().equals(other.getOrDefault(sum.getKey(), sum.getValue())));
  }

  /** Whether two objects may hold the same bytes, as far as what is known of them says. */
  static boolean mayBeEqual(ObjectVersion one, ObjectVersion other) {
    return one.size() == other.size() && !differ(one.checksums(), other.checksums());
  }

  /** Once no shared checksum differs, one that is long enough is proof. */
  private static boolean isProven(Map<String, String> one, Map<String, String> other) {
    return one.keySet().stream().anyMatch(name -> PROOFS.contains(name) && other.containsKey(name));
  }
}
