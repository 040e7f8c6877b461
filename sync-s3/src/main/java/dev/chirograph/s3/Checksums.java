package dev.chirograph.s3;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/** Checksums that the store keeps of contents and of their parts. */
final class Checksums {

  /** Of the whole content even where that came in parts. */
  private static final String ALWAYS_WHOLE = "CRC64NVME";

  /** Those that S3 can compute of a whole content from its parts. */
  private static final List<String> LINEAR = List.of(ALWAYS_WHOLE, "CRC32C", "CRC32");

  /** Those that an upload in parts can be asked for, the best first. */
  private static final List<String> IN_PARTS =
      List.of(ALWAYS_WHOLE, "SHA256", "SHA1", "CRC32C", "CRC32");

  private Checksums() {}

  /**
   * How the store is to sum up what comes in parts.
   *
   * @param algorithm its name
   * @param type null: as is usual for the algorithm
   */
  record Kept(String algorithm, @Nullable ChecksumType type) {}

  /** Those of the whole content; a checksum of checksums of parts says nothing of other parts. */
  static Map<String, String> ofContent(HeadObjectResponse head) {
    Map<String, String> all = all(head);
    all.entrySet().removeIf(sum -> !isWhole(head, sum.getKey(), sum.getValue()));
    return all;
  }

  /** Not every server tells the type; the number of parts behind a dash gives it away. */
  private static boolean isWhole(HeadObjectResponse head, String algorithm, String value) {
    return !value.contains("-")
        && (algorithm.equals(ALWAYS_WHOLE) || head.checksumType() != ChecksumType.COMPOSITE);
  }

  private static Map<String, String> all(HeadObjectResponse head) {
    Map<String, String> all = new HashMap<>();
    add(all, "CRC32", head.checksumCRC32());
    add(all, "CRC32C", head.checksumCRC32C());
    add(all, ALWAYS_WHOLE, head.checksumCRC64NVME());
    add(all, "SHA1", head.checksumSHA1());
    add(all, "SHA256", head.checksumSHA256());
    add(all, "SHA512", head.checksumSHA512());
    add(all, "MD5", head.checksumMD5());
    add(all, "XXHASH64", head.checksumXXHASH64());
    add(all, "XXHASH3", head.checksumXXHASH3());
    add(all, "XXHASH128", head.checksumXXHASH128());
    return all;
  }

  private static void add(Map<String, String> all, String algorithm, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      all.put(algorithm, value);
    }
  }

  /** What a copy in parts is asked for, to be summed up as its source is; empty: as is usual. */
  static Optional<Kept> kept(HeadObjectResponse head) {
    Map<String, String> all = all(head);
    return IN_PARTS.stream()
        .filter(all::containsKey)
        .findFirst()
        .map(
            algorithm ->
                new Kept(
                    algorithm,
                    LINEAR.contains(algorithm)
                            && isWhole(head, algorithm, all.getOrDefault(algorithm, ""))
                        ? ChecksumType.FULL_OBJECT
                        : null));
  }

  /** A part for completing an upload, which has to repeat the checksums of all parts. */
  static CompletedPart completed(int number, UploadPartResponse part) {
    return CompletedPart.builder()
        .partNumber(number)
        .eTag(part.eTag())
        .checksumCRC32(part.checksumCRC32())
        .checksumCRC32C(part.checksumCRC32C())
        .checksumCRC64NVME(part.checksumCRC64NVME())
        .checksumSHA1(part.checksumSHA1())
        .checksumSHA256(part.checksumSHA256())
        .build();
  }

  /** A part as it was listed, likewise. */
  static CompletedPart completed(Part part) {
    return CompletedPart.builder()
        .partNumber(part.partNumber())
        .eTag(part.eTag())
        .checksumCRC32(part.checksumCRC32())
        .checksumCRC32C(part.checksumCRC32C())
        .checksumCRC64NVME(part.checksumCRC64NVME())
        .checksumSHA1(part.checksumSHA1())
        .checksumSHA256(part.checksumSHA256())
        .build();
  }
}
