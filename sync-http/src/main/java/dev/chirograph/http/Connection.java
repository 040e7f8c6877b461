package dev.chirograph.http;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.http.ReplyStream.Deadline;
import dev.chirograph.http.Signatures.Parameters;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.InstantSource;
import java.util.Base64;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Makes requests to a peer and sends them. Safe for use by several threads. */
final class Connection {

  private static final int NONCE_BYTES = 16;
  private static final String REPLAYED = Words.word(Refusal.REPLAYED);
  private static final int MOST_PROBLEM = 64 << 10;

  private final String caller;
  private final String peer;
  private final @Nullable Supplier<SigningKey> key;
  private final HttpClient client;
  private final int mostHeaders;
  private final InstantSource clock;
  private final RandomGenerator random;

  /**
   * @param key signs every request to the peer; null when the transport authenticates this node
   * @param mostHeaders how many characters the headers of an answer may have
   */
  Connection(
      String caller,
      String peer,
      @Nullable Supplier<SigningKey> key,
      HttpClient client,
      int mostHeaders,
      InstantSource clock,
      RandomGenerator random) {
    this.caller = caller;
    this.peer = peer;
    this.key = key;
    this.client = client;
    this.mostHeaders = mostHeaders;
    this.clock = clock;
    this.random = random;
  }

  /** A request that tells nobody who makes it. */
  static HttpRequest.Builder anonymous(URI uri) {
    return HttpRequest.newBuilder(uri).GET();
  }

  /**
   * A request to the peer itself.
   *
   * @param body as it is sent; empty for none
   */
  HttpRequest.Builder signed(String method, URI uri, byte[] body) {
    String from = HeaderText.encode(caller);
    String to = HeaderText.encode(peer);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .method(
                method,
                body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body))
            .header(Signatures.CALLER, from)
            .header(Signatures.TARGET, to);
    if (key == null) {
      return request;
    }
    SigningKey signing = key.get();
    String digest = Signatures.digest(body);
    Parameters parameters = Parameters.of(clock.instant(), signing.id(), nonce());
    byte[] base =
        Signatures.base(
            method,
            uri.getRawPath(),
            uri.getRawQuery() == null ? "" : uri.getRawQuery(),
            digest,
            from,
            to,
            parameters);
    return request
        .header(Signatures.DIGEST, digest)
        .header(Signatures.INPUT, parameters.header())
        .header(Signatures.SIGNATURE, Signatures.header(signing.hmac(base)));
  }

  private String nonce() {
    byte[] bytes = new byte[NONCE_BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /**
   * Sends a request and waits for the beginning of the answer, whose body has to be closed.
   *
   * @throws SyncException UNAVAILABLE when none came
   */
  HttpResponse<InputStream> send(HttpRequest request, Deadline deadline) {
    try {
      HttpResponse<InputStream> response = client.send(request, info -> new ReplyStream(deadline));
      checkHeaders(request, response);
      return response;
    } catch (IOException e) {
      throw broken(request, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SyncException(
          Kind.UNAVAILABLE, "interrupted while waiting for " + named(request), e);
    }
  }

  private void checkHeaders(HttpRequest request, HttpResponse<InputStream> response)
      throws IOException {
    long headers =
        response.headers().map().entrySet().stream()
            .flatMap(one -> one.getValue().stream().map(value -> one.getKey() + value))
            .mapToLong(String::length)
            .sum();
    if (headers > mostHeaders) {
      response.body().close();
      throw new SyncException(
          Kind.UNEXPECTED,
          named(request)
              + " answered with headers of "
              + headers
              + " characters, more than the allowed "
              + mostHeaders);
    }
  }

  /** An answer did not come, or not whole. */
  SyncException broken(HttpRequest request, IOException why) {
    String what =
        why instanceof HttpTimeoutException
            ? " did not answer in time"
            : " could not be asked, or its answer broke off: " + why;
    return new SyncException(Kind.UNAVAILABLE, named(request) + what, why);
  }

  /** The error that an answer tells of. */
  SyncException problem(HttpRequest request, HttpResponse<InputStream> response) {
    int status = response.statusCode();
    Problem problem = new Problem(status, Problem.kind(status), "", "");
    String type = response.headers().firstValue("Content-Type").orElse("");
    if (type.startsWith(Problem.TYPE)) {
      try {
        problem = Problem.read(status, new LimitedInput(response.body(), MOST_PROBLEM));
      } catch (IOException e) {
        // The status says enough.
      }
    }
    if (problem.reason().equals(REPLAYED) && request.method().equals("GET")) {
      // The JDK's client makes a GET again by itself when its connection breaks.
      return new SyncException(
          Kind.UNAVAILABLE,
          named(request)
              + " could not be asked: the connection broke, and the request was repeated");
    }
    return new SyncException(
        problem.kind(),
        named(request)
            + " answered "
            + status
            + (problem.reason().isEmpty() ? "" : " (" + problem.reason() + ")")
            + (problem.detail().isEmpty() ? "" : ": " + problem.detail()));
  }

  /** The peer and the address, without what may be secret in it. */
  String named(HttpRequest request) {
    URI uri = request.uri();
    return peer
        + " ("
        + request.method()
        + " "
        + uri.getScheme()
        + "://"
        + uri.getRawAuthority()
        + uri.getRawPath()
        + ")";
  }
}
