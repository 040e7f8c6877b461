/**
 * Files of a project follow its cost allocation from bucket to bucket, while everybody goes on
 * working with them.
 *
 * <p>Start with {@link dev.chirograph.examples.relocation.MoveProject}.
 */
@NullMarked
package dev.chirograph.examples.relocation;

import org.jspecify.annotations.NullMarked;
