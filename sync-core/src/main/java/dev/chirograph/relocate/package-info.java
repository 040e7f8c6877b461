/**
 * Keeps files in the buckets that their owners' policy names: finds those that lie elsewhere,
 * copies each, points its handles to the copy, and archives what is left behind.
 */
@NullMarked
package dev.chirograph.relocate;

import org.jspecify.annotations.NullMarked;
