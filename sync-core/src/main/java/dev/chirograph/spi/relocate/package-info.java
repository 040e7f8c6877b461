/** What relocation asks of a host: its file handles, its policy, and its buckets by name. */
@NullMarked
package dev.chirograph.spi.relocate;

import org.jspecify.annotations.NullMarked;
