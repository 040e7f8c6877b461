package dev.chirograph.benchmarks;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** An answer to an {@link HttpRequest}. */
final class StubReply {

  private final int status;
  private final Map<String, String> headers = new LinkedHashMap<>();
  private final long length;
  private final Body body;

  /** The bytes behind the headers. */
  private interface Body {
    void writeTo(OutputStream out) throws IOException;
  }

  private StubReply(int status, long length, Body body) {
    this.status = status;
    this.length = length;
    this.body = body;
  }

  static StubReply of(int status) {
    return new StubReply(status, 0, out -> {});
  }

  static StubReply xml(String text) {
    return xml(200, text);
  }

  private static StubReply xml(int status, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new StubReply(status, bytes.length, out -> out.write(bytes))
        .header("Content-Type", "application/xml");
  }

  static StubReply error(int status, String code) {
    return xml(status, "<Error><Code>" + code + "</Code></Error>");
  }

  /** The bytes of an object from a position on. */
  static StubReply content(StubObject object, long from) {
    long left = object.content().size() - from;
    StubReply reply =
        new StubReply(
                from == 0 ? 200 : 206, left, out -> object.content().open(from).transferTo(out))
            .header("ETag", object.quotedEtag())
            .header("Last-Modified", object.httpDate());
    object.headers().forEach(reply::header);
    return reply;
  }

  StubReply header(String name, String value) {
    headers.put(name, value);
    return this;
  }

  /** Writes it; to a HEAD without its body. */
  void write(String method, OutputStream out) throws IOException {
    StringBuilder head = new StringBuilder(256);
    head.append("HTTP/1.1 ").append(status).append(" Stub\r\n");
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    if (status != 204) {
      head.append("Content-Length: ").append(length).append("\r\n");
    }
    out.write(head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
    if (!method.equals("HEAD")) {
      body.writeTo(out);
    }
    out.flush();
  }
}
