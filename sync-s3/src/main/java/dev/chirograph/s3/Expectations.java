package dev.chirograph.s3;

import dev.chirograph.Expect;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Compares what a write expects with what was seen, and says what became of a write that failed.
 */
final class Expectations {

  private Expectations() {}

  /**
   * Whether an expectation holds. An object under a delete marker is there for one who saw the
   * marker, and absent for one who expects no object.
   */
  static boolean holds(Expect expect, Observation<?> now) {
    if (expect instanceof Expect.Anything) {
      return true;
    }
    if (expect instanceof Expect.Absent) {
      return !(now instanceof Observation.Present);
    }
    Expect.At at = (Expect.At) expect;
    if (now instanceof Observation.Present<?> present) {
      return present.version().equals(at.version());
    }
    return now instanceof Observation.Deleted<?> deleted && deleted.version().equals(at.version());
  }

  /** The conflict with what was seen. */
  static Outcome conflict(Observation<?> now) {
    if (now instanceof Observation.Present<?> present) {
      return Outcome.conflict(present.version());
    }
    return now instanceof Observation.Deleted<?> deleted
        ? Outcome.conflict(deleted.version())
        : Outcome.conflict();
  }

  /**
   * What became of a write under a condition whose request failed. Where nothing is, If-Match is
   * answered as if a missing object had been asked for.
   */
  static Outcome failed(
      BlobGuard.Condition condition, String operation, String subject, SdkException error) {
    boolean nothingToMatch =
        condition.ifMatch() != null && S3Errors.missing(error) && !S3Errors.noSuchUpload(error);
    return nothingToMatch ? Outcome.conflict() : failed(operation, subject, error);
  }

  /** What became of a write whose request failed: not done, refused by its condition, or unsure. */
  static Outcome failed(String operation, String subject, SdkException error) {
    if (S3Errors.preconditionFailed(error)) {
      return Outcome.conflict();
    }
    return S3Errors.certainlyNotDone(error)
        ? Outcome.rejected(S3Errors.of(operation, subject, error))
        : Outcome.unsure(S3Errors.of(operation, subject, error));
  }
}
