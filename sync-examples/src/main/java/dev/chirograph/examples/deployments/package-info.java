/** Three deployments that keep their logs and artifacts in agreement over HTTP. */
@NullMarked
package dev.chirograph.examples.deployments;

import org.jspecify.annotations.NullMarked;
