package dev.chirograph.http;

import static dev.chirograph.http.Asking.FIND;
import static dev.chirograph.http.Asking.NOTHING;
import static dev.chirograph.http.Asking.SECRET;
import static dev.chirograph.http.Asking.peer;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.log.LogAnswer.Found;
import dev.chirograph.log.LogRequest.Find;
import dev.chirograph.log.LogRequest.Pull;
import dev.chirograph.spi.ReplicaLog.Position;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a peer is asked, and what it answers when all is well. */
@Timeout(60)
class HttpLogPeerTest {

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
