/**
 * Buckets of Amazon S3 and of servers that speak its protocol.
 *
 * <p>{@link dev.chirograph.s3.S3Bucket} lists and observes a bucket for the reconciler, {@link
 * dev.chirograph.s3.S3Blobs} reads, writes and copies contents, {@link dev.chirograph.s3.S3Events}
 * parses event notifications. The host passes its own {@code S3Client}, which is never closed here.
 * Nothing here retries: what the retry strategy of that client does not mend is reported.
 */
@NullMarked
package dev.chirograph.s3;

import org.jspecify.annotations.NullMarked;
