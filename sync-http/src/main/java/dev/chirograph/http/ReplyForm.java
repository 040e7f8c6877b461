package dev.chirograph.http;

import dev.chirograph.SyncException.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The form of answers, whatever they answer. Safe for use by several threads. */
final class ReplyForm {

  private final boolean gzip;
  private final String challenge;

  /**
   * @param gzip whether bodies may be compressed, both ways
   * @param challenge how a caller proves who it is
   */
  ReplyForm(boolean gzip, String challenge) {
    this.gzip = gzip;
    this.challenge = challenge;
  }

  Map<String, String> headers(String type) {
    Map<String, String> headers = plain();
    headers.put("Content-Type", type);
    return headers;
  }

  private Map<String, String> plain() {
    Map<String, String> headers = new HashMap<>();
    if (gzip) {
      // Says that requests may be compressed, too (RFC 7694).
      headers.put("Accept-Encoding", Gzip.NAME);
    }
    return headers;
  }

  /**
   * An answer in JSON; what is large is written while it is sent.
   *
   * @param estimate about how long it is; too little rather than too much
   */
  HttpReply json(HttpCall call, long estimate, HttpReply.Body body) throws IOException {
    return json(call, headers(Json.TYPE), estimate, body);
  }

  HttpReply json(HttpCall call, Map<String, String> headers, long estimate, HttpReply.Body body)
      throws IOException {
    if (estimate < Gzip.WORTHWHILE) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      body.writeTo(bytes);
      return HttpReply.of(200, headers, bytes.toByteArray());
    }
    if (!gzip || !Gzip.isAccepted(call.headers().allValues("Accept-Encoding"))) {
      return HttpReply.written(200, headers, body);
    }
    headers.put("Content-Encoding", Gzip.NAME);
    return HttpReply.written(200, headers, out -> Gzip.write(out, body));
  }

  /** An answer without a body. */
  HttpReply empty(int status, Map<String, String> more) {
    Map<String, String> headers = plain();
    headers.putAll(more);
    return HttpReply.of(status, headers, new byte[0]);
  }

  HttpReply problem(Problem problem) {
    return problem(problem, Optional.empty());
  }

  /**
   * A problem.
   *
   * @param retryAfter how long to wait before the request is made again
   */
  HttpReply problem(Problem problem, Optional<Duration> retryAfter) {
    Map<String, String> headers = headers(Problem.TYPE);
    retryAfter.ifPresent(
        wait -> headers.put("Retry-After", String.valueOf(Math.max(1, seconds(wait)))));
    if (problem.status() == 401) {
      headers.put("WWW-Authenticate", challenge);
    }
    return problem.reply(headers);
  }

  /** Whole seconds, of which there are rather too many: the header has no parts of one. */
  private static long seconds(Duration wait) {
    return wait.toSeconds() + (wait.toNanosPart() > 0 ? 1 : 0);
  }

  HttpReply nothingThere() {
    return problem(new Problem(404, Kind.NOT_FOUND, "address", "there is nothing at this address"));
  }

  HttpReply otherMethod(Collection<String> allowed) {
    String methods = String.join(", ", allowed);
    Map<String, String> headers = headers(Problem.TYPE);
    headers.put("Allow", methods);
    return new Problem(405, Kind.INVALID_ARGUMENT, "method", "at this address is only " + methods)
        .reply(headers);
  }
}
