package dev.chirograph.s3;

import dev.chirograph.Evidence;
import dev.chirograph.Expect;
import dev.chirograph.Guard;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.Observation;
import dev.chirograph.Outcome;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.Version;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.StoreCapabilities;
import dev.chirograph.spi.SupportsCopy;
import dev.chirograph.spi.relocate.ArchiveRule;
import dev.chirograph.spi.relocate.SupportsArchive;
import java.io.InputStream;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The contents of a bucket: read, written and copied.
 *
 * <p>Expectations are enforced by the store where the probe has shown that it honours the condition
 * ({@link Guard#ATOMIC}), else by a HEAD just before the write ({@link Guard#CHECKED}). Deletes
 * that can only be checked are refused unless the bucket keeps versions or {@link
 * Builder#allowCheckedDeletes()} was called.
 *
 * <p>A content above {@link Builder#multipartThreshold} is uploaded in parts, one after the other.
 * Parts up to {@link Builder#partBytes} are held in memory, so that the client can repeat one;
 * those of larger objects, whose 10,000 parts have to be larger, stream and cannot be repeated. A
 * failed upload is aborted. An object above {@link Builder#copyLimit} is copied in parts, and such
 * a copy survives its caller: see {@link #abortUploads} for those that nobody continues.
 *
 * <p>The client stays the caller's and is never closed. Requests are repeated only by the client's
 * own retry strategy, and bounded only by its time-outs. Safe for use by several threads.
 */
public final class S3Blobs implements BlobStore, SupportsCopy, SupportsArchive {

  /** The most parts that an upload can have. */
  static final int MAX_PARTS = 10_000;

  private final S3Client client;
  private final String bucket;
  private final S3Guards guards;
  private final ObjectReader reader;
  private final BlobReader content;
  private final BlobWriter writer;
  private final BlobCopier copier;
  private final BlobArchive archive;
  private final Uploads uploads;
  private final StoreCapabilities capabilities;

  private S3Blobs(Builder builder, S3Guards guards) {
    this.client = builder.client;
    this.bucket = builder.bucket;
    this.guards = guards;
    this.reader =
        new ObjectReader(client, bucket, builder.tags, guards.keepsVersions(), builder.checksums);
    this.content = new BlobReader(client, bucket, reader, guards);
    this.archive = new BlobArchive(client, bucket, reader, guards);
    this.uploads = new Uploads(client, bucket);
    BlobGuard guard = new BlobGuard(reader, guards, builder.checkedDeletes);
    this.capabilities = capabilities(guard, guards, builder.checksums);
    this.writer =
        new BlobWriter(
            client, bucket, guard, uploads, builder.multipartThreshold, builder.partBytes);
    this.copier =
        new BlobCopier(
            client,
            bucket,
            guard,
            uploads,
            new BlobCopier.Limits(
                builder.copyLimit, builder.copyPartBytes, builder.partsPerStep, builder.executor));
  }

  private static StoreCapabilities capabilities(
      BlobGuard guard, S3Guards guards, boolean checksums) {
    EnumSet<Evidence.Fact> facts =
        EnumSet.of(Evidence.Fact.ETAG, Evidence.Fact.SIZE, Evidence.Fact.LAST_MODIFIED);
    if (guards.keepsVersions()) {
      facts.add(Evidence.Fact.VERSION_ID);
    }
    if (checksums) {
      facts.add(Evidence.Fact.CHECKSUM);
    }
    StoreCapabilities.Builder able =
        StoreCapabilities.builder().puts(guard.puts()).deletes(guard.deletes()).evidence(facts);
    return guards.keepsVersions() ? able.deletesUndoable().build() : able.build();
  }

  /**
   * A bucket with every option at its default, probed under {@code .chirograph/}.
   *
   * @param client the host's, which stays open
   * @throws SyncException when the probe fails
   */
  public static S3Blobs of(S3Client client, String bucket) {
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

  @Override
  public String name() {
    return bucket;
  }

  /** Which conditions on writes are relied upon. */
  public S3Guards guards() {
    return guards;
  }

  /**
   * How writes are guarded. Puts count as atomic when the store honours the conditions of plain
   * requests and of uploads in parts alike.
   */
  @Override
  public StoreCapabilities capabilities() {
    return capabilities;
  }

  @Override
  public Observation<ObjectVersion> head(BlobRef ref) {
    return reader.look(named(ref));
  }

  @Override
  public InputStream open(BlobRef ref, long from, Expect expect) {
    return content.open(named(ref), from, expect);
  }

  /**
   * In a bucket that never had versions there is only the one named "null", which not every server
   * wants to be asked for, and which can be deleted conditionally only without its name.
   */
  private BlobRef named(BlobRef ref) {
    boolean only = ref.versionId().filter(ObjectVersion.NULL_VERSION::equals).isPresent();
    return only && guards.neverKeptVersions() ? BlobRef.latest(ref.key()) : ref;
  }

  @Override
  public Outcome put(Key key, ObjectVersion attributes, Content content, Expect expect) {
    return writer.put(key, attributes, content, expect);
  }

  @Override
  public Outcome delete(BlobRef ref, Expect expect) {
    return writer.delete(named(ref), expect);
  }

  /** Whether the other is a bucket that is used through the same client. */
  @Override
  public boolean copiesFrom(BlobStore source) {
    return source instanceof S3Blobs blobs && blobs.client == client;
  }

  /**
   * {@inheritDoc}
   *
   * <p>One step copies the whole of a small object, or begins, continues or completes a copy in
   * parts. A step that failed for a passing reason answers rejected with that advice: call it again
   * with the same token. An upload that the store does not know any more is begun anew.
   */
  @Override
  public Step copy(
      BlobStore source,
      BlobRef from,
      Version pin,
      ObjectVersion attributes,
      Key to,
      Expect expect,
      Optional<String> resume) {
    if (!(source instanceof S3Blobs blobs) || !copiesFrom(source)) {
      return new Finished(
          Outcome.rejected(
              new SyncException(
                  Kind.UNSUPPORTED,
                  bucket
                      + " copies only from buckets of the same client, not from "
                      + source.name())));
    }
    return copier.copy(
        new BlobCopier.Source(blobs.bucket, blobs.reader, blobs.named(from), pin, attributes),
        to,
        expect,
        resume);
  }

  @Override
  public void abandon(Key to, String resume) {
    uploads.abort(S3Keys.text(to), CopyToken.parse(resume).upload());
  }

  /**
   * {@inheritDoc}
   *
   * <p>Tags go to exactly the version that was seen, beside those it has; ten is the most, and an
   * object that has too many of its own is refused. S3 knows no condition on tags: what somebody
   * else writes to them between the look and the write is lost. In a bucket without versions the
   * object is looked at again afterwards, and if it was written over in between, the tags are taken
   * from what was written, and it is unsure which others that should have.
   *
   * <p>A storage class is changed by a copy of the object onto itself, which states again all that
   * the object has. It is refused above 5 GiB, and for an object with grants of its own. In a
   * bucket with versions the copy becomes the latest version, under a new id, and the one that was
   * seen stays below it in its old class, to be paid for until a rule for noncurrent versions
   * removes it; a version that is not the latest any more answers conflict. Where the entity tag is
   * one of parts, the copy has another, so that repeating this answers conflict, too.
   */
  @Override
  public Outcome archive(BlobRef ref, Version pin, ArchiveRule rule) {
    return archive.archive(named(ref), pin, rule);
  }

  /**
   * Aborts uploads in parts that were begun before a time and never completed, and whose parts are
   * paid for until then. Copies that are still under way must be younger.
   *
   * @param prefix what their keys begin with
   * @return how many were aborted
   * @throws SyncException when the store refuses or cannot be asked
   */
  public int abortUploads(Key prefix, Instant begunBefore) {
    return uploads.abort(prefix, begunBefore);
  }

  @Override
  public String toString() {
    return "S3Blobs[" + bucket + "]";
  }

  /** Collects options. Not safe for use by several threads. */
  public static final class Builder {

    private static final long MIB = 1L << 20;

    private final S3Client client;
    private final String bucket;
    private ObjectReader.TagReads tags = ObjectReader.TagReads.ALWAYS;
    private boolean checksums;
    private boolean checkedDeletes;
    private boolean racy;
    private @Nullable S3Guards guards;
    private String probePrefix = ".chirograph/";
    private RandomGenerator random = RandomGenerator.getDefault();
    private long multipartThreshold = 32 * MIB;
    private int partBytes = (int) (8 * MIB);
    private long copyLimit = 5L << 30;
    private long copyPartBytes = 512 * MIB;
    private int partsPerStep = 4;
    private @Nullable Executor executor;

    private Builder(S3Client client, String bucket) {
      this.client = Objects.requireNonNull(client, "client");
      this.bucket = Objects.requireNonNull(bucket, "bucket");
      if (bucket.isEmpty()) {
        throw SyncException.invalid("the name of a bucket must not be empty");
      }
    }

    /** The store has no tags: they are neither read nor written. */
    public Builder withoutTags() {
      this.tags = ObjectReader.TagReads.NEVER;
      return this;
    }

    /**
     * Takes an object for untagged when its HEAD counts no tags, so that looks and copies ask for
     * the tags of tagged objects only; a look is one request instead of two. Two things must hold.
     * The store counts tags in the answer to a HEAD ({@code x-amz-tagging-count}). And the
     * credentials may read the tags of every object: S3 counts none where they may not, and its
     * tags would be lost where its content goes through this machine, or is archived by a tag.
     */
    public Builder trustTagCounts() {
      this.tags = ObjectReader.TagReads.WHERE_COUNTED;
      return this;
    }

    /**
     * Each look asks for the checksums that the store keeps of contents; it costs no request more,
     * and where AWS encrypts with a key of KMS the right to decrypt. Only those of whole contents
     * are given, see {@link ObjectVersion#checksums}.
     */
    public Builder checksums() {
      this.checksums = true;
      return this;
    }

    /**
     * What the store honours, as an earlier probe of the same bucket has found; then none is made.
     */
    public Builder guards(S3Guards found) {
      this.guards = Objects.requireNonNull(found, "found");
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

    /** What the name of the probe's object begins with; {@code .chirograph/} by default. */
    public Builder probePrefix(String prefix) {
      this.probePrefix = Objects.requireNonNull(prefix, "prefix");
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

    /** The largest content that is put in one request; 32 MiB by default, 5 GiB is the most. */
    public Builder multipartThreshold(long bytes) {
      this.multipartThreshold = positive("multipartThreshold", bytes, 5L << 30);
      return this;
    }

    /**
     * The size of a part that is held in memory, one for each put under way; 8 MiB by default. S3
     * wants at least 5 MiB.
     */
    public Builder partBytes(int bytes) {
      this.partBytes = (int) positive("partBytes", bytes, Integer.MAX_VALUE);
      return this;
    }

    /** The largest object that is copied in one request; 5 GiB by default, which is S3's limit. */
    public Builder copyLimit(long bytes) {
      this.copyLimit = positive("copyLimit", bytes, 5L << 30);
      return this;
    }

    /** The size of a part of a copy; 512 MiB by default. S3 wants 5 MiB to 5 GiB. */
    public Builder copyPartBytes(long bytes) {
      this.copyPartBytes = positive("copyPartBytes", bytes, 5L << 30);
      return this;
    }

    /**
     * How many parts one step of a copy copies; 4 by default. At the same time, with an executor.
     */
    public Builder partsPerStep(int parts) {
      this.partsPerStep = (int) positive("partsPerStep", parts, MAX_PARTS);
      return this;
    }

    /** Where the parts of a step are copied. Without one they are on the calling thread. */
    public Builder executor(Executor executor) {
      this.executor = Objects.requireNonNull(executor, "executor");
      return this;
    }

    /**
     * The store. Probes the bucket unless {@link #guards} was called.
     *
     * @throws SyncException when the probe fails
     */
    public S3Blobs build() {
      S3Guards found = guards == null ? S3Probe.run(client, bucket, probePrefix, random) : guards;
      return new S3Blobs(this, racy ? found.racy() : found);
    }

    private static long positive(String option, long value, long most) {
      if (value < 1 || value > most) {
        throw SyncException.invalid(option + " must be from 1 to " + most + ", not " + value);
      }
      return value;
    }
  }
}
