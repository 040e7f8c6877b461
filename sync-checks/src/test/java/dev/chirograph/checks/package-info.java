/** Checks over the whole project: its arrows, and that its documents say what is so. */
@NullMarked
package dev.chirograph.checks;

import org.jspecify.annotations.NullMarked;
