/**
 * Keeps a table and its replica in agreement: what is new is sent in batches, what differs is found
 * by digests, and what was deleted is deleted after it was looked at again.
 */
@NullMarked
package dev.chirograph.table;

import org.jspecify.annotations.NullMarked;
