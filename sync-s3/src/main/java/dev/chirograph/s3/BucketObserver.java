package dev.chirograph.s3;

import dev.chirograph.Evidence;
import dev.chirograph.Key;
import dev.chirograph.ObjectState;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Part;
import dev.chirograph.SyncException;
import dev.chirograph.spi.BlobStore.BlobRef;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3Client;

/** Observes objects, in the plain view or with all versions. */
final class BucketObserver {

  private final S3Client client;
  private final String bucket;
  private final ObjectReader reader;
  private final @Nullable VersionReader versions;
  private final boolean publicity;
  private final boolean skipPlaceholders;

  /**
   * @param versions null in the plain view
   */
  BucketObserver(
      S3Client client,
      String bucket,
      ObjectReader reader,
      @Nullable VersionReader versions,
      boolean publicity,
      boolean skipPlaceholders) {
    this.client = client;
    this.bucket = bucket;
    this.reader = reader;
    this.versions = versions;
    this.publicity = publicity;
    this.skipPlaceholders = skipPlaceholders;
  }

  /** One call that observes some keys, and asks once for what concerns the whole bucket. */
  Call call() {
    return new Call(publicity ? new PublicReads(client, bucket) : null);
  }

  /** One call; safe for use by several threads. */
  final class Call {
    private final @Nullable PublicReads publicReads;

    private Call(@Nullable PublicReads publicReads) {
      this.publicReads = publicReads;
    }

    /** Never throws for trouble with the store. */
    Observation<ObjectState> observe(Key key, Optional<ObjectState> known) {
      try {
        return versions == null ? plain(key) : withVersions(versions, key, known);
      } catch (SyncException e) {
        return Observation.unknown(e);
      } catch (RuntimeException e) {
        return Observation.unknown(S3Errors.of("observing", reader.subject(key), e));
      }
    }

    private Observation<ObjectState> plain(Key key) {
      Observation<ObjectVersion> seen = reader.look(BlobRef.latest(key));
      if (seen instanceof Observation.Unknown<ObjectVersion> unknown) {
        return Observation.unknown(unknown.why());
      }
      if (seen instanceof Observation.Deleted<ObjectVersion> deleted) {
        return Observation.deleted(deleted.version());
      }
      if (!(seen instanceof Observation.Present<ObjectVersion> present)
          || isSkipped(key, present.value())) {
        return Observation.absent();
      }
      ObjectVersion found = present.value();
      Evidence evidence =
          Evidence.builder()
              .etag(found.etag())
              .size(found.size())
              .lastModified(found.lastModified())
              .build();
      ObjectVersion only = found.toBuilder().versionId(null).build();
      String versionId = S3Version.of(found).versionId();
      return Observation.present(
          new ObjectState(Optional.empty(), List.of(only), isPublic(key, versionId)),
          present.version(),
          evidence);
    }

    private Observation<ObjectState> withVersions(
        VersionReader versions, Key key, Optional<ObjectState> known) {
      int expected = known.map(state -> state.versions().size()).orElse(0);
      Optional<Observation<ObjectState>> seen = attempt(versions, key, known, expected);
      // Somebody wrote in between. A second look is enough unless that goes on all the time.
      return seen.or(() -> attempt(versions, key, known, expected))
          .orElseGet(() -> Observation.unknown(reader.changing(key)));
    }

    private Optional<Observation<ObjectState>> attempt(
        VersionReader versions, Key key, Optional<ObjectState> known, int expected) {
      VersionGroup group = versions.list(key, expected);
      if (group.isEmpty() || (skipPlaceholders && group.isFolderPlaceholder())) {
        return Optional.of(Observation.absent());
      }
      return versions.read(key, group.newestFirst(), known).map(read -> present(key, read));
    }

    private Observation<ObjectState> present(Key key, List<ObjectVersion> read) {
      ObjectVersion latest = read.get(0);
      S3Version version = S3Version.of(latest);
      if (latest.deleteMarker()) {
        return Observation.deleted(version.toVersion(), ObjectState.of(read));
      }
      ObjectState state =
          new ObjectState(Optional.empty(), read, isPublic(key, version.versionId()));
      return Observation.present(state, version.toVersion(), state.evidence());
    }

    private Part<Boolean> isPublic(Key key, @Nullable String versionId) {
      return publicReads == null ? Part.omitted() : publicReads.of(key, versionId);
    }
  }

  private boolean isSkipped(Key key, ObjectVersion version) {
    return skipPlaceholders && S3Keys.endsInSlash(key) && version.size() == 0;
  }
}
