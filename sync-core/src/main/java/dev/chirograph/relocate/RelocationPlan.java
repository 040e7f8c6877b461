package dev.chirograph.relocate;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * What would be moved now. Nothing was written.
 *
 * @param owner whose files; empty for those of all owners
 * @param hash of every single move, in hexadecimal; what is confirmed by it is carried out only
 *     while it would still be the same
 * @param handles how many handles are not where they belong
 * @param objects how many objects they refer to, at most: handles that share one are counted once
 *     where they are within a thousand of each other
 * @param bytes of the handles whose size is known
 * @param ofUnknownSize how many handles do not say how large they are
 * @param streamed how many of them go through this machine, because no store copies them by itself
 */
public record RelocationPlan(
    Optional<String> owner,
    String hash,
    long handles,
    long objects,
    long bytes,
    long ofUnknownSize,
    long streamed) {

  /** So many requests a move costs beside its copy: looks at both sides before and after it. */
  private static final int LOOKS = 4;

  public RelocationPlan {
    Objects.requireNonNull(owner, "owner");
    Objects.requireNonNull(hash, "hash");
  }

  /** About how many requests to the stores it takes; large objects take more. */
  public long requests() {
    return objects * (LOOKS + 1);
  }

  /**
   * About how long it takes.
   *
   * @param requestsPerSecond that the stores bear; positive
   * @param bytesPerSecond of what goes through this machine; positive
   */
  public Duration takes(double requestsPerSecond, double bytesPerSecond) {
    double streamedBytes = handles == 0 ? 0 : (double) bytes * streamed / handles;
    double seconds = Math.max(requests() / requestsPerSecond, streamedBytes / bytesPerSecond);
    return Duration.ofMillis((long) Math.ceil(seconds * 1_000));
  }
}
