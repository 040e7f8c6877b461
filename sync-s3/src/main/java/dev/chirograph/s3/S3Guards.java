package dev.chirograph.s3;

/**
 * Which conditions on writes a store was seen to honour, and whether the bucket keeps versions.
 * {@link S3Probe} finds them out; some stores ignore conditions silently, so documentation is no
 * proof.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class S3Guards {

  private static final S3Guards NONE = new Builder().build();

  private final boolean putIfAbsent;
  private final boolean putIfMatch;
  private final boolean deleteIfMatch;
  private final boolean copyIfAbsent;
  private final boolean copyIfMatch;
  private final boolean completeIfAbsent;
  private final boolean completeIfMatch;
  private final boolean quotesEtags;
  private final boolean keepsVersions;
  private final boolean neverKeptVersions;
  private final boolean atomic;

  private S3Guards(Builder builder) {
    this.putIfAbsent = builder.putIfAbsent;
    this.putIfMatch = builder.putIfMatch;
    this.deleteIfMatch = builder.deleteIfMatch;
    this.copyIfAbsent = builder.copyIfAbsent;
    this.copyIfMatch = builder.copyIfMatch;
    this.completeIfAbsent = builder.completeIfAbsent;
    this.completeIfMatch = builder.completeIfMatch;
    this.quotesEtags = builder.quotesEtags;
    this.keepsVersions = builder.keepsVersions;
    this.neverKeptVersions = builder.neverKeptVersions;
    this.atomic = builder.atomic;
  }

  /** No condition is relied upon: every expectation is checked by a look just before the write. */
  public static S3Guards none() {
    return NONE;
  }

  /** Whether a put under {@code If-None-Match: *} is refused where there is an object. */
  public boolean putIfAbsent() {
    return putIfAbsent;
  }

  /**
   * Whether a put under {@code If-Match} is refused for another state, and done for the right one.
   */
  public boolean putIfMatch() {
    return putIfMatch;
  }

  /**
   * Whether a delete under {@code If-Match} is refused for another state, and done for the right
   * one.
   */
  public boolean deleteIfMatch() {
    return deleteIfMatch;
  }

  /** Whether a copy under {@code If-None-Match: *} is refused where there is an object. */
  public boolean copyIfAbsent() {
    return copyIfAbsent;
  }

  /**
   * Whether a copy under {@code If-Match} is refused for another state of what it would replace.
   */
  public boolean copyIfMatch() {
    return copyIfMatch;
  }

  /** Whether completing a multipart upload under {@code If-None-Match: *} is refused likewise. */
  public boolean completeIfAbsent() {
    return completeIfAbsent;
  }

  /** Whether completing a multipart upload under {@code If-Match} is refused for another state. */
  public boolean completeIfMatch() {
    return completeIfMatch;
  }

  /** Whether the bucket keeps versions, so that a delete can be undone. */
  public boolean keepsVersions() {
    return keepsVersions;
  }

  /** Whether versions were never switched on; where they are suspended, there may be older ones. */
  boolean neverKeptVersions() {
    return neverKeptVersions;
  }

  /**
   * Whether the conditions that are honoured hold among racing writers too. A probe cannot show it,
   * so it is taken for granted unless {@link #racy} was called.
   */
  public boolean atomic() {
    return atomic;
  }

  /**
   * The same for a store that looks at a condition first and writes then, so that of two racing
   * writers both may be let through; S3Proxy and S3Mock are such stores. Conditions go on being
   * sent, and count as {@link dev.chirograph.Guard#CHECKED}.
   */
  public S3Guards racy() {
    Builder same = new Builder();
    same.putIfAbsent = putIfAbsent;
    same.putIfMatch = putIfMatch;
    same.deleteIfMatch = deleteIfMatch;
    same.copyIfAbsent = copyIfAbsent;
    same.copyIfMatch = copyIfMatch;
    same.completeIfAbsent = completeIfAbsent;
    same.completeIfMatch = completeIfMatch;
    same.quotesEtags = quotesEtags;
    same.keepsVersions = keepsVersions;
    same.neverKeptVersions = neverKeptVersions;
    same.atomic = false;
    return same.build();
  }

  /** An entity tag as this store wants it in a condition. */
  String condition(String etag) {
    return quotesEtags ? '"' + etag + '"' : etag;
  }

  @Override
  public String toString() {
    return "S3Guards[putIfAbsent="
        + putIfAbsent
        + ", putIfMatch="
        + putIfMatch
        + ", deleteIfMatch="
        + deleteIfMatch
        + ", copyIfAbsent="
        + copyIfAbsent
        + ", copyIfMatch="
        + copyIfMatch
        + ", completeIfAbsent="
        + completeIfAbsent
        + ", completeIfMatch="
        + completeIfMatch
        + ", quotesEtags="
        + quotesEtags
        + ", keepsVersions="
        + keepsVersions
        + ", atomic="
        + atomic
        + ']';
  }

  /** Collects what a probe finds. */
  static final class Builder {
    boolean putIfAbsent;
    boolean putIfMatch;
    boolean deleteIfMatch;
    boolean copyIfAbsent;
    boolean copyIfMatch;
    boolean completeIfAbsent;
    boolean completeIfMatch;
    boolean quotesEtags = true;
    boolean keepsVersions;
    boolean neverKeptVersions;
    boolean atomic = true;

    S3Guards build() {
      return new S3Guards(this);
    }
  }
}
