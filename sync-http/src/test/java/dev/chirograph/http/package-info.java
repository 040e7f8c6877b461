/** Tests of the wire format, the handler and the client. */
@NullMarked
package dev.chirograph.http;

import org.jspecify.annotations.NullMarked;
