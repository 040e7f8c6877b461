/** The main job: a bucket and its catalogue, from nothing to agreement, with real servers. */
@NullMarked
package dev.chirograph.examples.mainjob;

import org.jspecify.annotations.NullMarked;
