/**
 * The files of S3 Batch Operations and of S3 Inventory: lists of objects for work that S3 does by
 * itself, what became of that work, and what a bucket holds.
 *
 * <p>They are read from and written to any {@link dev.chirograph.spi.BlobStore}, as streams of rows
 * in bounded memory. Jobs of S3 Batch Operations are created by the host, through its own client.
 */
@NullMarked
package dev.chirograph.s3.batch;

import org.jspecify.annotations.NullMarked;
