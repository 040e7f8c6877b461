package dev.chirograph;

import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What proves the content of an item without reading it. Two sides are compared on the facts that
 * both give, and on no others.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class Evidence {

  /** A kind of fact. */
  public enum Fact {
    /** The entity tag, without quotes. */
    ETAG,
    /**
     * The length in bytes. Two different sizes prove a difference; two equal ones prove nothing.
     */
    SIZE,
    /** The id of the current version, in stores that keep versions. */
    VERSION_ID,
    /** A checksum of the content; compared where both sides used the same algorithm. */
    CHECKSUM,
    /**
     * The time of the last change, in whole seconds (finer parts differ between a store's answers).
     */
    LAST_MODIFIED,
    /** The identity of this incarnation of the item. */
    UID,
    /** A digest of the list of all versions of the item. */
    HISTORY
  }

  /** The answer of a comparison. */
  public enum Match {
    /** All shared facts agree, and at least one of them proves content. */
    SAME,
    /** At least one shared fact differs. */
    DIFFERENT,
    /** The sides share no fact that could prove them equal. */
    NO_SHARED_EVIDENCE
  }

  private static final long NONE = Long.MIN_VALUE;
  private static final Evidence EMPTY = builder().build();

  private final @Nullable String etag;
  private final long size;
  private final @Nullable String versionId;
  private final Map<String, String> checksums;
  private final long lastModifiedSecond;
  private final @Nullable String uid;
  private final @Nullable String history;

  private Evidence(Builder builder) {
    this.etag = builder.etag;
    this.size = builder.size;
    this.versionId = builder.versionId;
    this.checksums = builder.checksums;
    this.lastModifiedSecond = builder.lastModifiedSecond;
    this.uid = builder.uid;
    this.history = builder.history;
  }

  /** No fact at all: comparing it gives {@link Match#NO_SHARED_EVIDENCE}. */
  public static Evidence none() {
    return EMPTY;
  }

  /** A builder without any fact. */
  public static Builder builder() {
    return new Builder();
  }

  /** Compares on every fact that both sides give. */
  public Match compare(Evidence other) {
    return compare(other, ALL_FACTS);
  }

  /** Compares on those of the named facts that both sides give. */
  public Match compare(Evidence other, Set<Fact> on) {
    boolean proof = false;
    if (size != NONE && other.size != NONE && on.contains(Fact.SIZE) && size != other.size) {
      return Match.DIFFERENT;
    }
    if (etag != null && other.etag != null && on.contains(Fact.ETAG)) {
      if (!etag.equals(other.etag)) {
        return Match.DIFFERENT;
      }
      proof = true;
    }
    if (versionId != null && other.versionId != null && on.contains(Fact.VERSION_ID)) {
      if (!versionId.equals(other.versionId)) {
        return Match.DIFFERENT;
      }
      proof = true;
    }
    if (lastModifiedSecond != NONE
        && other.lastModifiedSecond != NONE
        && on.contains(Fact.LAST_MODIFIED)) {
      if (lastModifiedSecond != other.lastModifiedSecond) {
        return Match.DIFFERENT;
      }
      proof = true;
    }
    if (uid != null && other.uid != null && on.contains(Fact.UID)) {
      if (!uid.equals(other.uid)) {
        return Match.DIFFERENT;
      }
      proof = true;
    }
    if (history != null && other.history != null && on.contains(Fact.HISTORY)) {
      if (!history.equals(other.history)) {
        return Match.DIFFERENT;
      }
      proof = true;
    }
    if (!checksums.isEmpty() && !other.checksums.isEmpty() && on.contains(Fact.CHECKSUM)) {
      for (Map.Entry<String, String> checksum : checksums.entrySet()) {
        String theirs = other.checksums.get(checksum.getKey());
        if (theirs != null) {
          if (!theirs.equals(checksum.getValue())) {
            return Match.DIFFERENT;
          }
          proof = true;
        }
      }
    }
    return proof ? Match.SAME : Match.NO_SHARED_EVIDENCE;
  }

  private static final Set<Fact> ALL_FACTS = EnumSet.allOf(Fact.class);

  /** The entity tag, without quotes. */
  public Optional<String> etag() {
    return Optional.ofNullable(etag);
  }

  /** The length in bytes. */
  public OptionalLong size() {
    return size == NONE ? OptionalLong.empty() : OptionalLong.of(size);
  }

  /** The id of the current version. */
  public Optional<String> versionId() {
    return Optional.ofNullable(versionId);
  }

  /** Checksums of the content by algorithm, for example {@code SHA256}. */
  public Map<String, String> checksums() {
    return checksums;
  }

  /** The time of the last change, in whole seconds. */
  public Optional<Instant> lastModified() {
    return lastModifiedSecond == NONE
        ? Optional.empty()
        : Optional.of(Instant.ofEpochSecond(lastModifiedSecond));
  }

  /** The identity of this incarnation of the item. */
  public Optional<String> uid() {
    return Optional.ofNullable(uid);
  }

  /** A digest of the list of all versions of the item. */
  public Optional<String> history() {
    return Optional.ofNullable(history);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Evidence that
        && Objects.equals(etag, that.etag)
        && size == that.size
        && Objects.equals(versionId, that.versionId)
        && checksums.equals(that.checksums)
        && lastModifiedSecond == that.lastModifiedSecond
        && Objects.equals(uid, that.uid)
        && Objects.equals(history, that.history);
  }

  @Override
  public int hashCode() {
    return Objects.hash(etag, size, versionId, checksums, lastModifiedSecond, uid, history);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("Evidence[");
    append(text, "etag", etag);
    append(text, "size", size == NONE ? null : size);
    append(text, "versionId", versionId);
    append(text, "checksums", checksums.isEmpty() ? null : checksums);
    append(text, "lastModified", lastModified().orElse(null));
    append(text, "uid", uid);
    append(text, "history", history);
    return text.append(']').toString();
  }

  private static void append(StringBuilder text, String name, @Nullable Object value) {
    if (value != null) {
      text.append(text.charAt(text.length() - 1) == '[' ? "" : ", ")
          .append(name)
          .append('=')
          .append(value);
    }
  }

  /** Collects facts. Not safe for use by several threads. */
  public static final class Builder {
    private @Nullable String etag;
    private long size = NONE;
    private @Nullable String versionId;
    private Map<String, String> checksums = Map.of();
    private long lastModifiedSecond = NONE;
    private @Nullable String uid;
    private @Nullable String history;

    private Builder() {}

    /** The entity tag; surrounding quotes are removed. Null leaves the fact out. */
    public Builder etag(@Nullable String value) {
      this.etag = value == null ? null : unquoted(value);
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

    /** The id of the current version. Null leaves the fact out. */
    public Builder versionId(@Nullable String value) {
      this.versionId = value;
      return this;
    }

    /** Checksums by algorithm. */
    public Builder checksums(Map<String, String> byAlgorithm) {
      this.checksums = Map.copyOf(byAlgorithm);
      return this;
    }

    /** The time of the last change; parts of a second are dropped. Null leaves the fact out. */
    public Builder lastModified(@Nullable Instant value) {
      this.lastModifiedSecond = value == null ? NONE : value.getEpochSecond();
      return this;
    }

    /** The identity of this incarnation. Null leaves the fact out. */
    public Builder uid(@Nullable String value) {
      this.uid = value;
      return this;
    }

    /** A digest of the list of all versions. Null leaves the fact out. */
    public Builder history(@Nullable String value) {
      this.history = value;
      return this;
    }

    /** The evidence with the facts given so far. */
    public Evidence build() {
      return new Evidence(this);
    }

    private static String unquoted(String etag) {
      return etag.length() >= 2 && etag.startsWith("\"") && etag.endsWith("\"")
          ? etag.substring(1, etag.length() - 1)
          : etag;
    }
  }
}
