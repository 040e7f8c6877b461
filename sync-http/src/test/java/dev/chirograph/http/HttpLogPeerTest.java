package dev.chirograph.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.log.LogAnswer.Found;
import dev.chirograph.log.LogRequest;
import dev.chirograph.log.LogRequest.Find;
import dev.chirograph.log.LogRequest.Pull;
import dev.chirograph.spi.ReplicaLog.Position;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever a peer answers, or does not, ends as an error of the right kind, and in time. */
@Timeout(60)
class HttpLogPeerTest {

  private static final LogRequest FIND = new Find(List.of(Key.utf8("k")));
  private static final String NOTHING = "{\"items\":[]}";
  private static final String SECRET = "0123456789abcdef0123456789abcdef";

  private static HttpLogPeer.Builder peer(String base) {
    return HttpLogPeer.builder("oslo", "bergen", URI.create(base))
        .key(SigningKey.of("oslo-1", SECRET.getBytes(ISO_8859_1)))
        .timeout(Duration.ofSeconds(30));
  }

  private static SyncException failure(Canned server) {
    return failure(peer(server.base()).build());
  }

  private static SyncException failureInTime(Canned server) {
    return failure(peer(server.base()).timeout(Duration.ofMillis(500)).build());
  }

  private static SyncException failure(HttpLogPeer peer) {
    SyncException failure = catchThrowableOfType(SyncException.class, () -> peer.call(FIND));
    assertThat(failure).isNotNull();
    assertThat(failure.getMessage()).contains("bergen").doesNotContain(SECRET);
    return failure;
  }

  // ---- answers that are whole

  @Test
  void anAnswerIsRead() {
    try (Canned server = Canned.answering(Canned.ok("application/json; charset=utf-8", NOTHING))) {
      assertThat(peer(server.base() + "/log/").build().call(FIND)).isEqualTo(new Found(List.of()));
      assertThat(server.requests().get(0))
          .startsWith("POST /log/v1/find HTTP/1.1\r\n")
          .contains("Chirograph-Caller: oslo\r\n")
          .contains("Chirograph-Target: bergen\r\n")
          .contains("Accept-Encoding: gzip\r\n");
    }
  }

  @Test
  void aPullIsAQuery() {
    try (Canned server = Canned.answering(Canned.ok("application/json", NOTHING))) {
      Pull pull = new Pull(Position.START, 3, 4, Duration.ofMillis(5));
      assertThatThrownBy(() -> peer(server.base()).build().call(pull))
          .isInstanceOf(SyncException.class);
      assertThat(server.requests().get(0))
          .startsWith("GET /v1/entries?limit=3&bytes=4&wait=5 HTTP/1.1\r\n");
    }
  }

  @Test
  void requestsAreCompressedOnlyOnceThePeerHasSaidThatItTakesThat() {
    Find large = new Find(List.of(Key.utf8("x".repeat(1_024)), Key.utf8("y".repeat(100))));
    String taking = Canned.ok("application/json\r\nAccept-Encoding: gzip", NOTHING);
    try (Canned server = Canned.answering(taking)) {
      HttpLogPeer peer = peer(server.base()).build();
      peer.call(large);
      peer.call(large);
      peer.call(FIND);
      assertThat(server.requests().get(0)).doesNotContain("Content-Encoding");
      assertThat(server.requests().get(1)).contains("Content-Encoding: gzip");
      assertThat(server.requests().get(2)).doesNotContain("Content-Encoding");
      HttpLogPeer plain = peer(server.base()).withoutGzip().build();
      plain.call(large);
      plain.call(large);
      assertThat(server.requests().get(4))
          .doesNotContain("Content-Encoding")
          .contains("Accept-Encoding: identity");
    }
  }

  // ---- no answer

  @Test
  void aPeerThatIsNotThereIsUnavailable() throws IOException {
    int port;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }
    SyncException failure = failure(peer("http://localhost:" + port).build());
    assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
    assertThat(failure.mayRetry()).isTrue();
  }

  @Test
  void aPeerThatCannotBeFoundIsUnavailable() {
    assertThat(failure(peer("http://nobody.invalid").build()).kind()).isEqualTo(Kind.UNAVAILABLE);
  }

  @Test
  void aPeerThatIsSilentIsUnavailable() {
    try (Canned server = Canned.running(out -> new CountDownLatch(1).await())) {
      SyncException failure = failureInTime(server);
      assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
      assertThat(failure).hasMessageContaining("in time");
    }
  }

  @Test
  void aPeerThatFallsSilentBehindTheHeadersIsUnavailable() {
    try (Canned server =
        Canned.running(
            out -> {
              out.write(
                  "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"
                      .getBytes(ISO_8859_1));
              new CountDownLatch(1).await();
            })) {
      SyncException failure = failureInTime(server);
      assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
      assertThat(failure).hasMessageContaining("in time");
    }
  }

  @Test
  void aPeerThatDripsIsUnavailable() {
    try (Canned server =
        Canned.running(
            out -> {
              out.write(
                  "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n".getBytes(ISO_8859_1));
              while (true) {
                out.write(' ');
                out.flush();
                new CountDownLatch(1).await(20, TimeUnit.MILLISECONDS);
              }
            })) {
      assertThat(failureInTime(server).kind()).isEqualTo(Kind.UNAVAILABLE);
    }
  }

  @Test
  void aPullWaitsAsLongAsThePeerMay() {
    try (Canned server =
        Canned.running(
            out -> {
              new CountDownLatch(1).await(900, TimeUnit.MILLISECONDS);
              out.write(Canned.ok("application/json", NOTHING).getBytes(ISO_8859_1));
            })) {
      Pull pull = new Pull(Position.START, 1, 1, Duration.ofSeconds(20));
      SyncException failure =
          catchThrowableOfType(
              SyncException.class,
              () -> peer(server.base()).timeout(Duration.ofMillis(500)).build().call(pull));
      assertThat(failure.kind()).isEqualTo(Kind.CORRUPT); // it came, and was no page
    }
  }

  @Test
  void anInterruptEndsTheWaiting() throws InterruptedException {
    CountDownLatch asked = new CountDownLatch(1);
    try (Canned server =
        Canned.running(
            out -> {
              asked.countDown();
              new CountDownLatch(1).await();
            })) {
      AtomicReference<SyncException> failure = new AtomicReference<>();
      AtomicReference<Boolean> flag = new AtomicReference<>(false);
      HttpLogPeer peer = peer(server.base()).timeout(Duration.ofMinutes(5)).build();
      Thread thread =
          new Thread(
              () -> {
                failure.set(failure(peer));
                flag.set(Thread.currentThread().isInterrupted());
              });
      thread.start();
      asked.await();
      thread.interrupt();
      thread.join();
      assertThat(failure.get().kind()).isEqualTo(Kind.UNAVAILABLE);
      assertThat(flag.get()).isTrue();
    }
  }

  // ---- answers that are cut or spoilt

  @Test
  void anAnswerThatBreaksOffIsUnavailable() {
    String head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    for (String cut :
        List.of(
            "HTTP/1.1 200",
            head + "Content-Length: 100\r\n\r\n{\"items\":[",
            head + "Transfer-Encoding: chunked\r\n\r\nc\r\n{\"items\":[]}\r\n",
            head + "Transfer-Encoding: chunked\r\n\r\nc\r\n{\"items\"")) {
      try (Canned server = Canned.answering(cut)) {
        assertThat(failure(server).kind()).as(cut).isEqualTo(Kind.UNAVAILABLE);
      }
    }
  }

  @Test
  void anAnswerThatEndsEarlyOrIsSpoiltIsCorrupt() {
    for (String spoilt : List.of("", "{\"items\":[", "{}", "<html>", NOTHING + "x", "[]", "null")) {
      try (Canned server = Canned.answering(Canned.ok("application/json", spoilt))) {
        assertThat(failure(server).kind()).as(spoilt).isEqualTo(Kind.CORRUPT);
      }
    }
  }

  @Test
  void anAnswerThatIsNoJsonComesFromSomebodyElse() {
    try (Canned server = Canned.answering(Canned.ok("text/html", "<html>log in</html>"))) {
      SyncException failure = failure(server);
      assertThat(failure.kind()).isEqualTo(Kind.UNEXPECTED);
      assertThat(failure).hasMessageContaining("is that the address of a node");
    }
  }

  private static String zipped(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(ISO_8859_1));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toString(ISO_8859_1);
  }

  @Test
  void compressedAnswersAreReadAndSpoiltOnesAreCorrupt() {
    String type = "application/json\r\nContent-Encoding: gzip";
    String whole = zipped(NOTHING);
    try (Canned server = Canned.answering(Canned.ok(type, whole))) {
      assertThat(peer(server.base()).build().call(FIND)).isEqualTo(new Found(List.of()));
    }
    for (String spoilt :
        List.of(
            NOTHING,
            "",
            whole.substring(0, whole.length() - 9),
            whole.substring(0, whole.length() - 5) + "\u0000\u0001\u0002\u0003\u0004")) {
      try (Canned server = Canned.answering(Canned.ok(type, spoilt))) {
        assertThat(failure(server).kind()).isEqualTo(Kind.CORRUPT);
      }
    }
    try (Canned server =
        Canned.answering(Canned.ok("application/json\r\nContent-Encoding: br", NOTHING))) {
      assertThat(failure(server).kind()).isEqualTo(Kind.CORRUPT);
    }
  }

  @Test
  void answersBeyondTheLimitAreNotReadToTheirEnd() {
    String spaces = "{\"items\":[" + " ".repeat(3_000_000) + "]}";
    String gzip = "application/json\r\nContent-Encoding: gzip";
    for (String answer :
        List.of(Canned.ok("application/json", spaces), Canned.ok(gzip, zipped(spaces)))) {
      try (Canned server = Canned.answering(answer)) {
        SyncException failure = failure(peer(server.base()).answerLimit(1_000_000).build());
        assertThat(failure.kind()).isEqualTo(Kind.UNEXPECTED);
        assertThat(failure).hasMessageContaining("1000000 bytes");
      }
    }
  }

  @Test
  void headersBeyondTheLimitAreRefused() {
    String padded = "application/json\r\nX-Padding: " + "x".repeat(20_000);
    try (Canned server = Canned.answering(Canned.ok(padded, NOTHING))) {
      assertThat(failure(server).kind()).isEqualTo(Kind.UNEXPECTED);
    }
  }

  // ---- errors

  @ParameterizedTest
  @CsvSource({
    "400, INVALID_ARGUMENT",
    "401, PERMISSION_DENIED",
    "403, PERMISSION_DENIED",
    "404, NOT_FOUND",
    "405, INVALID_ARGUMENT",
    "407, PERMISSION_DENIED",
    "408, UNAVAILABLE",
    "409, CONFLICT",
    "410, NOT_FOUND",
    "413, INVALID_ARGUMENT",
    "414, INVALID_ARGUMENT",
    "415, INVALID_ARGUMENT",
    "421, PERMISSION_DENIED",
    "429, RATE_LIMITED",
    "431, INVALID_ARGUMENT",
    "500, UNAVAILABLE",
    "501, UNSUPPORTED",
    "502, UNAVAILABLE",
    "503, UNAVAILABLE",
    "504, UNAVAILABLE",
    "204, UNEXPECTED",
    "304, UNEXPECTED",
    "418, UNEXPECTED"
  })
  void aStatusSaysWhatItIsWhereNothingElseDoes(int status, Kind kind) {
    String answer = "HTTP/1.1 " + status + " x\r\nContent-Length: 0\r\n\r\n";
    try (Canned server = Canned.answering(answer)) {
      SyncException failure = failure(server);
      assertThat(failure.kind()).isEqualTo(kind);
      assertThat(failure).hasMessageContaining("answered " + status);
    }
  }

  private static String problem(int status, String body) {
    return Canned.ok("application/problem+json", body).replace("200 OK", status + " x");
  }

  @Test
  void aProblemSaysMoreThanItsStatus() {
    for (Kind kind : Kind.values()) {
      String body = new String(new Problem(500, kind, "why", "the detail").toBytes(), ISO_8859_1);
      try (Canned server = Canned.answering(problem(500, body))) {
        SyncException failure = failure(server);
        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure).hasMessageContaining("500 (why): the detail");
      }
    }
  }

  @Test
  void aProblemThatCannotBeReadIsItsStatus() {
    for (String body :
        List.of("", "{", "{\"kind\":\"no-such\"}", "{\"kind\":7}", "[]", "{\"detail\":{}}")) {
      try (Canned server = Canned.answering(problem(429, body))) {
        assertThat(failure(server).kind()).as(body).isEqualTo(Kind.RATE_LIMITED);
      }
    }
  }

  @Test
  void whatAPeerSaysStaysOneLine() {
    String body = "{\"kind\":\"conflict\",\"detail\":\"a\\r\\nINFO forged \\u001b[2J\"}";
    try (Canned server = Canned.answering(problem(409, body))) {
      assertThat(failure(server).getMessage()).doesNotContain("\n", "\r", "\u001b");
    }
  }

  @Test
  void noOtherAddressIsAskedBecauseAPeerSaysSo() {
    try (Canned other = Canned.answering(Canned.ok("application/json", NOTHING));
        Canned server =
            Canned.answering(
                "HTTP/1.1 307 x\r\nLocation: "
                    + other.base()
                    + "/v1/find\r\nContent-Length: 0\r\n\r\n")) {
      assertThat(failure(server).kind()).isEqualTo(Kind.UNEXPECTED);
      assertThat(other.requests()).isEmpty();
    }
  }

  // ---- building

  @Test
  void aClientThatFollowsRedirectsIsRefused() {
    for (Redirect redirect : List.of(Redirect.ALWAYS, Redirect.NORMAL)) {
      HttpClient client = HttpClient.newBuilder().followRedirects(redirect).build();
      assertThatThrownBy(() -> peer("http://localhost").client(client).build())
          .isInstanceOf(SyncException.class)
          .hasMessageContaining("Redirect.NEVER");
    }
  }

  @Test
  void whetherRequestsAreSignedIsSaid() {
    HttpLogPeer.Builder neither =
        HttpLogPeer.builder("oslo", "bergen", URI.create("http://localhost"));
    assertThatThrownBy(neither::build).isInstanceOf(SyncException.class);
    assertThatThrownBy(() -> peer("http://localhost").unsigned().build())
        .isInstanceOf(SyncException.class);
    assertThat(neither.unsigned().build()).hasToString("HttpLogPeer[http://localhost]");
  }

  @Test
  void anUnsignedRequestStillSaysWhoIsMeant() {
    try (Canned server = Canned.answering(Canned.ok("application/json", NOTHING))) {
      HttpLogPeer.builder("os lo", "b\u00e6rgen", URI.create(server.base()))
          .unsigned()
          .build()
          .call(FIND);
      assertThat(server.requests().get(0))
          .contains("Chirograph-Caller: os%20lo\r\n", "Chirograph-Target: b%C3%A6rgen\r\n")
          .doesNotContain("Signature");
    }
  }

  @Test
  void aSecretIsLongEnoughAndNeverPrinted() {
    assertThatThrownBy(() -> SigningKey.of("k", new byte[31])).isInstanceOf(SyncException.class);
    assertThatThrownBy(() -> SigningKey.of("", new byte[32])).isInstanceOf(SyncException.class);
    assertThatThrownBy(() -> SigningKey.of("a\"b", new byte[32])).isInstanceOf(SyncException.class);
    assertThat(SigningKey.of("k", SECRET.getBytes(ISO_8859_1))).hasToString("SigningKey[k]");
  }
}
