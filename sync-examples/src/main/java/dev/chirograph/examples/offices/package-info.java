/** Two offices that replicate their tables to one shared database over HTTP. */
@NullMarked
package dev.chirograph.examples.offices;

import org.jspecify.annotations.NullMarked;
