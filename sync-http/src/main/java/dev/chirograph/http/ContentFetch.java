package dev.chirograph.http;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.http.ReplyStream.Deadline;
import dev.chirograph.spi.LogEntry.Content;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/** Opens contents, under the registered addresses of a peer only. */
final class ContentFetch {

  private static final int MOST_REDIRECTS = 3;

  private final Connection connection;
  private final Bases bases;
  private final Duration timeout;

  /**
   * @param timeout how long to wait for the beginning of an answer, and for each piece of it
   */
  ContentFetch(Connection connection, Bases bases, Duration timeout) {
    this.connection = connection;
    this.bases = bases;
    this.timeout = timeout;
  }

  InputStream open(Content content, long from) {
    if (!content.sha256().matches("[0-9a-f]{64}")) {
      throw SyncException.invalid(
          "a content is named by its SHA-256 in lower-case hexadecimal, not by '"
              + content.sha256()
              + "'");
    }
    if (from < 0) {
      throw SyncException.invalid("a content is read from an offset of at least 0, not " + from);
    }
    URI own = URI.create(bases.node() + Route.content(content.sha256()));
    Optional<URI> located = bases.allowed(content.location()).filter(uri -> !uri.equals(own));
    if (located.isPresent()) {
      try {
        return fetch(located.get(), from);
      } catch (SyncException e) {
        if (e.kind() != Kind.NOT_FOUND) {
          throw e;
        }
        // It has moved since; the node itself may still know where it is.
      }
    }
    return fetch(own, from);
  }

  private InputStream fetch(URI first, long from) {
    URI uri = first;
    for (int redirects = 0; ; redirects++) {
      HttpRequest request = request(uri, from);
      HttpResponse<InputStream> response = connection.send(request, Deadline.each(timeout));
      boolean handedOver = false;
      try {
        if (isRedirect(response.statusCode())) {
          uri = redirected(request, response, redirects);
          continue;
        }
        InputStream body = body(request, response, from);
        handedOver = true;
        return body;
      } finally {
        if (!handedOver) {
          close(response);
        }
      }
    }
  }

  private HttpRequest request(URI uri, long from) {
    HttpRequest.Builder request =
        bases.isContentOfNode(uri)
            ? connection.signed("GET", uri, new byte[0])
            : Connection.anonymous(uri);
    // A content is known by its bytes: nobody in between may code them in another way.
    request.timeout(timeout).header("Accept-Encoding", "identity");
    if (from > 0) {
      request.header("Range", "bytes=" + from + "-");
    }
    return request.build();
  }

  private static boolean isRedirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  }

  private URI redirected(HttpRequest request, HttpResponse<InputStream> response, int redirects) {
    if (redirects == MOST_REDIRECTS) {
      throw new SyncException(
          Kind.UNEXPECTED,
          connection.named(request)
              + " is one redirect too many; "
              + MOST_REDIRECTS
              + " are followed");
    }
    String location = response.headers().firstValue("Location").orElse("");
    return resolved(request.uri(), location)
        .flatMap(bases::allowed)
        .orElseThrow(
            () ->
                new SyncException(
                    Kind.PERMISSION_DENIED,
                    connection.named(request)
                        + " redirects to an address that is not registered for the peer; it was"
                        + " not asked. Register it as a base of contents if it is the peer's"));
  }

  private static Optional<String> resolved(URI at, String location) {
    try {
      return location.isEmpty()
          ? Optional.empty()
          : Optional.of(at.resolve(new URI(location)).toString());
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  private InputStream body(HttpRequest request, HttpResponse<InputStream> response, long from) {
    HttpHeaders headers = response.headers();
    String coding = headers.firstValue("Content-Encoding").orElse("identity");
    if (!coding.equals("identity")) {
      throw new SyncException(
          Kind.UNEXPECTED, connection.named(request) + " sent the content in another coding");
    }
    if (response.statusCode() == 206 && from > 0) {
      if (!headers.firstValue("Content-Range").orElse("").startsWith("bytes " + from + "-")) {
        throw new SyncException(
            Kind.UNEXPECTED,
            connection.named(request) + " sent another range than the one asked for");
      }
      return response.body();
    }
    if (response.statusCode() == 200) {
      return skipped(request, response.body(), from);
    }
    throw connection.problem(request, response);
  }

  /** A server may answer with the whole, whatever the range. */
  private InputStream skipped(HttpRequest request, InputStream body, long bytes) {
    try {
      body.skipNBytes(bytes);
      return body;
    } catch (EOFException e) {
      throw new SyncException(
          Kind.INVALID_ARGUMENT,
          connection.named(request) + " has fewer than " + bytes + " bytes of the content",
          e);
    } catch (IOException e) {
      throw connection.broken(request, e);
    }
  }

  private static void close(HttpResponse<InputStream> response) {
    try {
      response.body().close();
    } catch (IOException e) {
      // Nobody reads it any more.
    }
  }
}
