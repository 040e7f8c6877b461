package dev.chirograph.s3;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteMarkerEntry;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsResponse;
import software.amazon.awssdk.services.s3.model.MetadataDirective;
import software.amazon.awssdk.services.s3.model.ObjectVersion;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/**
 * Finds out which conditions on writes a store honours, by trying them on an object of its own.
 *
 * <p>Each condition is tried where it must be refused; those on an entity tag also where they must
 * be granted, since some stores refuse every tag. The object has a random name under the given
 * prefix and is a few bytes long; in the end it is deleted with all its versions. About twenty
 * requests.
 */
public final class S3Probe {

  private static final String WRONG_ETAG = "0123456789abcdef0123456789abcdef";

  private final S3Client client;
  private final String bucket;
  private final String key;
  private final S3Guards.Builder found = new S3Guards.Builder();
  private String etag = "";
  private boolean suspended;
  private int writes;

  private S3Probe(S3Client client, String bucket, String key) {
    this.client = client;
    this.bucket = bucket;
    this.key = key;
  }

  /**
   * Probes a bucket.
   *
   * @param client may put, copy, list and delete under the prefix
   * @param prefix what the name of the probe's object begins with, for example {@code .chirograph/}
   * @param random the source of the rest of its name
   * @throws SyncException PERMISSION_DENIED when the client may not do what a probe does; else when
   *     the store cannot be asked, or the object could not be removed
   */
  public static S3Guards run(
      S3Client client, String bucket, String prefix, RandomGenerator random) {
    HexFormat hex = HexFormat.of();
    String name = hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
    return new S3Probe(client, bucket, prefix + "probe-" + name).run();
  }

  private S3Guards run() {
    try {
      create();
      probeVersions();
      probePuts();
      probeCopies();
      probeUploads();
      probeDeletes();
    } catch (RuntimeException e) {
      try {
        cleanUp();
      } catch (SyncException left) {
        e.addSuppressed(left);
      }
      throw e;
    }
    cleanUp();
    return found.build();
  }

  private void create() {
    try {
      PutObjectResponse answer =
          client.putObject(
              request -> request.bucket(bucket).key(key), RequestBody.fromString("probe"));
      etag = unquoted(answer.eTag());
      found.keepsVersions = S3Version.of(etag, answer.versionId()).versionId() != null;
    } catch (SdkException e) {
      throw S3Errors.of("PutObject", bucket + "/" + key, e);
    }
  }

  /**
   * Where versions are suspended there may be older ones, though neither a put nor a look names any
   * on every server. Who may not ask, or a store that does not say, does not know.
   */
  private void probeVersions() {
    try {
      if (!found.keepsVersions) {
        suspended = client.getBucketVersioning(request -> request.bucket(bucket)).status() != null;
        found.neverKeptVersions = !suspended;
      }
    } catch (SdkException e) {
      SyncException why = S3Errors.of("GetBucketVersioning", bucket, e);
      if (why.kind() != Kind.PERMISSION_DENIED && why.kind() != Kind.UNSUPPORTED) {
        throw why;
      }
    }
  }

  private void probePuts() {
    found.putIfAbsent = isRefused("PutObject", () -> put("*", null));
    found.putIfMatch = isHonoured("PutObject", condition -> put(null, condition));
    if (!found.putIfMatch) {
      found.quotesEtags = false;
      found.putIfMatch = isHonoured("PutObject", condition -> put(null, condition));
      found.quotesEtags = !found.putIfMatch;
    }
  }

  private void probeCopies() {
    found.copyIfAbsent = isRefused("CopyObject", () -> copy("*", null));
    found.copyIfMatch = isHonoured("CopyObject", condition -> copy(null, condition));
  }

  private void probeUploads() {
    found.completeIfAbsent = isRefused("CompleteMultipartUpload", () -> upload("*", null));
    found.completeIfMatch =
        isHonoured("CompleteMultipartUpload", condition -> upload(null, condition));
  }

  private void probeDeletes() {
    found.deleteIfMatch = isHonoured("DeleteObject", this::delete);
  }

  /** A write under a condition on the entity tag. */
  private interface Matching {
    void write(String condition);
  }

  private enum Answer {
    DONE,
    /** The condition does not hold. */
    REFUSED,
    /** The store does not take such a request at all. */
    BROKEN
  }

  private boolean isHonoured(String operation, Matching write) {
    S3Guards style = found.build();
    return isRefused(operation, () -> write.write(style.condition(WRONG_ETAG)))
        && attempt(operation, () -> write.write(style.condition(etag))) == Answer.DONE;
  }

  private boolean isRefused(String operation, Runnable write) {
    return attempt(operation, write) == Answer.REFUSED;
  }

  /** Tries a write; trouble that will pass ends the probe, since it proves nothing. */
  private Answer attempt(String operation, Runnable write) {
    try {
      write.run();
      return Answer.DONE;
    } catch (SdkException e) {
      if (S3Errors.preconditionFailed(e)) {
        return Answer.REFUSED;
      }
      SyncException why = S3Errors.of(operation, bucket + "/" + key, e);
      return switch (why.kind()) {
        case UNSUPPORTED, INVALID_ARGUMENT, NOT_FOUND -> Answer.BROKEN;
        case PERMISSION_DENIED -> throw forbidden(operation, why);
        default -> throw why;
      };
    }
  }

  /**
   * A refusal says nothing of conditions, and writes that may not be made would only fail later.
   */
  private SyncException forbidden(String operation, SyncException why) {
    return new SyncException(
        SyncException.Kind.PERMISSION_DENIED,
        "the probe may not "
            + operation
            + " to "
            + bucket
            + "/"
            + key
            + "; grant it below the probe's prefix, or give the builder guards(...) instead",
        why);
  }

  private void put(@Nullable String ifNoneMatch, @Nullable String ifMatch) {
    etag =
        unquoted(
            client
                .putObject(
                    request ->
                        request.bucket(bucket).key(key).ifNoneMatch(ifNoneMatch).ifMatch(ifMatch),
                    RequestBody.fromString("probe " + ++writes))
                .eTag());
  }

  private void copy(@Nullable String ifNoneMatch, @Nullable String ifMatch) {
    client.copyObject(
        CopyObjectRequest.builder()
            .sourceBucket(bucket)
            .sourceKey(key)
            .destinationBucket(bucket)
            .destinationKey(key)
            .metadataDirective(MetadataDirective.REPLACE)
            .ifNoneMatch(ifNoneMatch)
            .ifMatch(ifMatch)
            .build());
    etag = unquoted(client.headObject(request -> request.bucket(bucket).key(key)).eTag());
  }

  private void upload(@Nullable String ifNoneMatch, @Nullable String ifMatch) {
    String id = client.createMultipartUpload(request -> request.bucket(bucket).key(key)).uploadId();
    try {
      String part =
          client
              .uploadPart(
                  request -> request.bucket(bucket).key(key).uploadId(id).partNumber(1),
                  RequestBody.fromString("probe " + ++writes))
              .eTag();
      etag =
          unquoted(
              client
                  .completeMultipartUpload(
                      CompleteMultipartUploadRequest.builder()
                          .bucket(bucket)
                          .key(key)
                          .uploadId(id)
                          .multipartUpload(
                              parts ->
                                  parts.parts(
                                      CompletedPart.builder().partNumber(1).eTag(part).build()))
                          .ifNoneMatch(ifNoneMatch)
                          .ifMatch(ifMatch)
                          .build())
                  .eTag());
    } catch (SdkException e) {
      abort(id);
      throw e;
    }
  }

  /** Some stores have dropped the upload already when they refuse to complete it. */
  private void abort(String id) {
    try {
      client.abortMultipartUpload(request -> request.bucket(bucket).key(key).uploadId(id));
    } catch (SdkException e) {
      if (!S3Errors.missing(e)) {
        throw e;
      }
    }
  }

  private void delete(String ifMatch) {
    client.deleteObject(request -> request.bucket(bucket).key(key).ifMatch(ifMatch));
  }

  private void cleanUp() {
    try {
      client.deleteObject(request -> request.bucket(bucket).key(key));
      if (found.keepsVersions || suspended) { // a delete leaves a marker
        ListObjectVersionsResponse left =
            client.listObjectVersions(request -> request.bucket(bucket).prefix(key));
        left.versions().stream().map(ObjectVersion::versionId).forEach(this::deleteVersion);
        left.deleteMarkers().stream()
            .map(DeleteMarkerEntry::versionId)
            .forEach(this::deleteVersion);
      }
    } catch (SdkException e) {
      throw S3Errors.of("cleaning up after a probe", bucket + "/" + key, e);
    }
  }

  private void deleteVersion(String versionId) {
    client.deleteObject(request -> request.bucket(bucket).key(key).versionId(versionId));
  }

  private static String unquoted(@Nullable String etag) {
    return S3Version.of(etag, null).etag();
  }
}
