/** Working on the jobs of a queue: what the engines share, and hosts with own jobs may use. */
@NullMarked
package dev.chirograph.jobs;

import org.jspecify.annotations.NullMarked;
