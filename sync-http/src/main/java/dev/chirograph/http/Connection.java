package dev.chirograph.http;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.http.ReplyStream.Deadline;
import dev.chirograph.http.Signatures.Parameters;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.InstantSource;
import java.util.Base64;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Makes requests to a peer and sends them. Safe for use by several threads. */
final class Connection {

  private static final int NONCE_BYTES = 16;
  private static final String REPLAYED = Words.word(Refusal.REPLAYED);

  private final String caller;
  private final String peer;
  private final @Nullable Supplier<SigningKey> key;
  private final Sender sender;
  private final InstantSource clock;
  private final RandomGenerator random;

  /**
   * @param key signs every request to the peer; null when the transport authenticates this node
   * @param sender to the peer
   */
  Connection(
      String caller,
      String peer,
      @Nullable Supplier<SigningKey> key,
      Sender sender,
      InstantSource clock,
      RandomGenerator random) {
    this.caller = caller;
    this.peer = peer;
    this.key = key;
    this.sender = sender;
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

  HttpResponse<InputStream> send(HttpRequest request, Deadline deadline) {
    return sender.send(request, deadline);
  }

  InputStream content(
      HttpRequest request, HttpResponse<InputStream> response, InputStream body, long most)
      throws IOException {
    return sender.content(request, response, body, most);
  }

  SyncException broken(HttpRequest request, IOException why) {
    return sender.broken(request, why);
  }

  /** The error that an answer tells of. */
  SyncException problem(HttpRequest request, HttpResponse<InputStream> response) {
    Problem problem = sender.problem(response);
    if (problem.reason().equals(REPLAYED) && request.method().equals("GET")) {
      // The JDK's client makes a GET again by itself when its connection breaks.
      return new SyncException(
          Kind.UNAVAILABLE,
          named(request)
              + " could not be asked: the connection broke, and the request was repeated");
    }
    return sender.failure(request, response, problem);
  }

  String named(HttpRequest request) {
    return sender.named(request);
  }
}
