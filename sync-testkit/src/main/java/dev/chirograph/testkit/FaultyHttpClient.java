package dev.chirograph.testkit;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * An HTTP client of the AWS SDK whose requests go wrong by a plan of {@link Faults}, in front of a
 * real server. Errors with a status are answered in the form of S3, without asking the server;
 * {@link Fault#FAIL_AFTER} resets the connection after the request was served, {@link
 * Fault#LOSE_REPLY} times out, {@link Fault#CUT} resets the connection in the middle of the
 * response's body.
 *
 * <p>Requests are counted in the plan by kind: the method and the names of the query's parameters
 * that select what is asked for, such as {@code GET}, {@code GET ?tagging}, {@code GET ?list-type}
 * or {@code PUT ?partNumber&uploadId}; the target of a call is the path with its query. The answer
 * of {@link Fault#NOT_FOUND} is {@code NoSuchBucket}: to call an object absent that is there would
 * be a lie. A HEAD has no body that could say so, and is left alone.
 *
 * <p>Closing it closes the client that it was given. Safe for use by several threads.
 */
public final class FaultyHttpClient implements SdkHttpClient {

  /** Parameters that do not change what kind of request it is. */
  private static final Set<String> VALUES =
      Set.of(
          "continuation-token",
          "delimiter",
          "encoding-type",
          "fetch-owner",
          "key-marker",
          "marker",
          "max-keys",
          "max-parts",
          "max-uploads",
          "part-number-marker",
          "prefix",
          "start-after",
          "upload-id-marker",
          "version-id-marker",
          "versionId",
          "x-id");

  private final SdkHttpClient real;
  private final Faults faults;

  private FaultyHttpClient(SdkHttpClient real, Faults faults) {
    this.real = Objects.requireNonNull(real, "real");
    this.faults = Objects.requireNonNull(faults, "faults");
  }

  /** A client that sends through a real one, which it owns from now on. */
  public static FaultyHttpClient of(SdkHttpClient real, Faults faults) {
    return new FaultyHttpClient(real, faults);
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    ExecutableHttpRequest prepared = real.prepareRequest(request);
    return new ExecutableHttpRequest() {
      @Override
      public HttpExecuteResponse call() throws IOException {
        SdkHttpRequest http = request.httpRequest();
        Optional<Fault> fault = faults.next(kind(http), target(http), f -> makesSense(f, http));
        return fault.isPresent() ? goWrong(fault.get(), prepared, http) : prepared.call();
      }

      @Override
      public void abort() {
        prepared.abort();
      }
    };
  }

  @Override
  public String clientName() {
    return "Faulty" + real.clientName();
  }

  @Override
  public void close() {
    real.close();
  }

  private HttpExecuteResponse goWrong(
      Fault fault, ExecutableHttpRequest prepared, SdkHttpRequest http) throws IOException {
    switch (fault) {
      case FAIL_BEFORE -> throw new SocketException("injected: connection refused");
      case FAIL_AFTER -> {
        drain(prepared.call());
        throw new SocketException("injected: connection reset");
      }
      case LOSE_REPLY -> {
        drain(prepared.call());
        throw new SocketTimeoutException("injected: read timed out");
      }
      case DELAY -> {
        faults.delay();
        return prepared.call();
      }
      case CUT -> {
        return cut(prepared.call());
      }
      default -> {
        return answer(fault, http);
      }
    }
  }

  private static boolean makesSense(Fault fault, SdkHttpRequest http) {
    return switch (fault) {
      case CONFLICT -> isWrite(http);
      case PRECONDITION_FAILED ->
          http.firstMatchingHeader("If-Match").isPresent()
              || http.firstMatchingHeader("If-None-Match").isPresent()
              || http.firstMatchingHeader("x-amz-copy-source-if-match").isPresent();
      case NOT_FOUND -> http.method() != SdkHttpMethod.HEAD;
      case CUT -> http.method() == SdkHttpMethod.GET;
      case REFUSE ->
          kind(http).startsWith("GET ?list-type") || kind(http).startsWith("GET ?versions");
      default -> true;
    };
  }

  private static boolean isWrite(SdkHttpRequest http) {
    return http.method() != SdkHttpMethod.GET && http.method() != SdkHttpMethod.HEAD;
  }

  private static HttpExecuteResponse answer(Fault fault, SdkHttpRequest http) {
    return switch (fault) {
      case FORBIDDEN, REFUSE -> answer(http, 403, "AccessDenied", "Access Denied");
      case NOT_FOUND -> answer(http, 404, "NoSuchBucket", "The specified bucket does not exist");
      case CONFLICT ->
          answer(
              http,
              409,
              "ConditionalRequestConflict",
              "A conflicting conditional operation is currently in progress");
      case PRECONDITION_FAILED ->
          answer(
              http,
              412,
              "PreconditionFailed",
              "At least one of the pre-conditions you specified did not hold");
      case SLOW_DOWN -> answer(http, 503, "SlowDown", "Please reduce your request rate.");
      default ->
          answer(http, 500, "InternalError", "We encountered an internal error. Please try again.");
    };
  }

  private static HttpExecuteResponse answer(
      SdkHttpRequest http, int status, String code, String message) {
    byte[] body =
        ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>"
                + code
                + "</Code><Message>"
                + message
                + "</Message><RequestId>INJECTED</RequestId><HostId>INJECTED</HostId></Error>")
            .getBytes(StandardCharsets.UTF_8);
    SdkHttpResponse.Builder response =
        SdkHttpResponse.builder()
            .statusCode(status)
            .statusText(code)
            .putHeader("x-amz-request-id", "INJECTED")
            .putHeader("Content-Type", "application/xml");
    HttpExecuteResponse.Builder answer = HttpExecuteResponse.builder();
    if (http.method() != SdkHttpMethod.HEAD) {
      response.putHeader("Content-Length", String.valueOf(body.length));
      answer.responseBody(AbortableInputStream.create(new ByteArrayInputStream(body)));
    }
    return answer.response(response.build()).build();
  }

  /** Half of the body, after which the connection is reset. */
  private static HttpExecuteResponse cut(HttpExecuteResponse whole) throws IOException {
    if (whole.responseBody().isEmpty()) {
      return whole;
    }
    AbortableInputStream body = whole.responseBody().get();
    Optional<Long> length =
        whole.httpResponse().firstMatchingHeader("Content-Length").map(Long::valueOf);
    if (length.isPresent()) {
      return with(whole, new Cuts.OfStream(body, length.get() / 2, reset()), body);
    }
    byte[] bytes;
    try (body) {
      bytes = body.readAllBytes();
    }
    InputStream half =
        new Cuts.OfStream(new ByteArrayInputStream(bytes), bytes.length / 2, reset());
    return with(whole, half, body);
  }

  private static HttpExecuteResponse with(
      HttpExecuteResponse whole, InputStream body, AbortableInputStream abortable) {
    return HttpExecuteResponse.builder()
        .response(whole.httpResponse())
        .responseBody(AbortableInputStream.create(body, abortable))
        .build();
  }

  private static SocketException reset() {
    return new SocketException("injected: connection reset");
  }

  private static void drain(HttpExecuteResponse response) throws IOException {
    if (response.responseBody().isPresent()) {
      try (InputStream body = response.responseBody().get()) {
        body.transferTo(OutputStream.nullOutputStream());
      }
    }
  }

  private static String kind(SdkHttpRequest http) {
    String selectors =
        http.rawQueryParameters().keySet().stream()
            .filter(name -> !VALUES.contains(name))
            .sorted()
            .collect(Collectors.joining("&"));
    return http.method() + (selectors.isEmpty() ? "" : " ?" + selectors);
  }

  private static String target(SdkHttpRequest http) {
    String query =
        http.rawQueryParameters().entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(entry -> entry.getKey() + "=" + String.join(",", entry.getValue()))
            .collect(Collectors.joining("&"));
    return http.encodedPath() + (query.isEmpty() ? "" : "?" + query);
  }
}
