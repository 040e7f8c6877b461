package dev.chirograph.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.LogEntry.Content;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Contents come from the registered addresses of a peer, whatever an entry or a redirect says. */
@Timeout(60)
class ContentFetchTest {

  private static final String TEXT = "0123456789";
  private static final String OWN = "/log/v1/content/" + Samples.SHA256;

  private final Map<String, String> answers = new HashMap<>();
  private final Canned node = Canned.byPath(path -> answer("node", path));
  private final Canned cdn = Canned.byPath(path -> answer("cdn", path));
  private final Canned elsewhere = Canned.answering(Canned.ok("text/plain", TEXT));

  private final HttpLogPeer peer = peer(node, Duration.ofSeconds(30));

  private HttpLogPeer peer(Canned server, Duration timeout) {
    return HttpLogPeer.builder("oslo", "bergen", URI.create(server.base() + "/log"))
        .key(Lab.KEY)
        .contentsUnder(URI.create(cdn.base() + "/cache"))
        .timeout(timeout)
        .build();
  }

  @AfterEach
  void close() {
    node.close();
    cdn.close();
    elsewhere.close();
  }

  private String answer(String server, String path) {
    return answers.getOrDefault(
        server + path, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  }

  private void has(String server, String path) {
    answers.put(server + path, Canned.ok("application/octet-stream", TEXT));
  }

  private void redirects(String server, String path, String to) {
    answers.put(
        server + path, "HTTP/1.1 302 Found\r\nLocation: " + to + "\r\nContent-Length: 0\r\n\r\n");
  }

  private String fetched(String location, long from) {
    try (InputStream in = peer.content(content(location), from)) {
      return new String(in.readAllBytes(), ISO_8859_1);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Content content(String location) {
    return new Content(Samples.SHA256, TEXT.length(), location);
  }

  private Kind refusal(String location, long from) {
    return catchThrowableOfType(
            SyncException.class, () -> peer.content(content(location), from).close())
        .kind();
  }

  private static List<String> paths(Canned server) {
    return server.requests().stream().map(head -> head.split(" ", 3)[1]).toList();
  }

  // ---- where

  @Test
  void withoutALocationItIsWhereTheNodeHasAllItsContents() {
    has("node", OWN);
    assertThat(fetched("", 0)).isEqualTo(TEXT);
    assertThat(node.requests().get(0)).contains("Signature: ", "Accept-Encoding: identity\r\n");
  }

  @Test
  void aLocationUnderTheNodeIsAskedAndNotSigned() {
    has("node", "/log/files/a?v=1");
    assertThat(fetched(node.base() + "/log/files/a?v=1", 0)).isEqualTo(TEXT);
    assertThat(node.requests().get(0)).doesNotContain("Signature", "Chirograph", "oslo");
  }

  /** Else whoever writes an entry could pull, and have deletes forgotten, in the name of others. */
  @Test
  void nothingButContentsIsAskedForInTheNameOfThisNode() {
    String other = "/log/v1/content/" + "0".repeat(64);
    for (String path :
        List.of(
            "/log/v1/entries?limit=1&bytes=1&wait=0", OWN + "?x", other + "/", "/log/v1/find")) {
      has("node", path);
      assertThat(fetched(node.base() + path, 0)).isEqualTo(TEXT);
      redirects("node", OWN, path);
      assertThat(fetched("", 0)).isEqualTo(TEXT);
    }
    assertThat(node.requests())
        .filteredOn(head -> !head.startsWith("GET " + OWN + " "))
        .hasSize(8)
        .noneMatch(head -> head.contains("Signature") || head.contains("Chirograph"));
    has("node", other);
    assertThat(fetched(node.base() + other, 0)).isEqualTo(TEXT);
    assertThat(node.requests().get(node.requests().size() - 1)).contains("Signature: ");
  }

  @Test
  void aLocationUnderAnotherBaseIsAskedAndNotSigned() {
    has("cdn", "/cache/a");
    assertThat(fetched(cdn.base() + "/cache/a", 0)).isEqualTo(TEXT);
    assertThat(cdn.requests().get(0)).doesNotContain("Signature", "Chirograph", "oslo");
    assertThat(node.requests()).isEmpty();
  }

  @Test
  void aLocationElsewhereIsNeverAsked() {
    has("node", OWN);
    for (String location :
        List.of(
            elsewhere.base() + "/log/a",
            elsewhere.base() + "/cache/a",
            cdn.base() + "/other",
            cdn.base() + "/cache/../other",
            cdn.base() + "/cache/%2e%2e/other",
            node.base() + "/admin",
            "http://127.0.0.1:" + node.port() + "/log/a",
            "http://user@localhost:" + node.port() + "/log/a",
            "file:///etc/passwd",
            "not an address")) {
      assertThat(fetched(location, 0)).as(location).isEqualTo(TEXT);
    }
    assertThat(elsewhere.requests()).isEmpty();
    assertThat(cdn.requests()).isEmpty();
    assertThat(paths(node)).containsOnly(OWN);
  }

  @Test
  void whatIsGoneFromItsLocationIsAskedOfTheNode() {
    has("node", OWN);
    assertThat(fetched(cdn.base() + "/cache/gone", 0)).isEqualTo(TEXT);
  }

  @Test
  void whatTheNodeDoesNotHoldIsNotFound() {
    assertThat(refusal("", 0)).isEqualTo(Kind.NOT_FOUND);
    assertThat(refusal(cdn.base() + "/cache/gone", 0)).isEqualTo(Kind.NOT_FOUND);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "../../x", "ABCD", "%2e%2e", "00/../../admin"})
  void whatIsNoDigestIsNotAskedFor(String sha256) {
    assertThatThrownBy(() -> peer.content(new Content(sha256, 1, ""), 0))
        .isInstanceOf(SyncException.class);
    assertThat(node.requests()).isEmpty();
  }

  @Test
  void noContentBeginsBeforeItsBeginning() {
    assertThatThrownBy(() -> peer.content(content(""), -1)).isInstanceOf(SyncException.class);
    assertThat(node.requests()).isEmpty();
  }

  // ---- redirects

  @Test
  void threeRedirectsAreFollowedAndNoFourth() {
    redirects("node", OWN, "/log/1");
    redirects("node", "/log/1", "2");
    redirects("node", "/log/2", cdn.base() + "/cache/3");
    has("cdn", "/cache/3");
    assertThat(fetched("", 0)).isEqualTo(TEXT);
    assertThat(cdn.requests().get(0)).doesNotContain("Signature", "Chirograph");
    redirects("cdn", "/cache/3", node.base() + "/log/4");
    has("node", "/log/4");
    assertThat(refusal("", 0)).isEqualTo(Kind.UNEXPECTED);
    assertThat(paths(node)).doesNotContain("/log/4");
  }

  @Test
  void aRedirectInACircleEnds() {
    redirects("node", OWN, OWN);
    assertThat(refusal("", 0)).isEqualTo(Kind.UNEXPECTED);
    assertThat(node.requests()).hasSize(4);
  }

  @Test
  void aRedirectToElsewhereIsNotFollowed() {
    for (String to :
        List.of(
            elsewhere.base() + "/log/a",
            "//localhost:" + elsewhere.port() + "/log/a",
            "http://127.0.0.1:" + elsewhere.port() + "/",
            "http://localhost:" + node.port() + "@localhost:" + elsewhere.port() + "/log/a",
            "http://169.254.169.254/latest/meta-data",
            "https://localhost:" + node.port() + "/log/a",
            cdn.base() + "/other",
            "/admin",
            "../../../admin",
            "%2e%2e/admin",
            "file:///etc/passwd",
            "")) {
      redirects("node", OWN, to);
      assertThat(refusal("", 0)).as(to).isEqualTo(Kind.PERMISSION_DENIED);
    }
    assertThat(elsewhere.requests()).isEmpty();
    assertThat(cdn.requests()).isEmpty();
    assertThat(paths(node)).containsOnly(OWN);
  }

  @Test
  void aRedirectAmongTheFoldersOfABaseIsFollowed() {
    redirects("node", OWN, "../files/../files/a");
    has("node", "/log/v1/files/a");
    assertThat(fetched("", 0)).isEqualTo(TEXT);
  }

  // ---- from where

  private void answersWith(String status, String headers, String body) {
    answers.put(
        "node" + OWN,
        "HTTP/1.1 "
            + status
            + " x\r\n"
            + headers
            + "Content-Length: "
            + body.length()
            + "\r\n\r\n"
            + body);
  }

  @Test
  void aRangeIsAskedFor() {
    answersWith("206", "Content-Range: bytes 4-9/10\r\n", "456789");
    assertThat(fetched("", 4)).isEqualTo("456789");
    assertThat(node.requests().get(0)).contains("Range: bytes=4-\r\n");
  }

  @Test
  void aServerThatAnswersWithTheWholeIsReadFromThere() {
    answersWith("200", "", TEXT);
    assertThat(fetched("", 4)).isEqualTo("456789");
    assertThat(fetched("", 10)).isEmpty();
    assertThat(refusal("", 11)).isEqualTo(Kind.INVALID_ARGUMENT);
  }

  @Test
  void anotherRangeIsRefused() {
    for (String range : List.of("", "Content-Range: bytes 0-9/10\r\n", "Content-Range: 4\r\n")) {
      answersWith("206", range, TEXT);
      assertThat(refusal("", 4)).isEqualTo(Kind.UNEXPECTED);
    }
    answersWith("206", "Content-Range: bytes 0-9/10\r\n", TEXT);
    assertThat(refusal("", 0)).isEqualTo(Kind.UNEXPECTED);
    answersWith("416", "Content-Range: bytes */10\r\n", "");
    assertThat(refusal("", 11)).isEqualTo(Kind.INVALID_ARGUMENT);
  }

  @Test
  void bytesInAnotherCodingAreRefused() {
    answersWith("200", "Content-Encoding: gzip\r\n", TEXT);
    assertThat(refusal("", 0)).isEqualTo(Kind.UNEXPECTED);
  }

  // ---- bytes that do not come

  @Test
  void aContentThatBreaksOffIsAnError() {
    answers.put("node" + OWN, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + TEXT);
    Throwable failure =
        catchThrowable(
            () -> {
              try (InputStream in = peer.content(content(""), 0)) {
                in.readAllBytes();
              }
            });
    // The client may notice before it hands the stream over, or only after.
    assertThat(failure).isInstanceOfAny(IOException.class, SyncException.class);
    if (failure instanceof SyncException known) {
      assertThat(known.kind()).isEqualTo(Kind.UNAVAILABLE);
    }
  }

  @Test
  void aContentThatFallsSilentIsAnError() {
    try (Canned slow =
        Canned.running(
            out -> {
              out.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n1".getBytes(ISO_8859_1));
              out.flush();
              new CountDownLatch(1).await();
            })) {
      assertThatThrownBy(
              () -> {
                try (InputStream in = peer(slow, Duration.ofMillis(500)).content(content(""), 0)) {
                  in.readAllBytes();
                }
              })
          .isInstanceOf(IOException.class)
          .hasMessageContaining("in time");
    }
  }
}
