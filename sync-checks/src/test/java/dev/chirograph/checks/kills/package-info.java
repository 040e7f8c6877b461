/** Processes that are killed, with every part that is real. */
@NullMarked
package dev.chirograph.checks.kills;

import org.jspecify.annotations.NullMarked;
