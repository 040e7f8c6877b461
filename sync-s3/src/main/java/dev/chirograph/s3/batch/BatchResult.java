package dev.chirograph.s3.batch;

import dev.chirograph.spi.relocate.Location;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What became of one object in a job of S3 Batch Operations.
 *
 * @param at the object, as the manifest of the job named it
 * @param succeeded whether the operation was done
 * @param errorCode such as {@code AccessDenied}; empty where the report names none
 * @param httpStatus the status of the request that was made; empty where the report names none
 * @param message what the operation said, for people; may be empty
 */
public record BatchResult(
    Location at,
    boolean succeeded,
    Optional<String> errorCode,
    OptionalInt httpStatus,
    String message) {

  public BatchResult {
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(errorCode, "errorCode");
    Objects.requireNonNull(httpStatus, "httpStatus");
    Objects.requireNonNull(message, "message");
  }
}
