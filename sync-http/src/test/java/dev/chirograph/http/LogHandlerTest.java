package dev.chirograph.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.http.Lab.Answered;
import dev.chirograph.http.Lab.Ask;
import dev.chirograph.log.LogAnswer.Pulled;
import dev.chirograph.log.LogAnswer.Pushed;
import dev.chirograph.log.LogRequest;
import dev.chirograph.log.LogRequest.Pull;
import dev.chirograph.spi.ReplicaLog.Position;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a handler answers to whoever is a known caller, and to what is no request. */
class LogHandlerTest {

  private final Lab lab = new Lab();
  private final LogHandler handler = lab.handler().build();

  private Answered answered(Ask ask) {
    return Lab.handle(handler, ask.call());
  }

  // ---- what is answered

  @Test
  void aSignedPushIsTakenAndAPullAnswered() {
    Answered pushed = answered(lab.push(3).sign());
    assertThat(pushed.status()).isEqualTo(200);
    assertThat(pushed.headers()).containsEntry("Cache-Control", "no-store");
    assertThat(((Pushed) pushed.answer(new LogRequest.Push(Lab.items(3)))).receipts()).hasSize(3);
    Pull pull = new Pull(Position.START, 100, 1 << 20, Duration.ZERO);
    Pulled pulled = (Pulled) answered(lab.ask(pull).sign()).answer(pull);
    assertThat(pulled.page()).isEqualTo(lab.log.read(Position.START, 100, 1 << 20));
    assertThat(handler.refusals().values()).containsOnly(0L);
  }

  @Test
  void largeAnswersAreCompressedWhereBothWantIt() {
    answered(lab.push(200).sign());
    Pull pull = new Pull(Position.START, 100, 1 << 20, Duration.ZERO);
    Answered plain = answered(lab.ask(pull).sign());
    Answered zipped = answered(lab.ask(pull).set("Accept-Encoding", "br, gzip;q=0.5").sign());
    assertThat(zipped.headers()).containsEntry("Content-Encoding", "gzip");
    assertThat(zipped.body().length).isLessThan(plain.body().length / 2);
    assertThat(zipped.answer(pull)).isEqualTo(plain.answer(pull));
    for (String not : List.of("identity", "gzip;q=0", "gzip; q=0.0", "x-gzip", "")) {
      Answered other = answered(lab.ask(pull).set("Accept-Encoding", not).sign());
      assertThat(other.headers()).as(not).doesNotContainKey("Content-Encoding");
    }
    Pull one = new Pull(Position.START, 1, 1 << 20, Duration.ZERO);
    assertThat(answered(lab.ask(one).set("Accept-Encoding", "gzip").sign()).headers())
        .doesNotContainKey("Content-Encoding");
    LogHandler never = lab.handler().withoutGzip().build();
    assertThat(
            Lab.handle(never, lab.ask(pull).set("Accept-Encoding", "gzip").sign().call()).headers())
        .doesNotContainKeys("Content-Encoding", "Accept-Encoding");
  }

  @Test
  void aCompressedPushIsTaken() {
    Ask push = lab.push(3).set("Content-Encoding", "gzip");
    push.body = Lab.zipped(push.body);
    assertThat(answered(push.sign()).status()).isEqualTo(200);
    assertThat(lab.log.read(Position.START, 100, 1 << 20).items()).hasSize(3);
  }

  // ---- of another form

  @Test
  void whatIsNotOfTheFormatIsRefused() {
    Ask text = lab.push(1).set("Content-Type", "text/plain");
    lab.assertRefused(handler, text.sign().call(), 415, Refusal.MALFORMED);
    lab.assertRefused(
        handler, lab.push(1).remove("Content-Type").sign().call(), 415, Refusal.MALFORMED);
    Ask brotli = lab.push(1).set("Content-Encoding", "br");
    lab.assertRefused(handler, brotli.sign().call(), 415, Refusal.MALFORMED);
    Ask twice = lab.push(1).set("Content-Encoding", "gzip", "gzip");
    lab.assertRefused(handler, twice.sign().call(), 415, Refusal.MALFORMED);
    Ask unzipped = lab.push(1).set("Content-Encoding", "gzip");
    lab.assertRefused(handler, unzipped.sign().call(), 400, Refusal.MALFORMED);
    Ask cut = lab.push(1).set("Content-Encoding", "gzip");
    cut.body = Arrays.copyOf(Lab.zipped(cut.body), 60);
    lab.assertRefused(handler, cut.sign().call(), 400, Refusal.MALFORMED);
    Ask spoilt = lab.push(1);
    spoilt.body = "{\"items\":[{}]}".getBytes(UTF_8);
    lab.assertRefused(handler, spoilt.sign().call(), 400, Refusal.MALFORMED);
    Ask noLimit = lab.pull();
    noLimit.query = "bytes=1&wait=0";
    lab.assertRefused(handler, noLimit.sign().call(), 400, Refusal.MALFORMED);
  }

  @Test
  void aBadItemInAPushSpoilsTheWholeAndNothingIsTaken() {
    Ask push = lab.push(3);
    push.body = new String(push.body, UTF_8).replace("pushed/3", "pushed/\\ud800").getBytes(UTF_8);
    lab.assertRefused(handler, push.sign().call(), 400, Refusal.MALFORMED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/v1",
        "/v1/",
        "/v1/entries/",
        "/v1/Entries",
        "/v1//entries",
        "/v1/%65ntries",
        "/v1/./entries",
        "/v2/entries",
        "/v1/content/",
        "/v1/content/..",
        "/v1/content/9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08",
      })
  void nothingIsAtOtherAddresses(String path) {
    Ask ask = lab.pull();
    ask.path = path;
    Answered answered = answered(ask.sign());
    assertThat(answered.status()).isEqualTo(404);
    assertThat(answered.problem().kind()).isEqualTo(Kind.NOT_FOUND);
  }

  @Test
  void otherMethodsAreNotAllowed() {
    for (String method : List.of("PUT", "DELETE", "HEAD", "OPTIONS", "get", "TRACE")) {
      Ask ask = lab.pull();
      ask.method = method;
      Answered answered = Lab.handle(handler, ask.call());
      assertThat(answered.status()).as(method).isEqualTo(405);
      assertThat(answered.headers()).containsEntry("Allow", "GET, POST");
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void theTroubleOfTheNodeIsNotTold(Kind kind) {
    for (RuntimeException trouble :
        List.of(
            new SyncException(kind, "jdbc:postgresql://secret-host"),
            new IllegalStateException("jdbc:postgresql://secret-host"))) {
      LogHandler failing =
          LogHandler.builder(lab.node)
              .keys(
                  node -> {
                    throw trouble;
                  })
              .clock(lab.clock)
              .build();
      Answered answered = Lab.handle(failing, lab.pull().sign().call());
      assertThat(answered.status()).isGreaterThanOrEqualTo(500);
      assertThat(new String(answered.body(), UTF_8)).doesNotContain("secret");
      assertThat(failing.refusals().values()).containsOnly(0L);
    }
  }

  // ---- behind a proxy, or with a transport that knows

  @Test
  void behindAProxyThatChangesThePathItIsSignedAsAskedFor() {
    HttpCall call = rebased(lab.pull().sign(), "/inner");
    lab.assertRefused(handler, call, 401, Refusal.WRONG_SIGNATURE);
    LogHandler behind = lab.handler().publicBase(Lab.BASE).build();
    assertThat(Lab.handle(behind, rebased(lab.pull().sign(), "/inner")).status()).isEqualTo(200);
  }

  private static HttpCall rebased(Ask ask, String base) {
    return HttpCall.builder(ask.method, base, ask.path)
        .query(ask.query)
        .headers(ask.headers)
        .body(new ByteArrayInputStream(ask.body))
        .build();
  }

  @Test
  void aTransportThatKnowsTheCallerNeedsNoSignature() {
    LogHandler trusting =
        LogHandler.builder(lab.node)
            .trustTransport(call -> call.headers().firstValue("X-Verified"))
            .build();
    Ask ask = lab.push(2).set("X-Verified", "oslo").set("Chirograph-Target", "bergen");
    assertThat(Lab.handle(trusting, ask.call()).status()).isEqualTo(200);
    assertThat(lab.log.read(Position.START, 10, 1_000).items()).hasSize(2);
    lab.assertRefused(
        trusting,
        lab.push(3).set("Chirograph-Target", "bergen").call(),
        401,
        Refusal.UNKNOWN_CALLER,
        Refusal.UNKNOWN_CALLER);
    lab.assertRefused(
        trusting,
        lab.push(3).set("X-Verified", "oslo").set("Chirograph-Target", "hamar").call(),
        421,
        Refusal.WRONG_NODE);
    lab.assertRefused(
        trusting, lab.push(3).set("X-Verified", "oslo").call(), 421, Refusal.WRONG_NODE);
  }

  @Test
  void aHandlerNeedsExactlyOneWayToKnowItsCallers() {
    assertThatThrownBy(() -> LogHandler.builder(lab.node).build())
        .isInstanceOf(SyncException.class);
    assertThatThrownBy(() -> lab.handler().trustTransport(call -> Optional.empty()).build())
        .isInstanceOf(SyncException.class);
  }
}
