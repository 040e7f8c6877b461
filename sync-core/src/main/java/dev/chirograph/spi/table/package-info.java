/**
 * What a table has to offer so that it can be kept in agreement with another: rows in the order of
 * their versions, digests of parts of itself, and conditional writes.
 *
 * <p>Rows travel as text, the same from every database, so that two sides can compare and hash them
 * without knowing each other.
 */
@NullMarked
package dev.chirograph.spi.table;

import org.jspecify.annotations.NullMarked;
