package dev.chirograph.s3;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Advice;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.relocate.BlobStores;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketAlreadyExistsException;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;
import software.amazon.awssdk.services.s3.model.HeadBucketRequest;

/**
 * The buckets of one client, by name.
 *
 * <p>A bucket is looked at and probed when it is opened first, and kept: what the probe found holds
 * for as long as this object is used. Where versions of a bucket are switched on meanwhile, make a
 * new one. Moves that are verified by checksum read less where {@link S3Blobs.Builder#checksums} is
 * configured, and ask less where {@link S3Blobs.Builder#trustTagCounts} is.
 *
 * <p>Copies between buckets of one client are the store's, and keep all that {@link S3Blobs#copy}
 * says. Between two clients contents are streamed, with content type, metadata, tags and storage
 * class; the target's own rules decide on encryption, retention and legal hold, since keys and
 * locks mean nothing to another account or provider, and headers for caches and downloads ({@code
 * Cache-Control}, {@code Content-Disposition}, {@code Content-Encoding}, {@code Content-Language},
 * {@code Expires}, redirects) are not carried. Have files that need these copied through one client
 * that may read both buckets.
 *
 * <p>What is left behind, and copies that come to nothing, can be deleted where the bucket honours
 * conditions on deletes or keeps versions; else call {@link S3Blobs.Builder#allowCheckedDeletes}.
 *
 * <p>The client stays the caller's and is never closed. Safe for use by several threads.
 */
public final class S3Buckets implements BlobStores {

  private final S3Client client;
  private final BiConsumer<String, S3Blobs.Builder> configuration;
  private final Consumer<CreateBucketRequest.Builder> creation;
  private final @Nullable String owner;
  private final ConcurrentMap<String, Opened> opened = new ConcurrentHashMap<>();

  private S3Buckets(Builder builder) {
    this.client = builder.client;
    this.configuration = builder.configuration;
    this.creation = builder.creation;
    this.owner = builder.owner;
  }

  /**
   * The buckets of a client, each opened with every option at its default.
   *
   * @param client the host's, which stays open
   */
  public static S3Buckets of(S3Client client) {
    return builder(client).build();
  }

  /**
   * A builder with every option at its default.
   *
   * @param client the host's, which stays open
   */
  public static Builder builder(S3Client client) {
    return new Builder(client);
  }

  /**
   * A bucket. The first time it is looked at and probed, which takes some requests; several threads
   * wait for one probe. What could not be opened is tried anew the next time.
   *
   * @throws SyncException NOT_FOUND when there is none of that name, PERMISSION_DENIED when it is
   *     somebody else's, or the trouble
   */
  @Override
  public S3Blobs open(String bucket) {
    return opened.computeIfAbsent(bucket, Opened::new).blobs();
  }

  /**
   * Creates a bucket in the client's region; harmless when it is there and ours.
   *
   * <p>A bucket that is there and may be looked at counts as ours, unless {@link
   * Builder#expectedOwner} says whose it has to be. Who calls twice at the same time may be told
   * twice that the bucket was created.
   *
   * @return whether it was created by this call
   * @throws SyncException PERMISSION_DENIED when the name is somebody else's, or the trouble
   */
  @Override
  public boolean create(String bucket) {
    return !isThere(bucket) && isCreated(bucket);
  }

  private boolean isCreated(String bucket) {
    try {
      // The client states its region where the request does not.
      CreateBucketRequest.Builder request = CreateBucketRequest.builder();
      creation.accept(request);
      client.createBucket(request.bucket(bucket).build());
      return true;
    } catch (BucketAlreadyOwnedByYouException e) {
      return false;
    } catch (BucketAlreadyExistsException e) {
      throw new SyncException(
          Kind.PERMISSION_DENIED,
          Advice.NEVER,
          "cannot create the bucket "
              + bucket
              + ": the name is taken by somebody else, and names are unique among all customers of"
              + " the store; choose another",
          e);
    } catch (SdkException e) {
      if (S3Errors.hasCode(e, "BucketAlreadyOwnedByYou")) {
        return false;
      }
      throw S3Errors.of("CreateBucket", bucket, e);
    }
  }

  private boolean isThere(String bucket) {
    try {
      client.headBucket(
          HeadBucketRequest.builder().bucket(bucket).expectedBucketOwner(owner).build());
      return true;
    } catch (SdkException e) {
      if (S3Errors.status(e, 404)) {
        return false;
      }
      throw notSeen(bucket, e);
    }
  }

  private static SyncException notSeen(String bucket, SdkException error) {
    if (S3Errors.status(error, 403)) {
      return new SyncException(
          Kind.PERMISSION_DENIED,
          "the bucket "
              + bucket
              + " is somebody else's, or these credentials may not look at it; choose another name,"
              + " or grant s3:ListBucket",
          error);
    }
    if (S3Errors.status(error, 301)) {
      String region = S3Errors.header(error, "x-amz-bucket-region");
      return new SyncException(
          Kind.UNSUPPORTED,
          "the bucket "
              + bucket
              + " is in "
              + (region == null ? "another region" : "the region " + region)
              + "; use it through a client of that region",
          error);
    }
    return S3Errors.of("HeadBucket", bucket, error);
  }

  @Override
  public String toString() {
    return "S3Buckets" + opened.keySet();
  }

  /** One bucket; whoever comes while it is probed waits for that and no other bucket. */
  private final class Opened {
    private final String bucket;
    private @Nullable S3Blobs blobs;

    private Opened(String bucket) {
      this.bucket = bucket;
    }

    synchronized S3Blobs blobs() {
      S3Blobs known = blobs;
      if (known == null) {
        known = open();
        blobs = known;
      }
      return known;
    }

    private S3Blobs open() {
      if (!isThere(bucket)) {
        throw new SyncException(Kind.NOT_FOUND, "there is no bucket " + bucket);
      }
      S3Blobs.Builder builder = S3Blobs.builder(client, bucket);
      configuration.accept(bucket, builder);
      return builder.build();
    }
  }

  /** Collects options. Not safe for use by several threads. */
  public static final class Builder {
    private final S3Client client;
    private BiConsumer<String, S3Blobs.Builder> configuration = (bucket, builder) -> {};
    private Consumer<CreateBucketRequest.Builder> creation = request -> {};
    private @Nullable String owner;

    private Builder(S3Client client) {
      this.client = Objects.requireNonNull(client, "client");
    }

    /**
     * Sets options of a bucket before it is opened.
     *
     * @param options takes the name of the bucket and the builder to set them on; called once for
     *     each try to open one, by any thread
     */
    public Builder configure(BiConsumer<String, S3Blobs.Builder> options) {
      this.configuration = Objects.requireNonNull(options, "options");
      return this;
    }

    /**
     * Completes the request that creates a bucket, for example with object lock or with another
     * region than the client's; the name is set afterwards. Rules of lifecycle, encryption and
     * access are the host's to set on what was created.
     */
    public Builder creation(Consumer<CreateBucketRequest.Builder> request) {
      this.creation = Objects.requireNonNull(request, "request");
      return this;
    }

    /**
     * The account that every bucket has to belong to. Without it a bucket that somebody else has
     * created under a name of ours, and opened to us, would be taken for ours and filled.
     *
     * @param account twelve digits, as S3 names accounts
     */
    public Builder expectedOwner(String account) {
      this.owner = Objects.requireNonNull(account, "account");
      return this;
    }

    /** The buckets; no request is made. */
    public S3Buckets build() {
      return new S3Buckets(this);
    }
  }
}
