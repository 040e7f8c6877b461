package dev.chirograph.s3;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/** Ends uploads in parts, well or badly. */
final class Uploads {

  private final S3Client client;
  private final String bucket;

  Uploads(S3Client client, String bucket) {
    this.client = client;
    this.bucket = bucket;
  }

  CompleteMultipartUploadResponse complete(
      String key, String upload, List<CompletedPart> parts, BlobGuard.Condition condition) {
    return client.completeMultipartUpload(
        CompleteMultipartUploadRequest.builder()
            .bucket(bucket)
            .key(key)
            .uploadId(upload)
            .multipartUpload(list -> list.parts(parts))
            .ifNoneMatch(condition.ifNoneMatch())
            .ifMatch(condition.ifMatch())
            .build());
  }

  /** Aborts an upload after a failure, which remembers it when that fails too. */
  void abortAfter(String key, String upload, Throwable failure) {
    try {
      abort(key, upload);
    } catch (SyncException e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * Aborts an upload.
   *
   * @return false when the store does not know it any more
   * @throws SyncException when it cannot be aborted
   */
  boolean abort(String key, String upload) {
    try {
      client.abortMultipartUpload(request -> request.bucket(bucket).key(key).uploadId(upload));
      return true;
    } catch (SdkException e) {
      if (S3Errors.noSuchUpload(e)) {
        return false;
      }
      throw S3Errors.of("AbortMultipartUpload", bucket + "/" + key, e);
    }
  }

  int abort(Key prefix, Instant begunBefore) {
    int aborted = 0;
    String keyMarker = null;
    String idMarker = null;
    do {
      ListMultipartUploadsResponse page = list(prefix.text(), keyMarker, idMarker);
      for (MultipartUpload upload : page.uploads()) {
        if (upload.initiated() != null && upload.initiated().isBefore(begunBefore)) {
          aborted += abort(upload.key(), upload.uploadId()) ? 1 : 0;
        }
      }
      if (Boolean.TRUE.equals(page.isTruncated())
          && page.nextKeyMarker() == null
          && page.nextUploadIdMarker() == null) {
        throw new SyncException(
            Kind.CORRUPT, "ListMultipartUploads of " + bucket + " does not say where it goes on");
      }
      keyMarker = Boolean.TRUE.equals(page.isTruncated()) ? page.nextKeyMarker() : null;
      idMarker = page.nextUploadIdMarker();
    } while (keyMarker != null);
    return aborted;
  }

  private ListMultipartUploadsResponse list(
      String prefix, @Nullable String keyMarker, @Nullable String idMarker) {
    try {
      return client.listMultipartUploads(
          request ->
              request
                  .bucket(bucket)
                  .prefix(prefix)
                  .keyMarker(keyMarker)
                  .uploadIdMarker(keyMarker == null ? null : idMarker));
    } catch (SdkException e) {
      throw S3Errors.of("ListMultipartUploads", bucket, e);
    }
  }
}
