/** Tables of offices that are replicated over HTTP, from end to end. */
@NullMarked
package dev.chirograph.checks.tables;

import org.jspecify.annotations.NullMarked;
