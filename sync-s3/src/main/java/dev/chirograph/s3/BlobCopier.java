package dev.chirograph.s3;

import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.Version;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.SupportsCopy.Finished;
import dev.chirograph.spi.SupportsCopy.Going;
import dev.chirograph.spi.SupportsCopy.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectResponse;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.ListPartsResponse;
import software.amazon.awssdk.services.s3.model.UploadPartCopyRequest;

/** Copies objects inside the store, whole or in parts. */
final class BlobCopier {

  /**
   * How a copy proceeds.
   *
   * @param whole the largest object that is copied in one request
   * @param partBytes the size of a part, unless 10,000 of them are too few
   * @param partsPerStep how many parts a step copies
   * @param executor where they are copied at the same time; null: one after the other
   */
  record Limits(long whole, long partBytes, int partsPerStep, @Nullable Executor executor) {}

  /** What is copied. */
  record Source(
      String bucket, ObjectReader reader, BlobRef ref, Version pin, ObjectVersion attributes) {
    S3Version version() {
      return S3Version.parse(pin);
    }

    @Nullable String versionId() {
      return ref.versionId().orElse(version().versionId());
    }
  }

  private final S3Client client;
  private final String bucket;
  private final BlobGuard guard;
  private final Uploads uploads;
  private final Limits limits;
  private final CopiedTags tags;

  BlobCopier(S3Client client, String bucket, BlobGuard guard, Uploads uploads, Limits limits) {
    this.client = client;
    this.bucket = bucket;
    this.guard = guard;
    this.uploads = uploads;
    this.limits = limits;
    this.tags = new CopiedTags(client, bucket, guard.reader());
  }

  Step copy(Source source, Key to, Expect expect, Optional<String> resume) {
    try {
      if (resume.isPresent()) {
        return goOn(source, to, expect, CopyToken.parse(resume.get()));
      }
      return source.attributes().size() <= limits.whole()
          ? new Finished(copyWhole(source, to, expect))
          : begin(source, to, expect);
    } catch (SyncException e) {
      return new Finished(e.kind() == Kind.CONFLICT ? Outcome.conflict() : Outcome.rejected(e));
    }
  }

  private Outcome copyWhole(Source source, Key to, Expect expect) {
    BlobGuard.Condition condition = guard.condition(BlobGuard.Way.COPY, expect);
    Optional<Outcome> refused = guard.check(to, expect, condition);
    if (refused.isPresent()) {
      return refused.get();
    }
    try {
      CarriedAttributes carried = CarriedAttributes.of(source, ObjectReader::head);
      CopyObjectRequest.Builder request =
          CopyObjectRequest.builder()
              .sourceBucket(source.bucket())
              .sourceKey(S3Keys.text(source.ref().key()))
              .sourceVersionId(source.versionId())
              .copySourceIfMatch(guard.guards().condition(source.version().etag()))
              .destinationBucket(bucket)
              .destinationKey(S3Keys.text(to))
              .storageClass(source.attributes().storageClass().orElse(null))
              .ifNoneMatch(condition.ifNoneMatch())
              .ifMatch(condition.ifMatch());
      CopyObjectResponse copied = client.copyObject(carried.addTo(request).build());
      String etag = copied.copyObjectResult() == null ? null : copied.copyObjectResult().eTag();
      return carried
          .settle(tags, to, copied, condition.guard())
          .orElseGet(() -> guard.applied(to, etag, copied.versionId(), condition.guard()));
    } catch (SdkException e) {
      return S3Errors.missing(e)
          ? Outcome.conflict()
          : Expectations.failed("CopyObject", subject(source, to), e);
    }
  }

  private Step begin(Source source, Key to, Expect expect) {
    Optional<Outcome> refused = guard.check(to, expect, BlobGuard.Condition.LOOK);
    if (refused.isPresent()) {
      return new Finished(refused.get());
    }
    try {
      CarriedAttributes carried = CarriedAttributes.of(source, ObjectReader::headWithChecksums);
      CreateMultipartUploadRequest.Builder request =
          CreateMultipartUploadRequest.builder()
              .bucket(bucket)
              .key(S3Keys.text(to))
              .storageClass(source.attributes().storageClass().orElse(null));
      String upload = client.createMultipartUpload(carried.addTo(request).build()).uploadId();
      return new Going(new CopyToken(upload, partBytes(source.attributes().size()), 0).toString());
    } catch (SdkException e) {
      return new Finished(
          S3Errors.missing(e)
              ? Outcome.conflict()
              : Outcome.rejected(S3Errors.of("beginning a copy in parts", subject(to), e)));
    }
  }

  private long partBytes(long size) {
    return Math.max(limits.partBytes(), (size + S3Blobs.MAX_PARTS - 1) / S3Blobs.MAX_PARTS);
  }

  private Step goOn(Source source, Key to, Expect expect, CopyToken token) {
    try {
      Map<Integer, CompletedPart> done = partsBehind(to, token);
      long size = source.attributes().size();
      int all = (int) ((size + token.partBytes() - 1) / token.partBytes());
      List<Integer> missing = new ArrayList<>();
      int position = token.copied();
      for (int number = position + 1;
          number <= all && missing.size() < limits.partsPerStep();
          number++) {
        position = number;
        if (!done.containsKey(number)) {
          missing.add(number);
        }
      }
      if (missing.isEmpty() && position == all) {
        checkSource(source);
        return complete(source, to, expect, token, all);
      }
      Parallel.map(
          missing.size(), limits.executor(), i -> copyPart(source, to, token, missing.get(i)));
      return new Going(token.at(position).toString());
    } catch (SyncException e) {
      return e.getCause() != null && S3Errors.noSuchUpload(e.getCause())
          ? startOver(source, to, expect)
          : new Finished(failed(to, token, e));
    } catch (SdkException e) {
      // Of the upload, since nothing else was asked for; not every server says so.
      return S3Errors.missing(e)
          ? startOver(source, to, expect)
          : new Finished(failed(to, token, S3Errors.of("ListParts", subject(to), e)));
    }
  }

  /**
   * The store does not know the upload: it expired, or it was completed and the reply was lost. In
   * the second case the destination is there, and the expectation tells.
   */
  private Step startOver(Source source, Key to, Expect expect) {
    return begin(source, to, expect);
  }

  /**
   * The parts may be of several states where the server ignores the condition on the source, as
   * Ceph does: they are of one if it still is in the first.
   */
  private static void checkSource(Source source) {
    if (source.versionId() != null) {
      return;
    }
    Observation<ObjectVersion> now = source.reader().look(source.ref());
    if (now instanceof Observation.Unknown<ObjectVersion> unknown) {
      throw unknown.why();
    }
    if (!Expectations.holds(Expect.at(source.pin()), now)) {
      throw new SyncException(
          Kind.CONFLICT,
          source.reader().subject(source.ref().key()) + " was changed while it was copied");
    }
  }

  /** Not every server lists parts from one on; then all are listed. */
  private Map<Integer, CompletedPart> partsBehind(Key to, CopyToken token) {
    try {
      return listParts(to, token, token.copied());
    } catch (SdkException e) {
      if (token.copied() > 0 && S3Errors.status(e, 501)) {
        return listParts(to, token, 0);
      }
      throw e;
    }
  }

  private Map<Integer, CompletedPart> listParts(Key to, CopyToken token, int behind) {
    Map<Integer, CompletedPart> parts = new TreeMap<>();
    Integer marker = behind;
    while (marker != null) {
      int from = marker;
      ListPartsResponse page =
          client.listParts(
              request ->
                  request
                      .bucket(bucket)
                      .key(S3Keys.text(to))
                      .uploadId(token.upload())
                      .partNumberMarker(from));
      page.parts().forEach(part -> parts.put(part.partNumber(), Checksums.completed(part)));
      Integer next = page.nextPartNumberMarker();
      marker = Boolean.TRUE.equals(page.isTruncated()) && next != null && next > from ? next : null;
    }
    return parts;
  }

  private Integer copyPart(Source source, Key to, CopyToken token, int number) {
    long first = (number - 1) * token.partBytes();
    long last = Math.min(first + token.partBytes(), source.attributes().size()) - 1;
    try {
      client.uploadPartCopy(
          UploadPartCopyRequest.builder()
              .sourceBucket(source.bucket())
              .sourceKey(S3Keys.text(source.ref().key()))
              .sourceVersionId(source.versionId())
              .copySourceIfMatch(guard.guards().condition(source.version().etag()))
              .copySourceRange("bytes=" + first + "-" + last)
              .destinationBucket(bucket)
              .destinationKey(S3Keys.text(to))
              .uploadId(token.upload())
              .partNumber(number)
              .build());
      return number;
    } catch (SdkException e) {
      if (S3Errors.missing(e) && !S3Errors.noSuchUpload(e)) {
        throw new SyncException(
            Kind.CONFLICT, source.reader().subject(source.ref().key()) + " is gone", e);
      }
      throw S3Errors.of("UploadPartCopy " + number, subject(source, to), e);
    }
  }

  /** What lasts ends the copy; what passes leaves the upload for the next try. */
  private Outcome failed(Key to, CopyToken token, SyncException why) {
    boolean changed = why.kind() == Kind.CONFLICT;
    if (changed || !why.mayRetry()) {
      uploads.abortAfter(S3Keys.text(to), token.upload(), why);
    }
    return changed ? Outcome.conflict() : Outcome.rejected(why);
  }

  private Step complete(Source source, Key to, Expect expect, CopyToken token, int all) {
    List<CompletedPart> parts = new ArrayList<>(listParts(to, token, 0).values());
    if (parts.size() != all) {
      // The store lost parts, or the token ran ahead of them: look for the missing ones.
      return new Going(token.at(0).toString());
    }
    BlobGuard.Condition condition = guard.condition(BlobGuard.Way.COMPLETE, expect);
    Optional<Outcome> refused = guard.check(to, expect, condition);
    if (refused.isPresent()) {
      abortUnless(refused.get(), to, token);
      return new Finished(refused.get());
    }
    try {
      CompleteMultipartUploadResponse answer =
          uploads.complete(S3Keys.text(to), token.upload(), parts, condition);
      return new Finished(guard.applied(to, answer.eTag(), answer.versionId(), condition.guard()));
    } catch (SdkException e) {
      if (S3Errors.noSuchUpload(e)) {
        return startOver(source, to, expect);
      }
      Outcome outcome = Expectations.failed(condition, "CompleteMultipartUpload", subject(to), e);
      abortUnless(outcome, to, token);
      return new Finished(outcome);
    }
  }

  private void abortUnless(Outcome outcome, Key to, CopyToken token) {
    if (outcome instanceof Outcome.Conflict) {
      uploads.abortAfter(
          S3Keys.text(to), token.upload(), new SyncException(Kind.CONFLICT, "not completed"));
    }
  }

  private String subject(Key key) {
    return guard.reader().subject(key);
  }

  private String subject(Source source, Key to) {
    return source.reader().subject(source.ref().key()) + " to " + subject(to);
  }
}
