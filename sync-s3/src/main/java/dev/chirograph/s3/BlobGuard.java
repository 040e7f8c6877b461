package dev.chirograph.s3;

import dev.chirograph.Expect;
import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.Version;
import dev.chirograph.spi.BlobStore.BlobRef;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/** Decides how the expectation of a write is enforced, and enforces it where the store does not. */
final class BlobGuard {

  /** The ways to write, each with its own conditions. */
  enum Way {
    PUT,
    COPY,
    COMPLETE
  }

  /**
   * What a write sends along.
   *
   * @param ifNoneMatch null, or the star
   * @param ifMatch null, or an entity tag
   * @param guard what they enforce
   */
  record Condition(@Nullable String ifNoneMatch, @Nullable String ifMatch, Guard guard) {

    /** Nothing is sent: the expectation has to be checked. */
    static final Condition LOOK = new Condition(null, null, Guard.CHECKED);

    boolean isSent() {
      return ifNoneMatch != null || ifMatch != null;
    }
  }

  private final ObjectReader reader;
  private final S3Guards guards;
  private final boolean checkedDeletes;

  BlobGuard(ObjectReader reader, S3Guards guards, boolean checkedDeletes) {
    this.reader = reader;
    this.guards = guards;
    this.checkedDeletes = checkedDeletes;
  }

  S3Guards guards() {
    return guards;
  }

  ObjectReader reader() {
    return reader;
  }

  /** The condition for a write; without guard where nothing is expected. */
  Condition condition(Way way, Expect expect) {
    if (expect instanceof Expect.Absent) {
      return honoursAbsence(way) ? new Condition("*", null, puts()) : Condition.LOOK;
    }
    if (expect instanceof Expect.At at) {
      S3Version version = S3Version.parse(at.version());
      // A store cannot be asked for a delete marker by its entity tag, since it has none.
      return honoursMatch(way) && !version.isMarker()
          ? new Condition(null, guards.condition(version.etag()), puts())
          : Condition.LOOK;
    }
    return new Condition(null, null, Guard.NONE);
  }

  /**
   * How the expectations of all puts are enforced. No write claims more, though the store may do
   * better for some.
   */
  Guard puts() {
    boolean atomic =
        guards.atomic()
            && guards.putIfAbsent()
            && guards.putIfMatch()
            && guards.completeIfAbsent()
            && guards.completeIfMatch();
    return atomic ? Guard.ATOMIC : Guard.CHECKED;
  }

  private boolean honoursAbsence(Way way) {
    return switch (way) {
      case PUT -> guards.putIfAbsent();
      case COPY -> guards.copyIfAbsent();
      case COMPLETE -> guards.completeIfAbsent();
    };
  }

  private boolean honoursMatch(Way way) {
    return switch (way) {
      case PUT -> guards.putIfMatch();
      case COPY -> guards.copyIfMatch();
      case COMPLETE -> guards.completeIfMatch();
    };
  }

  /** Looks whether the expectation holds, where the store will not; empty: go on. */
  Optional<Outcome> check(Key key, Expect expect, Condition condition) {
    if (condition.isSent() || expect instanceof Expect.Anything) {
      return Optional.empty();
    }
    Observation<ObjectVersion> now = reader.look(BlobRef.latest(key));
    if (now instanceof Observation.Unknown<ObjectVersion> unknown) {
      return Optional.of(Outcome.rejected(unknown.why()));
    }
    return Expectations.holds(expect, now)
        ? Optional.empty()
        : Optional.of(Expectations.conflict(now));
  }

  /**
   * What a write answers that was done. Some servers do not name the version completely; then it is
   * looked up, and where that fails it is unsure what is there now.
   */
  Outcome applied(Key key, @Nullable String etag, @Nullable String versionId, Guard how) {
    boolean named = etag != null && !etag.isEmpty();
    if (named && (versionId != null || !guards.keepsVersions())) {
      return Outcome.applied(S3Version.of(etag, versionId).toVersion(), how);
    }
    try {
      HeadObjectResponse now = reader.head(S3Keys.text(key), versionId);
      return Outcome.applied(S3Version.of(now.eTag(), now.versionId()).toVersion(), how);
    } catch (SdkException e) {
      return Outcome.unsure(S3Errors.of("looking up what was written to", reader.subject(key), e));
    }
  }

  /** How the expectation of deleting the latest version is enforced. */
  Guard deletes() {
    if (guards.deleteIfMatch() && guards.atomic()) {
      return Guard.ATOMIC;
    }
    return guards.keepsVersions() || checkedDeletes ? Guard.CHECKED : Guard.NONE;
  }

  /** What a delete of this state sends as its condition; null where the store honours none. */
  @Nullable String deleteCondition(Version seen) {
    S3Version version = S3Version.parse(seen);
    return guards.deleteIfMatch() && !version.isMarker() ? guards.condition(version.etag()) : null;
  }

  SyncException unguarded(Key key) {
    return new SyncException(
        Kind.UNSUPPORTED,
        "will not delete "
            + reader.subject(key)
            + ": the store is not known to honour If-Match on deletes, nor to keep versions; probe it,"
            + " or allow checked deletes");
  }
}
