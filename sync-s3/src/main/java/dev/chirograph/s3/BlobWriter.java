package dev.chirograph.s3;

import dev.chirograph.Expect;
import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.BlobStore.Content;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.Tagging;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

/** Puts and deletes contents. */
final class BlobWriter {

  private static final String BYTES = "application/octet-stream";

  private final S3Client client;
  private final String bucket;
  private final BlobGuard guard;
  private final Uploads uploads;
  private final long threshold;
  private final int partBytes;

  BlobWriter(
      S3Client client,
      String bucket,
      BlobGuard guard,
      Uploads uploads,
      long threshold,
      int partBytes) {
    this.client = client;
    this.bucket = bucket;
    this.guard = guard;
    this.uploads = uploads;
    this.threshold = threshold;
    this.partBytes = partBytes;
  }

  Outcome put(Key key, ObjectVersion attributes, Content content, Expect expect) {
    boolean whole = attributes.size() <= threshold;
    BlobGuard.Condition condition =
        guard.condition(whole ? BlobGuard.Way.PUT : BlobGuard.Way.COMPLETE, expect);
    try {
      String text = S3Keys.text(key);
      checkMetadata(key, attributes.metadata().optional().orElse(Map.of()));
      Optional<Outcome> refused = guard.check(key, expect, condition);
      if (refused.isPresent()) {
        return refused.get();
      }
      return whole
          ? putWhole(key, text, attributes, content, condition)
          : putInParts(key, text, attributes, content, expect, condition);
    } catch (SyncException e) {
      return Outcome.rejected(e);
    }
  }

  /** Headers carry ASCII; what else they would carry differs from store to store. */
  private void checkMetadata(Key key, Map<String, String> metadata) {
    metadata.forEach(
        (name, value) -> {
          if (!isPrintable(name) || !isPrintable(value)) {
            throw SyncException.invalid(
                "the metadata entry "
                    + name
                    + " for "
                    + subject(key)
                    + " has characters outside of printable ASCII; encode them before");
          }
        });
  }

  private static boolean isPrintable(String text) {
    return text.chars().allMatch(c -> c >= ' ' && c < 0x7f);
  }

  private Outcome putWhole(
      Key key,
      String text,
      ObjectVersion attributes,
      Content content,
      BlobGuard.Condition condition) {
    Attempts attempts = new Attempts(content, attributes.size());
    try (attempts) {
      attempts.checkEmpty();
      PutObjectResponse answer =
          client.putObject(
              putRequest(text, attributes, condition),
              RequestBody.fromContentProvider(attempts, attributes.size(), BYTES));
      return guard.applied(key, answer.eTag(), answer.versionId(), condition.guard());
    } catch (IOException e) {
      return badContent(key, e);
    } catch (RuntimeException e) {
      SyncException refused = attempts.refused;
      IOException trouble = attempts.trouble();
      if (refused != null) { // nothing was sent, whatever the client makes of it
        return Outcome.rejected(refused);
      }
      return trouble == null ? putFailed(key, condition, e) : badContent(key, trouble);
    }
  }

  private PutObjectRequest putRequest(
      String text, ObjectVersion attributes, BlobGuard.Condition condition) {
    PutObjectRequest.Builder request =
        PutObjectRequest.builder()
            .bucket(bucket)
            .key(text)
            .contentType(attributes.contentType().optional().orElse(null))
            .metadata(attributes.metadata().optional().orElse(null))
            .storageClass(attributes.storageClass().orElse(null))
            .ifNoneMatch(condition.ifNoneMatch())
            .ifMatch(condition.ifMatch());
    tagging(attributes).ifPresent(request::tagging);
    return request.build();
  }

  /** An empty header is refused by stores without tags, so no tags are not stated. */
  private Optional<Tagging> tagging(ObjectVersion attributes) {
    return attributes
        .tags()
        .optional()
        .filter(tags -> guard.reader().readsTags() && !tags.isEmpty())
        .map(Tags::of);
  }

  private Outcome putInParts(
      Key key,
      String text,
      ObjectVersion attributes,
      Content content,
      Expect expect,
      BlobGuard.Condition condition) {
    String upload = null;
    List<CompletedPart> parts;
    try (InputStream bytes = content.open()) {
      upload = begin(text, attributes);
      parts = sendParts(key, text, upload, attributes.size(), bytes);
      Optional<Outcome> refused = guard.check(key, expect, condition);
      if (refused.isPresent()) {
        uploads.abortAfter(text, upload, new SyncException(Kind.CONFLICT, "not completed"));
        return refused.get();
      }
    } catch (IOException e) {
      abort(text, upload, e);
      return badContent(key, e);
    } catch (RuntimeException e) {
      abort(text, upload, e);
      // Nothing is visible before the upload is completed.
      return Outcome.rejected(S3Errors.of("uploading in parts", subject(key), e));
    }
    return complete(key, text, upload, parts, condition);
  }

  private void abort(String text, @Nullable String upload, Throwable failure) {
    if (upload != null) {
      uploads.abortAfter(text, upload, failure);
    }
  }

  private String begin(String text, ObjectVersion attributes) {
    CreateMultipartUploadRequest.Builder request =
        CreateMultipartUploadRequest.builder()
            .bucket(bucket)
            .key(text)
            .contentType(attributes.contentType().optional().orElse(null))
            .metadata(attributes.metadata().optional().orElse(null))
            .storageClass(attributes.storageClass().orElse(null));
    tagging(attributes).ifPresent(request::tagging);
    return client.createMultipartUpload(request.build()).uploadId();
  }

  private List<CompletedPart> sendParts(
      Key key, String text, String upload, long size, InputStream bytes) throws IOException {
    long part = Math.max(partBytes, (size + S3Blobs.MAX_PARTS - 1) / S3Blobs.MAX_PARTS);
    byte @Nullable [] buffer = part <= partBytes ? new byte[(int) part] : null;
    List<CompletedPart> parts = new ArrayList<>();
    for (long sent = 0; sent < size; sent += part) {
      long length = Math.min(part, size - sent);
      ExactStream stream = ExactStream.part(bytes, length, sent + length == size);
      if (buffer != null) {
        stream.readInto(buffer);
      }
      parts.add(
          sendPart(key, text, upload, parts.size() + 1, body(stream, buffer, length), stream));
    }
    return parts;
  }

  /** A buffered part can be sent again by the client's retry strategy, a streamed one cannot. */
  private static RequestBody body(ExactStream stream, byte @Nullable [] buffer, long length) {
    ContentStreamProvider provider =
        buffer == null ? new Once(stream) : () -> new ByteArrayInputStream(buffer, 0, (int) length);
    return RequestBody.fromContentProvider(provider, length, BYTES);
  }

  private CompletedPart sendPart(
      Key key, String text, String upload, int number, RequestBody body, ExactStream stream)
      throws IOException {
    try {
      return Checksums.completed(
          number,
          client.uploadPart(
              UploadPartRequest.builder()
                  .bucket(bucket)
                  .key(text)
                  .uploadId(upload)
                  .partNumber(number)
                  .build(),
              body));
    } catch (SdkException e) {
      IOException trouble = stream.trouble();
      if (trouble != null) {
        throw trouble;
      }
      throw S3Errors.of("UploadPart " + number, subject(key), e);
    }
  }

  private Outcome complete(
      Key key,
      String text,
      String upload,
      List<CompletedPart> parts,
      BlobGuard.Condition condition) {
    try {
      CompleteMultipartUploadResponse answer = uploads.complete(text, upload, parts, condition);
      return guard.applied(key, answer.eTag(), answer.versionId(), condition.guard());
    } catch (SdkException e) {
      Outcome outcome = Expectations.failed(condition, "CompleteMultipartUpload", subject(key), e);
      if (!(outcome instanceof Outcome.Unsure)) {
        uploads.abortAfter(text, upload, e);
      }
      return outcome;
    }
  }

  private Outcome putFailed(Key key, BlobGuard.Condition condition, RuntimeException error) {
    return error instanceof SdkException answer
        ? Expectations.failed(condition, "PutObject", subject(key), answer)
        : Outcome.unsure(S3Errors.of("PutObject", subject(key), error));
  }

  /** Another attempt reads the content anew, from a store that may be reached again by then. */
  private Outcome badContent(Key key, IOException why) {
    boolean misstated = why instanceof ExactStream.Misstated;
    return Outcome.rejected(
        new SyncException(
            misstated ? Kind.CORRUPT : Kind.UNAVAILABLE,
            SyncException.Advice.MAY_RETRY,
            "the content for "
                + subject(key)
                + (misstated ? " was not as stated: " : " could not be read: ")
                + why.getMessage(),
            why));
  }

  private String subject(Key key) {
    return guard.reader().subject(key);
  }

  Outcome delete(BlobRef ref, Expect expect) {
    try {
      Observation<ObjectVersion> now = guard.reader().look(ref);
      if (now instanceof Observation.Unknown<ObjectVersion> unknown) {
        return Outcome.rejected(unknown.why());
      }
      boolean holds = Expectations.holds(expect, now);
      if (isGone(ref, now)) {
        return holds || expect instanceof Expect.Absent
            ? Outcome.unchanged()
            : Expectations.conflict(now);
      }
      return holds ? deleteSeen(ref, expect, now) : Expectations.conflict(now);
    } catch (SyncException e) {
      return Outcome.rejected(e);
    }
  }

  /** A delete marker hides the latest version, but named by its id it can itself be deleted. */
  private static boolean isGone(BlobRef ref, Observation<ObjectVersion> now) {
    return now instanceof Observation.Absent
        || (now instanceof Observation.Deleted && ref.versionId().isEmpty());
  }

  private Outcome deleteSeen(BlobRef ref, Expect expect, Observation<ObjectVersion> now) {
    Guard how = deleteGuard(ref, expect);
    if (how == Guard.NONE && !(expect instanceof Expect.Anything)) {
      return Outcome.rejected(guard.unguarded(ref.key()));
    }
    boolean conditional =
        ref.versionId().isEmpty() && how != Guard.NONE && now instanceof Observation.Present;
    try {
      client.deleteObject(
          DeleteObjectRequest.builder()
              .bucket(bucket)
              .key(S3Keys.text(ref.key()))
              .versionId(ref.versionId().orElse(null))
              .ifMatch(conditional ? condition((Observation.Present<ObjectVersion>) now) : null)
              .build());
      return Outcome.deleted(how);
    } catch (SdkException e) {
      return Expectations.failed("DeleteObject", subject(ref.key()), e);
    }
  }

  private @Nullable String condition(Observation.Present<ObjectVersion> now) {
    return guard.deleteCondition(now.version());
  }

  /** A version never changes under its id, unless the id is "null". */
  private Guard deleteGuard(BlobRef ref, Expect expect) {
    if (expect instanceof Expect.Anything) {
      return Guard.NONE;
    }
    if (ref.versionId().isEmpty()) {
      return guard.deletes();
    }
    boolean immutable = !ref.versionId().get().equals(ObjectVersion.NULL_VERSION);
    return immutable ? Guard.ATOMIC : Guard.CHECKED;
  }

  /** Opens the content anew for each attempt of the client, and keeps what was wrong with it. */
  private static final class Attempts implements ContentStreamProvider, AutoCloseable {
    private final Content content;
    private final long size;
    private @Nullable ExactStream last;
    private @Nullable IOException unopened;
    private @Nullable SyncException refused;

    private Attempts(Content content, long size) {
      this.content = content;
      this.size = size;
    }

    /** An empty request is never read, so an empty content is looked at before. */
    void checkEmpty() throws IOException {
      if (size == 0) {
        try (ExactStream stream = ExactStream.whole(content.open(), 0)) {
          stream.checkEmpty();
        }
      }
    }

    @Override
    public InputStream newStream() {
      if (size == 0) {
        return InputStream.nullInputStream();
      }
      try {
        close();
        ExactStream next = ExactStream.whole(content.open(), size);
        last = next;
        return next;
      } catch (IOException e) {
        unopened = e;
        throw new UncheckedIOException(e);
      } catch (SyncException e) { // the content is itself a store's
        refused = e;
        throw e;
      }
    }

    /** A content that cannot be closed was read all the same. */
    @Override
    public void close() {
      try {
        if (last != null) {
          last.close();
        }
      } catch (IOException e) {
        // What was read has been judged already.
      }
    }

    @Nullable IOException trouble() {
      return unopened != null || last == null ? unopened : last.trouble();
    }
  }

  /** A stream that can be read once. */
  private static final class Once implements ContentStreamProvider {
    private @Nullable InputStream stream;

    private Once(InputStream stream) {
      this.stream = stream;
    }

    @Override
    public InputStream newStream() {
      InputStream only = stream;
      if (only == null) {
        throw new IllegalStateException("a streamed part cannot be sent twice");
      }
      stream = null;
      return only;
    }
  }
}
