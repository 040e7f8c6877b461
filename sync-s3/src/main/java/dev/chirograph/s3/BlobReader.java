package dev.chirograph.s3;

import dev.chirograph.Expect;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.BlobStore.BlobRef;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** Opens contents. */
final class BlobReader {

  private final S3Client client;
  private final String bucket;
  private final ObjectReader reader;
  private final S3Guards guards;

  BlobReader(S3Client client, String bucket, ObjectReader reader, S3Guards guards) {
    this.client = client;
    this.bucket = bucket;
    this.reader = reader;
    this.guards = guards;
  }

  /** See {@link dev.chirograph.spi.BlobStore#open}. */
  InputStream open(BlobRef ref, long from, Expect expect) {
    if (from < 0 || expect instanceof Expect.Absent) {
      throw SyncException.invalid(
          "cannot open " + reader.subject(ref.key()) + " from " + from + " expecting " + expect);
    }
    S3Version pin = expect instanceof Expect.At at ? S3Version.parse(at.version()) : null;
    try {
      return new BlobStream(
          sameVersion(ref, pin, client.getObject(request(ref, from, pin))),
          reader.subject(ref.key()));
    } catch (SdkException e) {
      if (from > 0 && S3Errors.status(e, 416)) {
        return behindTheEnd(ref, from, expect);
      }
      throw failed(ref, pin, e);
    }
  }

  private GetObjectRequest request(BlobRef ref, long from, @Nullable S3Version pin) {

    return GetObjectRequest.builder()
        .bucket(bucket)
        .key(S3Keys.text(ref.key()))
        .versionId(ref.versionId().orElse(null))
        .ifMatch(pin == null ? null : guards.condition(pin.etag()))
        .range(from == 0 ? null : "bytes=" + from + "-")
        .build();
  }

  /** Two versions of the same bytes have one entity tag. */
  private ResponseInputStream<GetObjectResponse> sameVersion(
      BlobRef ref, @Nullable S3Version pin, ResponseInputStream<GetObjectResponse> answer) {
    String opened = S3Version.of("", answer.response().versionId()).versionId();
    if (pin != null && opened != null && !opened.equals(pin.versionId())) {
      answer.abort();
      throw changed(ref, null);
    }
    return answer;
  }

  private SyncException changed(BlobRef ref, @Nullable Throwable cause) {
    return new SyncException(
        Kind.CONFLICT,
        reader.subject(ref.key()) + " is not in the expected state any more; look again",
        cause);
  }

  private SyncException failed(BlobRef ref, @Nullable S3Version pin, SdkException error) {
    boolean gone = S3Errors.missing(error);
    if (S3Errors.preconditionFailed(error) || (gone && pin != null && pin.versionId() != null)) {
      return changed(ref, error);
    }
    return S3Errors.of("GetObject", reader.subject(ref.key()), error);
  }

  /** S3 refuses a range that begins at the end, where there is nothing more to read. */
  private InputStream behindTheEnd(BlobRef ref, long from, Expect expect) {
    Observation<ObjectVersion> now = reader.look(ref);
    if (now instanceof Observation.Unknown<ObjectVersion> unknown) {
      throw unknown.why();
    }
    if (!(now instanceof Observation.Present<ObjectVersion> present)
        || !Expectations.holds(expect, now)) {
      throw new SyncException(
          Kind.CONFLICT,
          reader.subject(ref.key()) + " was changed while it was opened; look again");
    }
    if (from > present.value().size()) {
      throw SyncException.invalid(
          reader.subject(ref.key())
              + " has "
              + present.value().size()
              + " bytes and cannot be opened from "
              + from);
    }
    return InputStream.nullInputStream();
  }
}
