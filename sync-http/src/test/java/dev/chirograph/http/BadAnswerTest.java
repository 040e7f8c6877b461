package dev.chirograph.http;

import static dev.chirograph.http.Asking.FIND;
import static dev.chirograph.http.Asking.NOTHING;
import static dev.chirograph.http.Asking.failure;
import static dev.chirograph.http.Asking.peer;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.log.LogAnswer.Found;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever a peer answers ends as an error of the right kind. */
@Timeout(60)
class BadAnswerTest {

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
      assertThat(failure).hasMessageContaining("is that the address of a handler");
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
    "413, TOO_LARGE",
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
}
