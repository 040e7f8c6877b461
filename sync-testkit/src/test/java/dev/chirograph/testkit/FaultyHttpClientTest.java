package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpResponse;

class FaultyHttpClientTest {

  private static final String BODY = "0123456789";

  private final Served served = new Served();

  @Test
  void requestsPassAndAreCountedByKind() throws IOException {
    Faults faults = Faults.none();
    FaultyHttpClient client = FaultyHttpClient.of(served, faults);
    assertThat(text(send(client, SdkHttpMethod.GET, "/b/k"))).isEqualTo(BODY);
    send(client, SdkHttpMethod.GET, "/b/k?tagging");
    send(client, SdkHttpMethod.GET, "/b/k?tagging&versionId=7");
    send(client, SdkHttpMethod.GET, "/b?list-type=2&prefix=a&continuation-token=t");
    send(client, SdkHttpMethod.PUT, "/b/k?uploadId=u&partNumber=3");
    send(client, SdkHttpMethod.HEAD, "/b/k");
    assertThat(faults.counts())
        .isEqualTo(
            Map.of(
                "GET",
                1L,
                "GET ?tagging",
                2L,
                "GET ?list-type",
                1L,
                "PUT ?partNumber&uploadId",
                1L,
                "HEAD",
                1L));
    assertThat(served.requests).hasSize(6);
  }

  @ParameterizedTest
  @CsvSource({
    "FORBIDDEN, 403, AccessDenied",
    "NOT_FOUND, 404, NoSuchBucket",
    "CONFLICT, 409, ConditionalRequestConflict",
    "SERVER_ERROR, 500, InternalError",
    "SLOW_DOWN, 503, SlowDown"
  })
  void anErrorIsAnsweredWithoutAskingTheServer(Fault fault, int status, String code)
      throws IOException {
    HttpExecuteResponse answer =
        send(FaultyHttpClient.of(served, Faults.at(1, fault)), SdkHttpMethod.PUT, "/b/k");
    assertThat(answer.httpResponse().statusCode()).isEqualTo(status);
    assertThat(text(answer)).contains("<Error><Code>" + code + "</Code>");
    assertThat(served.requests).isEmpty();
  }

  @Test
  void aFailedExpectationNeedsOne() throws IOException {
    FaultyHttpClient client =
        FaultyHttpClient.of(
            served, Faults.builder().when(call -> true, Fault.PRECONDITION_FAILED).build());
    assertThat(send(client, SdkHttpMethod.PUT, "/b/k").httpResponse().statusCode()).isEqualTo(200);
    SdkHttpFullRequest conditional =
        request(SdkHttpMethod.PUT, "/b/k").toBuilder().putHeader("If-Match", "etag").build();
    assertThat(send(client, conditional).httpResponse().statusCode()).isEqualTo(412);
  }

  @Test
  void aHeadHasNoBodyAndIsNeverCalledAbsent() throws IOException {
    HttpExecuteResponse forbidden =
        send(
            FaultyHttpClient.of(served, Faults.at(1, Fault.FORBIDDEN)), SdkHttpMethod.HEAD, "/b/k");
    assertThat(forbidden.httpResponse().statusCode()).isEqualTo(403);
    assertThat(forbidden.responseBody()).isEmpty();
    HttpExecuteResponse found =
        send(
            FaultyHttpClient.of(served, Faults.at(1, Fault.NOT_FOUND)), SdkHttpMethod.HEAD, "/b/k");
    assertThat(found.httpResponse().statusCode()).isEqualTo(200);
  }

  @Test
  void aRequestFailsBeforeItIsSentOrAfter() {
    Faults faults =
        Faults.builder()
            .at(1, Fault.FAIL_BEFORE)
            .at(2, Fault.FAIL_AFTER)
            .at(3, Fault.LOSE_REPLY)
            .build();
    FaultyHttpClient client = FaultyHttpClient.of(served, faults);
    assertThatThrownBy(() -> send(client, SdkHttpMethod.PUT, "/b/k"))
        .isInstanceOf(SocketException.class);
    assertThat(served.requests).isEmpty();
    assertThatThrownBy(() -> send(client, SdkHttpMethod.PUT, "/b/k"))
        .isInstanceOf(SocketException.class);
    assertThatThrownBy(() -> send(client, SdkHttpMethod.PUT, "/b/k"))
        .isInstanceOf(SocketTimeoutException.class);
    assertThat(served.requests).hasSize(2);
    assertThat(served.open).isZero();
  }

  @Test
  void aRequestIsDelayedAndThenGoesRight() throws IOException {
    List<Integer> sentBefore = new ArrayList<>();
    Faults faults =
        Faults.builder()
            .at(2, Fault.DELAY)
            .onDelay(() -> sentBefore.add(served.requests.size()))
            .build();
    FaultyHttpClient client = FaultyHttpClient.of(served, faults);
    for (int i = 0; i < 3; i++) {
      assertThat(text(send(client, SdkHttpMethod.GET, "/b/k"))).isEqualTo(BODY);
    }
    assertThat(sentBefore).containsExactly(1);
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void aBodyIsCutInItsMiddle(boolean withLength) throws IOException {
    served.withLength = withLength;
    HttpExecuteResponse cut =
        send(FaultyHttpClient.of(served, Faults.at(1, Fault.CUT)), SdkHttpMethod.GET, "/b/k");
    InputStream body = cut.responseBody().orElseThrow();
    assertThat(new String(body.readNBytes(5), StandardCharsets.UTF_8)).isEqualTo("01234");
    assertThatThrownBy(body::read).isInstanceOf(IOException.class);
  }

  @Test
  void requestsAreChosenByTheirAddress() throws IOException {
    Faults faults =
        Faults.builder()
            .when(call -> call.what().equals("GET ?tagging"), Fault.FORBIDDEN)
            .when(call -> call.target().startsWith("/b/broken"), Fault.SERVER_ERROR)
            .build();
    FaultyHttpClient client = FaultyHttpClient.of(served, faults);
    assertThat(status(client, "/b/k?tagging")).isEqualTo(403);
    assertThat(status(client, "/b/broken")).isEqualTo(500);
    assertThat(status(client, "/b/k")).isEqualTo(200);
    assertThat(faults.fired()).hasSize(2);
  }

  private static int status(SdkHttpClient client, String path) throws IOException {
    return send(client, SdkHttpMethod.GET, path).httpResponse().statusCode();
  }

  private static HttpExecuteResponse send(SdkHttpClient client, SdkHttpMethod method, String path)
      throws IOException {
    return send(client, request(method, path));
  }

  private static HttpExecuteResponse send(SdkHttpClient client, SdkHttpFullRequest request)
      throws IOException {
    return client.prepareRequest(HttpExecuteRequest.builder().request(request).build()).call();
  }

  private static SdkHttpFullRequest request(SdkHttpMethod method, String path) {
    return SdkHttpFullRequest.builder()
        .method(method)
        .uri(URI.create("http://localhost:1" + path))
        .build();
  }

  private static String text(HttpExecuteResponse response) throws IOException {
    try (InputStream body = response.responseBody().orElseThrow()) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Stands for the network: answers everything with the same body. */
  private static final class Served implements SdkHttpClient {
    private final List<String> requests = new ArrayList<>();
    private boolean withLength = true;
    private int open;

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
      return new ExecutableHttpRequest() {
        @Override
        public HttpExecuteResponse call() {
          requests.add(request.httpRequest().encodedPath());
          SdkHttpResponse.Builder response = SdkHttpResponse.builder().statusCode(200);
          if (withLength) {
            response.putHeader("Content-Length", String.valueOf(BODY.length()));
          }
          open++;
          return HttpExecuteResponse.builder()
              .response(response.build())
              .responseBody(AbortableInputStream.create(new Body()))
              .build();
        }

        @Override
        public void abort() {}
      };
    }

    @Override
    public void close() {}

    private final class Body extends ByteArrayInputStream {
      Body() {
        super(BODY.getBytes(StandardCharsets.UTF_8));
      }

      @Override
      public void close() {
        open--;
      }
    }
  }
}
