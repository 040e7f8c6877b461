/**
 * Engines that talk to other processes, simulated: several nodes in one thread and in virtual time,
 * while everything goes wrong that may go wrong. What happens follows from a seed.
 *
 * <p>{@link dev.chirograph.simulation.LogSimulation} is one schedule of nodes whose logs replicate
 * each other; its {@code main} runs as many as asked.
 */
@NullMarked
package dev.chirograph.simulation;

import org.jspecify.annotations.NullMarked;
