/**
 * Engines over HTTP: clients on {@code java.net.http}, and handlers of a server that know no
 * framework.
 *
 * <p>A node asks another through {@link dev.chirograph.http.HttpLogPeer}; the other answers through
 * a {@link dev.chirograph.http.LogHandler}, which a servlet or any other server puts behind an
 * address. What goes over the wire is written down in {@code docs/spec/log-http.md}.
 *
 * <p>Tables of many customers are offered by a {@link dev.chirograph.http.TableHandler}, and
 * reached as {@link dev.chirograph.http.HttpReplica}; see {@code docs/spec/tables.openapi.yaml}.
 */
@NullMarked
package dev.chirograph.http;

import org.jspecify.annotations.NullMarked;
