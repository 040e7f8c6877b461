/**
 * Engines over HTTP inside a servlet container: the handlers of {@code dev.chirograph.http} as
 * Jakarta servlets.
 */
@NullMarked
package dev.chirograph.servlet;

import org.jspecify.annotations.NullMarked;
