/**
 * Engine 2: logs of several deployments in agreement, by pull, by push, and by comparing.
 *
 * <p>{@link dev.chirograph.log.LogReplicator} is the door. The protocol between two nodes is a
 * {@link dev.chirograph.log.LogRequest} and its {@link dev.chirograph.log.LogAnswer}; what decides
 * about them does no I/O, so that it runs unchanged over any transport.
 */
@NullMarked
package dev.chirograph.log;

import org.jspecify.annotations.NullMarked;
