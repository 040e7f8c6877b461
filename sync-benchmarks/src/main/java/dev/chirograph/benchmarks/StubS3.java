package dev.chirograph.benchmarks;

import dev.chirograph.servers.S3Server;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * An S3 server over synthetic objects that answers listings, heads and tags as fast as a socket
 * goes and counts what it is asked. It keeps nothing, checks no signature and refuses what it does
 * not know.
 *
 * <p>One thread for each connection, pages copied out of one array: what a client needs against it
 * is the client's own.
 */
final class StubS3 implements S3Server {

  /** What a request asks for. */
  enum Kind {
    LIST,
    HEAD,
    TAGS,
    OTHER
  }

  private static final int MAX_KEYS = 1_000;

  private final Map<String, StubObjects> buckets = new ConcurrentHashMap<>();
  private final Map<Kind, LongAdder> counts = new EnumMap<>(Kind.class);
  private final Connections connections;

  private StubS3() throws IOException {
    for (Kind kind : Kind.values()) {
      counts.put(kind, new LongAdder());
    }
    this.connections = Connections.start(this::talk);
  }

  /** Starts on a free port of the loopback interface. */
  static StubS3 start() throws IOException {
    return new StubS3();
  }

  @Override
  public URI endpoint() {
    return connections.endpoint();
  }

  /** Makes or replaces the content of a bucket. */
  void put(String bucket, StubObjects objects) {
    buckets.put(bucket, objects);
  }

  /** How many requests were answered so far. */
  Map<Kind, Long> counts() {
    Map<Kind, Long> now = new EnumMap<>(Kind.class);
    counts.forEach((kind, count) -> now.put(kind, count.sum()));
    return now;
  }

  // ---- connections

  private void talk(InputStream in, OutputStream out) throws IOException {
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      skipHeaders(in);
      String[] words = line.split(" ", -1);
      answer(words[0], words[1], out);
      out.flush();
    }
  }

  /** Bodies need no skipping: none of the requests that are answered has one. */
  private static void skipHeaders(InputStream in) throws IOException {
    while (!line(in).isEmpty()) {
      // Nothing in a header changes the answer.
    }
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder(128);
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  // ---- requests

  private void answer(String method, String target, OutputStream out) throws IOException {
    int question = target.indexOf('?');
    String path = question < 0 ? target : target.substring(0, question);
    Map<String, String> query = query(question < 0 ? "" : target.substring(question + 1));
    int slash = path.indexOf('/', 1);
    String bucket = slash < 0 ? path.substring(1) : path.substring(1, slash);
    String key = slash < 0 ? "" : decoded(path.substring(slash + 1));
    StubObjects objects = buckets.get(bucket);
    boolean list =
        method.equals("GET")
            && key.isEmpty()
            && "2".equals(query.get("list-type"))
            && query.getOrDefault("delimiter", "").isEmpty();
    if (objects == null) {
      count(Kind.OTHER);
      error(404, "NoSuchBucket", method, out);
    } else if (list) {
      count(Kind.LIST);
      list(bucket, objects, query, out);
    } else if (method.equals("HEAD") && !key.isEmpty()) {
      count(Kind.HEAD);
      head(objects, key, out);
    } else if (method.equals("GET") && query.containsKey("tagging")) {
      count(Kind.TAGS);
      xml(
          "<Tagging><TagSet><Tag><Key>team</Key><Value>photos</Value></Tag></TagSet></Tagging>",
          out);
    } else if (method.equals("HEAD")) {
      count(Kind.OTHER);
      respond("200 OK", "", 0, out);
    } else {
      count(Kind.OTHER);
      error(501, "NotImplemented", method, out);
    }
  }

  private void count(Kind kind) {
    LongAdder count = counts.get(kind);
    if (count != null) {
      count.increment();
    }
  }

  private static Map<String, String> query(String text) {
    Map<String, String> query = new HashMap<>();
    for (String pair : text.split("&", -1)) {
      int equals = pair.indexOf('=');
      query.put(
          equals < 0 ? pair : pair.substring(0, equals),
          equals < 0 ? "" : decoded(pair.substring(equals + 1)));
    }
    return query;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static void list(
      String bucket, StubObjects objects, Map<String, String> query, OutputStream out)
      throws IOException {
    String prefix = query.getOrDefault("prefix", "");
    String after = query.getOrDefault("start-after", "");
    String token = query.get("continuation-token");
    int most = Math.min(MAX_KEYS, Integer.parseInt(query.getOrDefault("max-keys", "1000")));
    int from = token != null ? Integer.parseInt(token) : behind(objects, after);
    from = Math.max(from, objects.firstFrom(prefix));
    int end = prefix.isEmpty() ? objects.number() : objects.firstFrom(prefix + Character.MAX_VALUE);
    page(bucket, objects, Math.min(from, end), Math.min(end, from + most), end, out);
  }

  private static int behind(StubObjects objects, String after) {
    int index = objects.firstFrom(after);
    return index < objects.number() && objects.key(index).equals(after) ? index + 1 : index;
  }

  private static void page(
      String bucket, StubObjects objects, int from, int to, int end, OutputStream out)
      throws IOException {
    byte[] head =
        ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
                + "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>"
                + bucket
                + "</Name><EncodingType>url</EncodingType><KeyCount>"
                + (to - from)
                + "</KeyCount><IsTruncated>"
                + (to < end)
                + "</IsTruncated>"
                + (to < end ? "<NextContinuationToken>" + to + "</NextContinuationToken>" : ""))
            .getBytes(StandardCharsets.US_ASCII);
    byte[] tail = "</ListBucketResult>".getBytes(StandardCharsets.US_ASCII);
    int length = objects.start(to) - objects.start(from);
    respond("200 OK", "Content-Type: application/xml\r\n", head.length + length + tail.length, out);
    out.write(head);
    out.write(objects.lines(), objects.start(from), length);
    out.write(tail);
  }

  private static void head(StubObjects objects, String key, OutputStream out) throws IOException {
    int index = objects.find(key);
    if (index < 0) {
      respond("404 Not Found", "", 0, out);
      return;
    }
    String headers =
        "Content-Type: image/jpeg\r\nETag: \""
            + objects.etag(index)
            + "\"\r\nLast-Modified: "
            + objects.httpDate(index)
            + "\r\nx-amz-meta-camera: stub\r\n";
    respond("200 OK", headers, objects.size(index), out);
  }

  private static void xml(String body, OutputStream out) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    respond("200 OK", "Content-Type: application/xml\r\n", bytes.length, out);
    out.write(bytes);
  }

  private static void error(int status, String code, String method, OutputStream out)
      throws IOException {
    byte[] body = ("<Error><Code>" + code + "</Code></Error>").getBytes(StandardCharsets.US_ASCII);
    respond(status + " " + code, "Content-Type: application/xml\r\n", body.length, out);
    if (!method.equals("HEAD")) {
      out.write(body);
    }
  }

  private static void respond(String status, String headers, long length, OutputStream out)
      throws IOException {
    out.write(
        ("HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " + length + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public void close() {
    connections.close();
  }
}
