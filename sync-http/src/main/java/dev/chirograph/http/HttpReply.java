package dev.chirograph.http;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The answer to an {@link HttpCall}, for a server to send.
 *
 * <p>Close it in any case: it may hold a stream. Not safe for use by several threads at once.
 */
public final class HttpReply implements AutoCloseable {

  private final int status;
  private final Map<String, String> headers;
  private final OptionalLong length;
  private final Body body;
  private final Closeable held;

  /** Writes a body. */
  interface Body {
    void writeTo(OutputStream out) throws IOException;
  }

  private HttpReply(
      int status, Map<String, String> headers, OptionalLong length, Body body, Closeable held) {
    this.status = status;
    Map<String, String> all = new TreeMap<>(headers);
    // What a node says is for the one who asked, and is old the next moment.
    all.put("Cache-Control", "no-store");
    this.headers = Map.copyOf(all);
    this.length = length;
    this.body = body;
    this.held = held;
  }

  /** An answer that is there whole. */
  static HttpReply of(int status, Map<String, String> headers, byte[] bytes) {
    return new HttpReply(
        status, headers, OptionalLong.of(bytes.length), out -> out.write(bytes), () -> {});
  }

  /** An answer that is written while it is sent. */
  static HttpReply written(int status, Map<String, String> headers, Body body) {
    return new HttpReply(status, headers, OptionalLong.empty(), body, () -> {});
  }

  /** An answer out of a stream, which is closed with it. */
  static HttpReply copied(
      int status, Map<String, String> headers, OptionalLong length, InputStream stream) {
    return new HttpReply(status, headers, length, stream::transferTo, stream);
  }

  /** The same, which also ends something when it is closed. */
  HttpReply ending(Closeable also) {
    return new HttpReply(
        status,
        headers,
        length,
        body,
        () -> {
          try (also) {
            held.close();
          }
        });
  }

  /** The status code. */
  public int status() {
    return status;
  }

  /** The headers, but for the length. */
  public Map<String, String> headers() {
    return headers;
  }

  /** The number of bytes of the body; empty when that is known only once it is written. */
  public OptionalLong length() {
    return length;
  }

  /**
   * Writes the body, once.
   *
   * @param out where to; it is neither flushed nor closed
   * @throws IOException when the body breaks off: the connection has to be cut then, so that the
   *     caller does not take what was sent for the whole
   */
  public void writeTo(OutputStream out) throws IOException {
    body.writeTo(out);
  }

  /** Gives up what the body holds. */
  @Override
  public void close() throws IOException {
    held.close();
  }
}
