package dev.chirograph;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One version of an object in a bucket, or its only state in a bucket without versions.
 *
 * <p>What identifies and measures the content is always known; content type, user metadata and tags
 * are {@link Part}s. Immutable and safe for use by several threads.
 */
public final class ObjectVersion {

  /**
   * The id of the version in a bucket without versions, and of one written before there were any.
   */
  public static final String NULL_VERSION = "null";

  private final String versionId;
  private final boolean deleteMarker;
  private final String etag;
  private final long size;
  private final Instant lastModified;
  private final Optional<String> storageClass;
  private final Part<String> contentType;
  private final Part<Map<String, String>> metadata;
  private final Part<Map<String, String>> tags;
  private final Map<String, String> checksums;

  private ObjectVersion(Builder builder) {
    this.versionId = builder.versionId;
    this.deleteMarker = builder.deleteMarker;
    this.etag = builder.etag;
    this.size = builder.size;
    this.lastModified = builder.lastModified;
    this.storageClass = Optional.ofNullable(builder.storageClass);
    this.contentType = builder.contentType;
    this.metadata = builder.metadata;
    this.tags = builder.tags;
    this.checksums = builder.checksums;
  }

  /** A builder of an empty version of the id {@link #NULL_VERSION} with no part asked for. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder with everything of this version. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.versionId = versionId;
    builder.deleteMarker = deleteMarker;
    builder.etag = etag;
    builder.size = size;
    builder.lastModified = lastModified;
    builder.storageClass = storageClass.orElse(null);
    builder.contentType = contentType;
    builder.metadata = metadata;
    builder.tags = tags;
    builder.checksums = checksums;
    return builder;
  }

  /** The id; {@link #NULL_VERSION} in a bucket without versions. */
  public String versionId() {
    return versionId;
  }

  /** Whether this is a delete marker: no content, only the fact that the object was deleted. */
  public boolean deleteMarker() {
    return deleteMarker;
  }

  /** The entity tag without quotes; empty for a delete marker. */
  public String etag() {
    return etag;
  }

  /** The length in bytes; 0 for a delete marker. */
  public long size() {
    return size;
  }

  /** When the version was written, in whole seconds. */
  public Instant lastModified() {
    return lastModified;
  }

  /** The storage class, where the store names one. */
  public Optional<String> storageClass() {
    return storageClass;
  }

  /** The content type. */
  public Part<String> contentType() {
    return contentType;
  }

  /** The user metadata; names in lower case, without the protocol's prefix. */
  public Part<Map<String, String>> metadata() {
    return metadata;
  }

  /** The tags. */
  public Part<Map<String, String>> tags() {
    return tags;
  }

  /**
   * Checksums of the whole content by algorithm, for example {@code SHA256}, as the store writes
   * them; never checksums of checksums of parts. Empty where the store was not asked, or has none.
   */
  public Map<String, String> checksums() {
    return checksums;
  }

  /** Whether the other describes the same content under the same id, whatever its parts say. */
  public boolean sameContent(ObjectVersion other) {
    return versionId.equals(other.versionId)
        && deleteMarker == other.deleteMarker
        && etag.equals(other.etag)
        && size == other.size
        && lastModified.equals(other.lastModified);
  }

  /** This version, each part that is not known taken from the stored one of the same id. */
  ObjectVersion onto(@Nullable ObjectVersion stored) {
    if (stored == null) {
      return this;
    }
    return toBuilder()
        .contentType(contentType.orStored(stored.contentType))
        .metadata(metadata.orStored(stored.metadata))
        .tags(tags.orStored(stored.tags))
        .build();
  }

  List<SyncException> unread() {
    List<SyncException> unread = new ArrayList<>();
    contentType.trouble().ifPresent(unread::add);
    metadata.trouble().ifPresent(unread::add);
    tags.trouble().ifPresent(unread::add);
    return unread;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ObjectVersion that
        && sameContent(that)
        && storageClass.equals(that.storageClass)
        && contentType.equals(that.contentType)
        && metadata.equals(that.metadata)
        && tags.equals(that.tags)
        && checksums.equals(that.checksums);
  }

  @Override
  public int hashCode() {
    return Objects.hash(versionId, deleteMarker, etag, size, lastModified);
  }

  @Override
  public String toString() {
    return "ObjectVersion["
        + versionId
        + (deleteMarker ? ", delete marker" : ", etag=" + etag + ", size=" + size)
        + ", "
        + lastModified
        + ", storageClass="
        + storageClass.orElse("-")
        + ", contentType="
        + contentType
        + ", metadata="
        + metadata
        + ", tags="
        + tags
        + (checksums.isEmpty() ? "" : ", checksums=" + checksums)
        + "]";
  }

  /** Collects the facts of a version. Not safe for use by several threads. */
  public static final class Builder {
    private String versionId = NULL_VERSION;
    private boolean deleteMarker;
    private String etag = "";
    private long size;
    private Instant lastModified = Instant.EPOCH;
    private @Nullable String storageClass;
    private Part<String> contentType = Part.omitted();
    private Part<Map<String, String>> metadata = Part.omitted();
    private Part<Map<String, String>> tags = Part.omitted();
    private Map<String, String> checksums = Map.of();

    private Builder() {}

    /** The id; null means {@link #NULL_VERSION}. */
    public Builder versionId(@Nullable String value) {
      this.versionId = value == null ? NULL_VERSION : value;
      return this;
    }

    /** Makes it a delete marker. */
    public Builder deleteMarker() {
      this.deleteMarker = true;
      return this;
    }

    /** The entity tag; surrounding quotes are removed. */
    public Builder etag(String value) {
      this.etag = Evidence.builder().etag(value).build().etag().orElse("");
      return this;
    }

    /** The length in bytes; not negative. */
    public Builder size(long bytes) {
      if (bytes < 0) {
        throw SyncException.invalid("a size must not be negative: " + bytes);
      }
      this.size = bytes;
      return this;
    }

    /** When it was written; parts of a second are dropped. */
    public Builder lastModified(Instant value) {
      this.lastModified = value.truncatedTo(ChronoUnit.SECONDS);
      return this;
    }

    /** The storage class; null where the store names none. */
    public Builder storageClass(@Nullable String value) {
      this.storageClass = value;
      return this;
    }

    /** The content type. */
    public Builder contentType(Part<String> value) {
      this.contentType = Objects.requireNonNull(value);
      return this;
    }

    /** The user metadata. */
    public Builder metadata(Part<Map<String, String>> value) {
      this.metadata = copied(value);
      return this;
    }

    /** The tags. */
    public Builder tags(Part<Map<String, String>> value) {
      this.tags = copied(value);
      return this;
    }

    /** Checksums of the whole content by algorithm. */
    public Builder checksums(Map<String, String> byAlgorithm) {
      this.checksums = Map.copyOf(byAlgorithm);
      return this;
    }

    /** The version with the facts given so far. */
    public ObjectVersion build() {
      return new ObjectVersion(this);
    }

    private static Part<Map<String, String>> copied(Part<Map<String, String>> part) {
      return part instanceof Part.Known<Map<String, String>> known
          ? Part.known(Map.copyOf(known.value()))
          : Objects.requireNonNull(part);
    }
  }
}
