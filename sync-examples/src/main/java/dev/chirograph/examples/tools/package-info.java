/** What the larger examples share: files of this machine, settings, and how they talk to people. */
@NullMarked
package dev.chirograph.examples.tools;

import org.jspecify.annotations.NullMarked;
