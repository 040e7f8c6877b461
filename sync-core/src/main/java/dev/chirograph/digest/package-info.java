/** Digests of ranges, and finding with them what differs between two stores. */
@NullMarked
package dev.chirograph.digest;

import org.jspecify.annotations.NullMarked;
