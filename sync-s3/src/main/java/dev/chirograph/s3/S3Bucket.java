package dev.chirograph.s3;

import dev.chirograph.Change;
import dev.chirograph.Evidence;
import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.KeyRange;
import dev.chirograph.Listing;
import dev.chirograph.ObjectState;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.spi.Replica;
import dev.chirograph.spi.StoreCapabilities;
import dev.chirograph.spi.SupportsKnown;
import dev.chirograph.spi.SupportsSplit;
import dev.chirograph.spi.SupportsTags;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;

/**
 * A bucket as a store of object states: listed, observed, split, tagged, and brought into agreement
 * with a catalogue.
 *
 * <p>There are two views of a bucket. The plain one knows current objects: a listing takes one
 * request for each thousand keys, an observation two (HEAD and tags). The view with {@link
 * Builder#versions()} knows all versions and delete markers: a listing takes one request for each
 * thousand versions, an observation of an object whose older versions are known takes three.
 *
 * <p>A put brings no bytes. It changes tags, content type and metadata of an object whose content
 * is the one that the value names, and is rejected otherwise. S3 changes content type and metadata
 * by copying the object onto itself: a new version, a new time, and another entity tag where the
 * object was uploaded in parts. Such a copy is made only when everything that it would replace
 * could be read.
 *
 * <p>Deletes are refused unless the store is known to honour {@code If-Match} on them, or to keep
 * versions, or {@link Builder#allowCheckedDeletes()} was called; what the store honours is found by
 * {@link Builder#probe} or told by {@link Builder#guards}.
 *
 * <p>The client stays the caller's and is never closed. Requests are repeated only by the client's
 * own retry strategy, and bounded only by its time-outs. Keys are text: an object whose key is no
 * UTF-8 cannot be addressed through the SDK, and its listed key holds replacement characters.
 *
 * <p>Memory is bounded: a listing holds at most the page that is read, the pages fetched ahead, and
 * the versions of one key up to {@link Builder#maxVersions}. Safe for use by several threads.
 */
public final class S3Bucket
    implements Replica<ObjectState>, SupportsSplit, SupportsKnown<ObjectState>, SupportsTags {

  /** S3's own limit of tags on an object. */
  private static final int MAX_TAGS = 10;

  private final String name;
  private final BucketLister lister;
  private final BucketObserver observer;
  private final BucketWriter writer;
  private final StoreCapabilities capabilities;
  private final S3Guards guards;
  private final @Nullable Executor executor;
  private final int pageSize;

  private S3Bucket(Builder builder, boolean versions, S3Guards guards) {
    this.name = builder.bucket;
    this.guards = guards;
    this.executor = builder.executor;
    this.pageSize = builder.pageSize;
    BucketPages pages =
        new BucketPages(builder.client, builder.bucket, builder.ordered, builder.maxVersions);
    ObjectReader reader =
        new ObjectReader(
            builder.client, builder.bucket, builder.tags, versions || guards.keepsVersions());
    this.lister =
        new BucketLister(
            builder.bucket,
            pages,
            new BucketLister.Options(
                versions,
                builder.ordered,
                builder.skipPlaceholders,
                builder.pageSize,
                builder.prefetch,
                builder.executor));
    this.observer =
        new BucketObserver(
            builder.client,
            builder.bucket,
            reader,
            versions ? new VersionReader(pages, reader, builder.maxVersions) : null,
            builder.publicReadability,
            builder.skipPlaceholders);
    this.writer =
        new BucketWriter(
            builder.client,
            builder.bucket,
            reader,
            new BlobGuard(reader, guards, builder.checkedDeletes),
            MAX_TAGS);
    this.capabilities = capabilities(builder, versions, writer.deletes(), guards);
  }

  private static StoreCapabilities capabilities(
      Builder builder, boolean versions, Guard deletes, S3Guards guards) {
    EnumSet<Evidence.Fact> facts =
        EnumSet.of(Evidence.Fact.ETAG, Evidence.Fact.SIZE, Evidence.Fact.LAST_MODIFIED);
    if (versions) {
      facts.add(Evidence.Fact.VERSION_ID);
      facts.add(Evidence.Fact.HISTORY);
    }
    StoreCapabilities.Builder able =
        StoreCapabilities.builder()
            .puts(Guard.CHECKED)
            .deletes(deletes)
            .maxBatch(builder.batch())
            .evidence(facts);
    if (builder.ordered) {
      able.ordered();
    }
    if (versions) {
      able.listsTombstones();
    }
    return guards.keepsVersions() ? able.deletesUndoable().build() : able.build();
  }

  /** The plain view of a bucket, with every option at its default. Makes no request. */
  public static S3Bucket of(S3Client client, String bucket) {
    return builder(client, bucket).build();
  }

  /**
   * A builder with every option at its default.
   *
   * @param client the host's, which stays open
   */
  public static Builder builder(S3Client client, String bucket) {
    return new Builder(client, bucket);
  }

  /** The name of the bucket. */
  public String name() {
    return name;
  }

  /** Which conditions on writes are relied upon. */
  public S3Guards guards() {
    return guards;
  }

  @Override
  public StoreCapabilities capabilities() {
    return capabilities;
  }

  @Override
  public Listing list(KeyRange range) {
    return lister.list(Objects.requireNonNull(range, "range"));
  }

  @Override
  public List<Observation<ObjectState>> observe(List<Key> keys) {
    return observe(keys, keys.stream().map(key -> Optional.<ObjectState>empty()).toList());
  }

  /**
   * {@inheritDoc}
   *
   * <p>Content type, metadata and tags of a version that is not the latest are taken from what is
   * known when id, entity tag, size and time agree; those of the version named "null" never are.
   */
  @Override
  public List<Observation<ObjectState>> observe(List<Key> keys, List<Optional<ObjectState>> known) {
    checkBatch("observe", keys);
    if (known.size() != keys.size()) {
      throw SyncException.invalid(
          "observe was given " + keys.size() + " keys and " + known.size() + " known values");
    }
    BucketObserver.Call call = observer.call();
    return Parallel.map(keys.size(), executor, i -> call.observe(keys.get(i), known.get(i)));
  }

  /**
   * {@inheritDoc}
   *
   * <p>At most 20 requests. Empty for a bucket declared as unordered, and for a range of less than
   * two pages.
   */
  @Override
  public Optional<Key> split(KeyRange range) {
    return capabilities.ordered()
        ? new MiddleFinder(lister::peek, pageSize).find(range)
        : Optional.empty();
  }

  @Override
  public List<Outcome> apply(List<Change<ObjectState>> changes) {
    checkBatch("apply", changes.stream().map(Change::key).toList());
    return Parallel.map(changes.size(), executor, i -> writer.apply(changes.get(i)));
  }

  @Override
  public int maxTags() {
    return MAX_TAGS;
  }

  /**
   * {@inheritDoc}
   *
   * <p>S3 has no condition on writing tags: the guard is {@link Guard#NONE}, and of two writers the
   * later one wins.
   */
  @Override
  public Outcome writeTags(Key key, String versionId, Map<String, String> tags) {
    return writer.writeTags(key, versionId, tags);
  }

  private void checkBatch(String operation, List<Key> keys) {
    if (keys.size() > capabilities.maxBatch()) {
      throw SyncException.invalid(
          operation
              + " on "
              + name
              + " takes at most "
              + capabilities.maxBatch()
              + " keys, not "
              + keys.size());
    }
  }

  @Override
  public String toString() {
    return "S3Bucket[" + name + "]";
  }

  /** Collects the options of a view. Not safe for use by several threads. */
  public static final class Builder {

    private enum Versions {
      NO,
      YES,
      AS_CONFIGURED
    }

    private final S3Client client;
    private final String bucket;
    private Versions versions = Versions.NO;
    private boolean ordered = true;
    private boolean skipPlaceholders;
    private ObjectReader.TagReads tags = ObjectReader.TagReads.ALWAYS;
    private boolean publicReadability;
    private boolean checkedDeletes;
    private boolean racy;
    private @Nullable Executor executor;
    private int prefetch = 2;
    private int pageSize = 1_000;
    private int maxVersions = 10_000;
    private int maxBatch;
    private S3Guards guards = S3Guards.none();
    private @Nullable String probePrefix;
    private RandomGenerator random = RandomGenerator.getDefault();

    private Builder(S3Client client, String bucket) {
      this.client = Objects.requireNonNull(client, "client");
      this.bucket = Objects.requireNonNull(bucket, "bucket");
      if (bucket.isEmpty()) {
        throw SyncException.invalid("the name of a bucket must not be empty");
      }
    }

    /**
     * All versions and delete markers, not current objects only. Works on any bucket; in one that
     * never kept versions each object has the one version "null".
     *
     * <p>S3 tells times in whole seconds, and the SDK lists versions apart from delete markers. The
     * latest is always the one that S3 calls so; of older ones of the same second, markers are
     * taken for newer than versions.
     */
    public Builder versions() {
      this.versions = Versions.YES;
      return this;
    }

    /**
     * All versions when the bucket keeps or once kept them, which {@link #build} asks it. A bucket
     * that is given versions later needs a new view.
     */
    public Builder versionsAsConfigured() {
      this.versions = Versions.AS_CONFIGURED;
      return this;
    }

    /**
     * The server lists in another order than that of bytes. Then every listing of a range reads all
     * keys of its common prefix, nothing is split, and the engine has to sort.
     */
    public Builder unordered() {
      this.ordered = false;
      return this;
    }

    /**
     * Leaves out the placeholders of folders: empty objects whose key ends in {@code /}, and no
     * others. By default they are objects like any other.
     */
    public Builder skipFolderPlaceholders() {
      this.skipPlaceholders = true;
      return this;
    }

    /** The store has no tags: they are not asked for, and an observation saves a request. */
    public Builder withoutTags() {
      this.tags = ObjectReader.TagReads.NEVER;
      return this;
    }

    /**
     * Takes an object for untagged when its HEAD counts no tags, so that observing it is one
     * request instead of two. Two things must hold. The store counts tags in the answer to a HEAD
     * ({@code x-amz-tagging-count}). And the credentials may read the tags of every object: S3
     * counts none where they may not, and its tags would be taken off the other side.
     */
    public Builder trustTagCounts() {
      this.tags = ObjectReader.TagReads.WHERE_COUNTED;
      return this;
    }

    /**
     * Asks whether each object is public: one more request for its ACL, and one for the status of
     * the bucket's policy in each call. Public is what S3 calls so: the policy is public, or the
     * ACL grants reading to everybody or to every account.
     */
    public Builder publicReadability() {
      this.publicReadability = true;
      return this;
    }

    /**
     * Where pages are fetched ahead and the items of a batch are done at the same time. Without one
     * everything happens on the calling thread. It stays the caller's.
     */
    public Builder executor(Executor executor) {
      this.executor = Objects.requireNonNull(executor, "executor");
      return this;
    }

    /** How many pages of a listing are fetched ahead where there is an executor; 2 by default. */
    public Builder prefetch(int pages) {
      this.prefetch = positive("prefetch", pages, Integer.MAX_VALUE);
      return this;
    }

    /** How many keys or versions a page has; 1,000 by default, which is the most. */
    public Builder pageSize(int keys) {
      this.pageSize = positive("pageSize", keys, 1_000);
      return this;
    }

    /**
     * The largest number of versions of one key; 10,000 by default, at about 300 bytes of memory
     * each. An object with more is observed as unknown, and reported.
     */
    public Builder maxVersions(int versions) {
      this.maxVersions = positive("maxVersions", versions, Integer.MAX_VALUE);
      return this;
    }

    /**
     * The largest number of items in one call. By default 100 where there is an executor to do them
     * side by side, else 1, so that the engine does.
     */
    public Builder maxBatch(int items) {
      this.maxBatch = positive("maxBatch", items, Integer.MAX_VALUE);
      return this;
    }

    private int batch() {
      return maxBatch > 0 ? maxBatch : executor == null ? 1 : 100;
    }

    /** What the store honours, as an earlier probe of the same bucket has found. */
    public Builder guards(S3Guards found) {
      this.guards = Objects.requireNonNull(found, "found");
      this.probePrefix = null;
      return this;
    }

    /** Lets {@link #build} find out what the store honours, see {@link S3Probe}. */
    public Builder probe(String prefix) {
      this.probePrefix = Objects.requireNonNull(prefix, "prefix");
      return this;
    }

    /**
     * The store looks at a condition first and writes then, so that of two racing writers both may
     * be let through; S3Proxy and S3Mock are such stores. A probe cannot tell: it sees each
     * condition honoured, and a race finds the gap in one of ten tries at best. Conditions go on
     * being sent, and count as {@link Guard#CHECKED}.
     */
    public Builder racyConditions() {
      this.racy = true;
      return this;
    }

    /** The source of names for the objects of a probe. */
    public Builder random(RandomGenerator generator) {
      this.random = Objects.requireNonNull(generator, "generator");
      return this;
    }

    /**
     * Allows deletes whose expectation is only checked by a look just before. Something written in
     * between is lost, unless the bucket keeps versions.
     */
    public Builder allowCheckedDeletes() {
      this.checkedDeletes = true;
      return this;
    }

    /**
     * The view. Makes requests only after {@link #versionsAsConfigured} or {@link #probe}.
     *
     * @throws SyncException when one of these requests fails
     */
    public S3Bucket build() {
      S3Guards found =
          probePrefix == null ? guards : S3Probe.run(client, bucket, probePrefix, random);
      return new S3Bucket(
          this, versions == Versions.YES || isConfigured(), racy ? found.racy() : found);
    }

    private boolean isConfigured() {
      if (versions != Versions.AS_CONFIGURED) {
        return false;
      }
      try {
        BucketVersioningStatus status =
            client.getBucketVersioning(request -> request.bucket(bucket)).status();
        return status == BucketVersioningStatus.ENABLED
            || status == BucketVersioningStatus.SUSPENDED;
      } catch (SdkException e) {
        throw S3Errors.of("GetBucketVersioning", bucket, e);
      }
    }

    private static int positive(String option, int value, int most) {
      if (value < 1 || value > most) {
        throw SyncException.invalid(option + " must be from 1 to " + most + ", not " + value);
      }
      return value;
    }
  }
}
