package dev.chirograph.s3;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;

/**
 * Turns what the SDK throws into errors of ours. Texts that came from the server are left out of
 * the message, since they may repeat what was sent; the cause holds them.
 */
final class S3Errors {

  /** What is archived can neither be read nor copied; a 403, though no right is missing. */
  private static final String ARCHIVED = "InvalidObjectState";

  private static final String RESTORE =
      ": what it would read is in an archive, such as the storage class GLACIER; restore the object"
          + " (RestoreObject), and when that is done replay the job or call again";

  private static final Map<String, Kind> BY_CODE =
      Map.ofEntries(
          Map.entry("SlowDown", Kind.RATE_LIMITED),
          Map.entry("RequestLimitExceeded", Kind.RATE_LIMITED),
          Map.entry("TooManyRequests", Kind.RATE_LIMITED),
          Map.entry("NotImplemented", Kind.UNSUPPORTED),
          Map.entry("MethodNotAllowed", Kind.UNSUPPORTED),
          Map.entry(ARCHIVED, Kind.UNSUPPORTED),
          Map.entry("RequestTimeout", Kind.UNAVAILABLE),
          Map.entry("OperationAborted", Kind.CONFLICT),
          Map.entry("PreconditionFailed", Kind.CONFLICT),
          Map.entry("ConditionalRequestConflict", Kind.CONFLICT),
          Map.entry("BucketAlreadyExists", Kind.ALREADY_EXISTS),
          Map.entry("BucketAlreadyOwnedByYou", Kind.ALREADY_EXISTS),
          Map.entry("BadDigest", Kind.CORRUPT),
          Map.entry("RequestTimeTooSkewed", Kind.PERMISSION_DENIED),
          Map.entry("ExpiredToken", Kind.PERMISSION_DENIED));

  private S3Errors() {}

  /**
   * The error of a request.
   *
   * @param operation the name of the request, for example {@code HeadObject}
   * @param subject the bucket, or the bucket and the key
   */
  static SyncException of(String operation, String subject, Throwable error) {
    if (error instanceof SyncException ours) {
      return ours;
    }
    if (error instanceof AwsServiceException answer) {
      return answered(operation, subject, answer);
    }
    Kind kind = error instanceof SdkClientException ? Kind.UNAVAILABLE : Kind.UNEXPECTED;
    return new SyncException(
        kind,
        operation
            + " of "
            + subject
            + " got no answer: "
            + error.getClass().getSimpleName()
            + reason(error),
        error);
  }

  private static String reason(Throwable error) {
    Throwable root = error;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return root == error ? "" : " caused by " + root.getClass().getSimpleName();
  }

  private static SyncException answered(
      String operation, String subject, AwsServiceException answer) {
    String code = code(answer);
    String message =
        operation
            + " of "
            + subject
            + " was answered with "
            + answer.statusCode()
            + (code == null ? "" : " " + code)
            + (answer.requestId() == null ? "" : ", request id " + answer.requestId())
            + (ARCHIVED.equals(code) ? RESTORE : "");
    return new SyncException(kind(answer.statusCode(), code), message, answer);
  }

  private static Kind kind(int status, @Nullable String code) {
    Kind known = code == null ? null : BY_CODE.get(code);
    if (known != null) {
      return known;
    }
    return switch (status) {
      case 400, 411, 413, 414, 416 -> Kind.INVALID_ARGUMENT;
      case 401, 403 -> Kind.PERMISSION_DENIED;
      case 404, 410 -> Kind.NOT_FOUND;
      case 405, 501 -> Kind.UNSUPPORTED;
      case 408 -> Kind.UNAVAILABLE;
      case 409, 412 -> Kind.CONFLICT;
      case 429 -> Kind.RATE_LIMITED;
      default -> status >= 500 ? Kind.UNAVAILABLE : Kind.UNEXPECTED;
    };
  }

  /** The error code of an answer; null when it had no body that names one. */
  static @Nullable String code(AwsServiceException answer) {
    AwsErrorDetails details = answer.awsErrorDetails();
    String code = details == null ? null : details.errorCode();
    return code == null || code.isEmpty() || code.equals(String.valueOf(answer.statusCode()))
        ? null
        : code;
  }

  static boolean status(Throwable error, int status) {
    return error instanceof AwsServiceException answer && answer.statusCode() == status;
  }

  /** Whether the answer says that the bucket does not exist. */
  static boolean noSuchBucket(Throwable error) {
    return error instanceof NoSuchBucketException || hasCode(error, "NoSuchBucket");
  }

  /** Whether the answer says that the multipart upload does not exist any more. */
  static boolean noSuchUpload(Throwable error) {
    return error instanceof NoSuchUploadException || hasCode(error, "NoSuchUpload");
  }

  /** Whether the answer may say that the object or its version does not exist. */
  static boolean missing(Throwable error) {
    return (error instanceof NoSuchKeyException || status(error, 404)) && !noSuchBucket(error);
  }

  /** Whether the answer says that a condition of the request does not hold. */
  static boolean preconditionFailed(Throwable error) {
    return status(error, 412)
        || hasCode(error, "PreconditionFailed")
        || hasCode(error, "ConditionalRequestConflict");
  }

  static boolean hasCode(Throwable error, String code) {
    return error instanceof AwsServiceException answer && code.equals(code(answer));
  }

  /** The value of a header of an answer; null when there is none. */
  static @Nullable String header(Throwable error, String name) {
    if (!(error instanceof AwsServiceException answer) || answer.awsErrorDetails() == null) {
      return null;
    }
    var response = answer.awsErrorDetails().sdkHttpResponse();
    return response == null ? null : response.firstMatchingHeader(name).orElse(null);
  }

  /**
   * Whether a failed write certainly changed nothing: the store answered that it refuses. After any
   * other failure the write may have been done.
   */
  static boolean certainlyNotDone(Throwable error) {
    if (!(error instanceof AwsServiceException answer)) {
      return false;
    }
    int status = answer.statusCode();
    return (status >= 400 && status < 500 && status != 408)
        || status == 501
        || (status == 503 && "SlowDown".equals(code(answer)));
  }
}
