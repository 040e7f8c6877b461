/** Two nodes and more over real HTTP. */
@NullMarked
package dev.chirograph.servlet;

import org.jspecify.annotations.NullMarked;
