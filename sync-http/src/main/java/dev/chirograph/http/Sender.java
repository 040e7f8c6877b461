package dev.chirograph.http;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.http.ReplyStream.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** Sends requests to a server, and says what went wrong. Safe for use by several threads. */
final class Sender {

  private static final int MOST_PROBLEM = 64 << 10;

  private final String name;
  private final HttpClient client;
  private final int mostHeaders;

  /**
   * @param name of the server, for messages
   * @param mostHeaders how many characters the headers of an answer may have
   */
  Sender(String name, HttpClient client, int mostHeaders) {
    this.name = name;
    this.client = client;
    this.mostHeaders = mostHeaders;
  }

  /** A client for one server. */
  static HttpClient client(URI base, Duration connectTimeout) {
    // Over TLS both agree on a version; without, the attempt to would cost the first request.
    boolean tls = "https".equalsIgnoreCase(base.getScheme());
    return HttpClient.newBuilder()
        .version(tls ? Version.HTTP_2 : Version.HTTP_1_1)
        .followRedirects(Redirect.NEVER)
        .connectTimeout(connectTimeout)
        .build();
  }

  /** Refuses a client that would send what it is given to wherever a server says. */
  static void checkRedirects(HttpClient client, String name) {
    if (client.followRedirects() != Redirect.NEVER) {
      throw SyncException.invalid(
          "the client follows redirects by itself, to wherever "
              + name
              + " says; build it with Redirect.NEVER");
    }
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

  /**
   * The content of an answer.
   *
   * @param most how many bytes it has at most, as it is sent and after decompression
   */
  InputStream content(
      HttpRequest request, HttpResponse<InputStream> response, InputStream body, long most)
      throws IOException {
    String type = response.headers().firstValue("Content-Type").orElse("none");
    if (!type.startsWith(Json.TYPE)) {
      throw new SyncException(
          Kind.UNEXPECTED,
          named(request)
              + " answered with another content type than "
              + Json.TYPE
              + "; is that the address of a handler?");
    }
    String coding = response.headers().firstValue("Content-Encoding").orElse("identity");
    return switch (coding) {
      case "identity" -> new LimitedInput(body, most);
      case Gzip.NAME -> new LimitedInput(Gzip.in(new LimitedInput(body, most)), most);
      default -> throw new WireException("its content coding is neither gzip nor none");
    };
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
  SyncException failure(HttpRequest request, HttpResponse<InputStream> response) {
    return failure(request, response, problem(response));
  }

  /** What an answer says of an error; the status where it says nothing. */
  Problem problem(HttpResponse<InputStream> response) {
    int status = response.statusCode();
    String type = response.headers().firstValue("Content-Type").orElse("");
    if (type.startsWith(Problem.TYPE)) {
      try {
        return Problem.read(status, new LimitedInput(response.body(), MOST_PROBLEM));
      } catch (IOException e) {
        // The status says enough.
      }
    }
    return new Problem(status, Problem.kind(status), "", "");
  }

  SyncException failure(HttpRequest request, HttpResponse<InputStream> response, Problem problem) {
    String message =
        named(request)
            + " answered "
            + response.statusCode()
            + (problem.reason().isEmpty() ? "" : " (" + problem.reason() + ")")
            + (problem.detail().isEmpty() ? "" : ": " + problem.detail());
    Optional<Duration> wait = retryAfter(response);
    SyncException failure = new SyncException(problem.kind(), message);
    return wait.isPresent() && failure.mayRetry()
        ? SyncException.later(problem.kind(), message, wait.get())
        : failure;
  }

  /** How long to wait before asking again; empty where the answer does not say. */
  static Optional<Duration> retryAfter(HttpResponse<InputStream> response) {
    Optional<String> value = response.headers().firstValue("Retry-After");
    return value.filter(text -> text.matches("[0-9]{1,9}")).isPresent()
        ? value.map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
        : value.flatMap(date -> until(date, response));
  }

  /** Until a time of the server's clock, which says itself how late it is. */
  private static Optional<Duration> until(String date, HttpResponse<InputStream> response) {
    Optional<Instant> end = time(date);
    Optional<Instant> now = response.headers().firstValue("Date").flatMap(Sender::time);
    return end.isEmpty() || now.isEmpty()
        ? Optional.empty()
        : Optional.of(Duration.between(now.get(), end.get()))
            .map(wait -> wait.isNegative() ? Duration.ZERO : wait);
  }

  private static Optional<Instant> time(String text) {
    try {
      return Optional.of(Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text)));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** The name of the server. */
  String name() {
    return name;
  }

  /** The server and the address, without what may be secret in it. */
  String named(HttpRequest request) {
    URI uri = request.uri();
    return name
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
