package dev.chirograph.benchmarks;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A request to a bucket or an object, addressed by path.
 *
 * @param key decoded; empty for the bucket
 * @param headers with names in small letters
 * @param body as it was meant, without the chunks in which a client signs it
 */
record HttpRequest(
    String method,
    String bucket,
    String key,
    Map<String, String> query,
    Map<String, String> headers,
    InputStream body) {

  /** The next request of a connection; empty at its end. What is answered is flushed before. */
  static Optional<HttpRequest> read(InputStream in, OutputStream out) throws IOException {
    String line = line(in);
    if (line.isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> headers = new HashMap<>();
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      int colon = header.indexOf(':');
      headers.put(
          header.substring(0, colon).toLowerCase(Locale.ROOT), header.substring(colon + 1).strip());
    }
    if (headers.containsKey("expect")) {
      out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      out.flush();
    }
    String[] words = line.split(" ", -1);
    String target = words[1];
    int question = target.indexOf('?');
    String path = question < 0 ? target : target.substring(0, question);
    int slash = path.indexOf('/', 1);
    return Optional.of(
        new HttpRequest(
            words[0],
            slash < 0 ? path.substring(1) : path.substring(1, slash),
            slash < 0 ? "" : decodedPath(path.substring(slash + 1)),
            query(question < 0 ? "" : target.substring(question + 1)),
            headers,
            body(in, headers)));
  }

  private static InputStream body(InputStream in, Map<String, String> headers) {
    long length = Long.parseLong(headers.getOrDefault("content-length", "0"));
    InputStream whole = new Bounded(in, length);
    boolean signed = headers.getOrDefault("x-amz-content-sha256", "").startsWith("STREAMING");
    return signed ? new SignedChunks(whole) : whole;
  }

  /** Leaves nothing of the body for the next request. */
  void drain() throws IOException {
    body.transferTo(OutputStream.nullOutputStream());
  }

  /** A header; empty where it is not there. */
  String header(String name) {
    return headers.getOrDefault(name, "");
  }

  static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder(128);
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  private static Map<String, String> query(String text) {
    Map<String, String> query = new HashMap<>();
    for (String pair : text.split("&", -1)) {
      int equals = pair.indexOf('=');
      query.put(
          equals < 0 ? pair : pair.substring(0, equals),
          equals < 0 ? "" : URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
    }
    return query;
  }

  /** In paths a plus is a plus. */
  static String decodedPath(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** So many bytes of a connection. */
  private static final class Bounded extends InputStream {
    private final InputStream in;
    private long left;

    Bounded(InputStream in, long left) {
      this.in = in;
      this.left = left;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      if (left == 0) {
        return -1;
      }
      int read = in.read(buffer, offset, (int) Math.min(left, length));
      if (read < 0) {
        throw new EOFException("the client went away in the middle of a body");
      }
      left -= read;
      return read;
    }
  }

  /** A body in chunks, each of which has its length and a signature before it. */
  private static final class SignedChunks extends InputStream {
    private final InputStream in;
    private long left;
    private boolean begun;
    private boolean ended;

    SignedChunks(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      if (left == 0 && !ended) {
        next();
      }
      if (ended) {
        return -1;
      }
      int read = in.read(buffer, offset, (int) Math.min(left, length));
      left -= read;
      return read;
    }

    private void next() throws IOException {
      if (begun) {
        line(in); // the end of the chunk before
      }
      begun = true;
      left = Long.parseLong(line(in).split(";", 2)[0], 16);
      if (left == 0) {
        ended = true;
        in.transferTo(OutputStream.nullOutputStream()); // trailers
      }
    }
  }
}
