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
import dev.chirograph.log.LogRequest.Find;
import dev.chirograph.log.LogRequest.Pull;
import dev.chirograph.spi.ReplicaLog.Position;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is not proven to be a known caller with a fresh request changes and learns nothing. */
class LogHandlerTest {

  private final Lab lab = new Lab();
  private final LogHandler handler = lab.handler().build();

  private Answered answered(Ask ask) {
    return Lab.handle(handler, ask.call());
  }

  private void assertRefused(LogHandler by, HttpCall call, int status, Refusal refusal) {
    String before = lab.state();
    Map<Refusal, Long> counted = new EnumMap<>(by.refusals());
    Answered answered = Lab.handle(by, call);
    assertThat(answered.status()).isEqualTo(status);
    assertThat(answered.headers()).containsEntry("Content-Type", "application/problem+json");
    assertThat(answered.problem().reason()).isEqualTo(Words.word(refusal));
    assertThat(lab.state()).isEqualTo(before);
    counted.merge(refusal, 1L, Long::sum);
    assertThat(by.refusals()).isEqualTo(counted);
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
    push.body = zipped(push.body);
    assertThat(answered(push.sign()).status()).isEqualTo(200);
    assertThat(lab.log.read(Position.START, 100, 1 << 20).items()).hasSize(3);
  }

  private static byte[] zipped(byte[] bytes) {
    return Lab.bytes(
        out -> {
          try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(bytes);
          }
        });
  }

  // ---- unsigned, forged

  static Stream<Arguments> forgeries() {
    return Stream.of(
        forged("no header at all", 401, Refusal.UNSIGNED, ask -> unsigned(ask)),
        forged("no caller", 401, Refusal.UNSIGNED, ask -> ask.remove("Chirograph-Caller")),
        forged("no target", 401, Refusal.UNSIGNED, ask -> ask.remove("Chirograph-Target")),
        forged("no digest", 401, Refusal.UNSIGNED, ask -> ask.remove("Content-Digest")),
        forged("no parameters", 401, Refusal.UNSIGNED, ask -> ask.remove("Signature-Input")),
        forged("no signature", 401, Refusal.UNSIGNED, ask -> ask.remove("Signature")),
        forged("empty signature", 401, Refusal.UNSIGNED, ask -> ask.set("Signature", "")),
        forged("two callers", 401, Refusal.UNSIGNED, ask -> twice(ask, "Chirograph-Caller")),
        forged("two signatures", 401, Refusal.UNSIGNED, ask -> twice(ask, "Signature")),
        forged("two digests", 401, Refusal.UNSIGNED, ask -> twice(ask, "Content-Digest")),
        forged(
            "another algorithm", 401, Refusal.UNSIGNED, ask -> params(ask, "hmac-sha256", "none")),
        forged("another scheme", 401, Refusal.UNSIGNED, ask -> params(ask, "log-1", "log-2")),
        forged("fewer parts", 401, Refusal.UNSIGNED, ask -> params(ask, " \"@query\"", "")),
        forged(
            "a parameter twice",
            401,
            Refusal.UNSIGNED,
            ask -> params(ask, ";alg", ";tag=\"x\";alg")),
        forged("one more", 401, Refusal.UNSIGNED, ask -> params(ask, ";alg", ";expires=1;alg")),
        forged(
            "a short nonce",
            401,
            Refusal.UNSIGNED,
            ask -> params(ask, "nonce=\".*?\"", "nonce=\"x\"")),
        forged("no time", 401, Refusal.UNSIGNED, ask -> params(ask, ";created=[0-9]+", "")),
        forged(
            "a time as text",
            401,
            Refusal.UNSIGNED,
            ask -> params(ask, "created=([0-9]+)", "created=\"$1\"")),
        forged(
            "unknown caller",
            401,
            Refusal.UNKNOWN_CALLER,
            ask -> ask.set("Chirograph-Caller", "hamar")),
        forged(
            "caller in another form",
            401,
            Refusal.UNSIGNED,
            ask -> ask.set("Chirograph-Caller", "%6Fslo")),
        forged("unknown key", 401, Refusal.UNKNOWN_KEY, ask -> params(ask, "oslo-1", "oslo-9")),
        forged(
            "time moved",
            401,
            Refusal.WRONG_SIGNATURE,
            ask -> params(ask, "created=([0-9]+)[0-9]", "created=$11")),
        forged(
            "nonce changed",
            401,
            Refusal.WRONG_SIGNATURE,
            ask -> params(ask, "nonce=\"..", "nonce=\"AA")),
        forged("signature changed", 401, Refusal.WRONG_SIGNATURE, LogHandlerTest::otherSignature),
        forged("digest changed", 401, Refusal.WRONG_SIGNATURE, LogHandlerTest::otherDigest),
        forged("path changed", 404, null, LogHandlerTest::otherPath),
        forged("query added", 401, Refusal.WRONG_SIGNATURE, LogHandlerTest::otherQuery),
        forged("body changed", 401, Refusal.WRONG_BODY, LogHandlerTest::otherBody),
        forged("body longer", 401, Refusal.WRONG_BODY, LogHandlerTest::longerBody),
        forged("body gone", 401, Refusal.WRONG_BODY, LogHandlerTest::noBody),
        forged(
            "other node", 421, Refusal.WRONG_NODE, ask -> ask.set("Chirograph-Target", "hamar")));
  }

  private static Arguments forged(
      String name, int status, Refusal refusal, UnaryOperator<Ask> change) {
    return Arguments.of(name, status, Optional.ofNullable(refusal), change);
  }

  private static Ask unsigned(Ask ask) {
    ask.headers.keySet().removeIf(name -> !name.equals("Content-Type"));
    return ask;
  }

  private static Ask twice(Ask ask, String header) {
    String value = ask.headers.get(header).get(0);
    return ask.set(header, value, value);
  }

  private static Ask params(Ask ask, String from, String to) {
    String text = ask.headers.get("Signature-Input").get(0);
    String changed = text.replaceFirst(from, to);
    assertThat(changed).isNotEqualTo(text);
    return ask.set("Signature-Input", changed);
  }

  private static Ask otherSignature(Ask ask) {
    return ask.set("Signature", Signatures.header(new byte[32]));
  }

  private static Ask otherDigest(Ask ask) {
    ask.body = "{\"items\":[]}".getBytes(UTF_8);
    return ask.set("Content-Digest", Signatures.digest(ask.body));
  }

  private static Ask otherPath(Ask ask) {
    ask.path = "/v1/other";
    return ask;
  }

  private static Ask otherQuery(Ask ask) {
    ask.query = "limit=7";
    return ask;
  }

  private static Ask otherBody(Ask ask) {
    ask.body = new String(ask.body, UTF_8).replace("pushed", "forged").getBytes(UTF_8);
    return ask;
  }

  private static Ask longerBody(Ask ask) {
    ask.body = Arrays.copyOf(ask.body, ask.body.length + 1);
    ask.body[ask.body.length - 1] = ' ';
    return ask;
  }

  private static Ask noBody(Ask ask) {
    ask.body = new byte[0];
    return ask;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("forgeries")
  void whatIsForgedIsRefusedAndNothingChanges(
      String name, int status, Optional<Refusal> refusal, UnaryOperator<Ask> change) {
    Ask ask = change.apply(lab.push(2).sign());
    if (refusal.isPresent()) {
      assertRefused(handler, ask.call(), status, refusal.get());
    } else {
      String before = lab.state();
      assertThat(answered(ask).status()).isEqualTo(status);
      assertThat(lab.state()).isEqualTo(before);
    }
  }

  @Test
  void aRequestForAnotherNodeIsRefusedThoughItsSignatureIsRight() {
    Ask ask = lab.push(2);
    ask.target = "hamar";
    assertRefused(handler, ask.sign().call(), 421, Refusal.WRONG_NODE);
  }

  @Test
  void aKeyOfOneNodeSpeaksForNoOther() {
    LogHandler both =
        lab.handler()
            .keys(LogKeys.fixed(Map.of("oslo", List.of(Lab.KEY), "hamar", List.of(Lab.NEXT))))
            .build();
    Ask ask = lab.push(2);
    ask.key = Lab.NEXT;
    assertRefused(both, ask.sign().call(), 401, Refusal.UNKNOWN_KEY);
    Ask renamed = lab.push(2);
    renamed.key = SigningKey.of("oslo-1", "another secret of 32 bytes or more".getBytes(UTF_8));
    assertRefused(both, renamed.sign().call(), 401, Refusal.WRONG_SIGNATURE);
  }

  @Test
  void aCallerWithAKeyThatIsNoPeerIsNotAdmitted() {
    LogHandler other = lab.handler().keys(LogKeys.fixed(Map.of("hamar", List.of(Lab.KEY)))).build();
    Ask ask = lab.push(2);
    ask.caller = "hamar";
    String before = lab.state();
    Answered answered = Lab.handle(other, ask.sign().call());
    assertThat(answered.status()).isEqualTo(403);
    assertThat(answered.problem().kind()).isEqualTo(Kind.PERMISSION_DENIED);
    assertThat(lab.state()).isEqualTo(before);
    assertThat(other.refusals()).containsEntry(Refusal.NOT_ADMITTED, 1L);
  }

  @Test
  void nothingOfABodyIsReadBeforeItsCallerIsKnown() {
    InputStream never =
        new InputStream() {
          @Override
          public int read() {
            throw new AssertionError("the body must not be read");
          }
        };
    assertRefused(
        handler, lab.push(1).sign().remove("Signature").call(never), 401, Refusal.UNSIGNED);
    assertRefused(
        handler, otherSignature(lab.push(1).sign()).call(never), 401, Refusal.WRONG_SIGNATURE);
    Ask again = lab.push(1).sign();
    answered(again);
    assertRefused(handler, again.call(never), 401, Refusal.REPLAYED);
  }

  // ---- late, early, replayed

  @Test
  void aRequestIsTakenOnce() {
    Ask ask = lab.push(2).sign();
    assertThat(answered(ask).status()).isEqualTo(200);
    assertRefused(handler, ask.call(), 401, Refusal.REPLAYED);
    lab.clock.advance(Duration.ofMinutes(5));
    assertRefused(handler, ask.call(), 401, Refusal.REPLAYED);
    lab.clock.advance(Duration.ofSeconds(1));
    assertRefused(handler, ask.call(), 401, Refusal.WRONG_TIME);
  }

  @Test
  void aRequestFromTheFutureIsRememberedUntilItIsLate() {
    lab.clock.advance(Duration.ofMinutes(5));
    Ask ask = lab.push(2).sign();
    Lab behind = new Lab();
    LogHandler slow = behind.handler().build();
    assertThat(Lab.handle(slow, ask.call()).status()).isEqualTo(200);
    for (int minute = 0; minute < 10; minute++) {
      assertThat(Lab.handle(slow, ask.call()).problem().reason()).isEqualTo("replayed");
      behind.clock.advance(Duration.ofMinutes(1));
    }
    assertThat(Lab.handle(slow, ask.call()).problem().reason()).isEqualTo("replayed");
    behind.clock.advance(Duration.ofSeconds(1));
    assertThat(Lab.handle(slow, ask.call()).problem().reason()).isEqualTo("wrong-time");
  }

  @Test
  void whatIsLateOrEarlyIsRefused() {
    Ask late = lab.push(2).sign();
    lab.clock.advance(Duration.ofSeconds(301));
    assertRefused(handler, late.call(), 401, Refusal.WRONG_TIME);
    Ask early = lab.push(2).sign();
    Lab behind = new Lab();
    Answered answered = Lab.handle(behind.handler().build(), early.call());
    assertThat(answered.problem().reason()).isEqualTo("wrong-time");
    assertThat(behind.log.read(Position.START, 10, 1).items()).isEmpty();
  }

  @Test
  void aRefusedRequestTakesNoNonce() {
    Ask ask = lab.push(2).sign();
    assertRefused(handler, otherSignature(copy(ask)).call(), 401, Refusal.WRONG_SIGNATURE);
    assertThat(answered(ask).status()).isEqualTo(200);
  }

  private Ask copy(Ask ask) {
    Ask copy = lab.push(2);
    copy.headers.putAll(ask.headers);
    return copy;
  }

  @Test
  void noNonceIsForgottenEarlyHoweverManyThereAre() {
    LogHandler small = lab.handler().nonces(Nonces.inMemory(2)).build();
    Ask first = lab.push(1).sign();
    assertThat(Lab.handle(small, first.call()).status()).isEqualTo(200);
    assertThat(Lab.handle(small, lab.pull().sign().call()).status()).isEqualTo(200);
    assertRefused(small, lab.pull().sign().call(), 503, Refusal.TOO_MANY);
    assertRefused(small, first.call(), 401, Refusal.REPLAYED);
    lab.clock.advance(Duration.ofSeconds(301));
    assertThat(Lab.handle(small, lab.pull().sign().call()).status()).isEqualTo(200);
  }

  // ---- keys that are replaced

  @Test
  void whileAKeyIsReplacedBothAreValid() {
    LogHandler both =
        lab.handler().keys(LogKeys.fixed(Map.of("oslo", List.of(Lab.KEY, Lab.NEXT)))).build();
    Ask old = lab.push(1);
    Ask next = lab.push(2);
    next.key = Lab.NEXT;
    assertThat(Lab.handle(both, old.sign().call()).status()).isEqualTo(200);
    assertThat(Lab.handle(both, next.sign().call()).status()).isEqualTo(200);
  }

  @Test
  void aKeyThatWasTakenAwayIsValidNoLonger() {
    LogHandler replaced =
        lab.handler().keys(LogKeys.fixed(Map.of("oslo", List.of(Lab.NEXT)))).build();
    assertRefused(replaced, lab.push(1).sign().call(), 401, Refusal.UNKNOWN_KEY);
  }

  @Test
  void threeKeysAreAnErrorOfThisSide() {
    SigningKey third = Lab.key("oslo-3", 3);
    assertThatThrownBy(() -> LogKeys.fixed(Map.of("oslo", List.of(Lab.KEY, Lab.NEXT, third))))
        .isInstanceOf(SyncException.class);
    assertThatThrownBy(() -> LogKeys.fixed(Map.of("oslo", List.of(Lab.KEY, Lab.KEY))))
        .isInstanceOf(SyncException.class);
    assertThatThrownBy(() -> LogKeys.fixed(Map.of("oslo", List.of())))
        .isInstanceOf(SyncException.class);
    LogHandler three = lab.handler().keys(node -> List.of(Lab.KEY, Lab.NEXT, third)).build();
    Answered answered = Lab.handle(three, lab.push(1).sign().call());
    assertThat(answered.status()).isEqualTo(500);
    assertThat(new String(answered.body(), UTF_8)).doesNotContain("oslo");
  }

  // ---- too large

  @Test
  void aBodyThatSaysItIsTooLargeIsNotRead() {
    LogHandler small = lab.handler().bodyLimit(100).build();
    InputStream never =
        new InputStream() {
          @Override
          public int read() {
            throw new AssertionError("the body must not be read");
          }
        };
    assertRefused(
        small, lab.push(1).sign().set("Content-Length", "101").call(never), 413, Refusal.TOO_LARGE);
    assertRefused(
        small, lab.push(1).sign().set("Content-Length", "-1").call(never), 400, Refusal.MALFORMED);
  }

  @Test
  void aBodyThatDoesNotSayHowLargeItIsIsReadUpToTheLimit() {
    LogHandler small = lab.handler().bodyLimit(1_000).build();
    Counting endless = new Counting();
    assertRefused(small, lab.push(1).sign().call(endless), 413, Refusal.TOO_LARGE);
    assertThat(endless.read).isLessThanOrEqualTo(1_001);
  }

  private static final class Counting extends InputStream {
    private int read;

    @Override
    public int read() {
      read++;
      return ' ';
    }
  }

  @Test
  void aBodyThatIsTooLargeOnceUnpackedIsRefused() {
    LogHandler small = lab.handler().bodyLimit(10_000).build();
    Ask bomb = lab.push(1).set("Content-Encoding", "gzip");
    bomb.body = zipped(("{\"items\":[" + " ".repeat(5_000_000) + "]}").getBytes(UTF_8));
    assertThat(bomb.body.length).isLessThan(10_000);
    assertRefused(small, bomb.sign().call(), 413, Refusal.TOO_LARGE);
  }

  @Test
  void aBodyOfExactlyTheLimitIsTaken() {
    Ask push = lab.push(1);
    LogHandler exact = lab.handler().bodyLimit(push.body.length).build();
    assertThat(Lab.handle(exact, push.sign().call()).status()).isEqualTo(200);
    LogHandler less = lab.handler().bodyLimit(push.body.length - 1).build();
    assertRefused(less, lab.push(1).sign().call(), 413, Refusal.TOO_LARGE);
  }

  @Test
  void headersAndAddressesThatAreTooLargeAreRefused() {
    assertRefused(
        handler,
        lab.pull().sign().set("X-Other", "x".repeat(20_000)).call(),
        431,
        Refusal.TOO_LARGE);
    Ask ask = lab.pull();
    ask.query += "&more=" + "x".repeat(5_000);
    assertRefused(handler, ask.sign().call(), 414, Refusal.TOO_LARGE);
  }

  @Test
  void moreItemsThanTheNodeTakesAreRefused() {
    Ask many = lab.ask(new Find(Stream.generate(() -> Lab.body("k").key()).limit(10_001).toList()));
    assertRefused(handler, many.sign().call(), 400, Refusal.MALFORMED);
  }

  // ---- of another form

  @Test
  void whatIsNotOfTheFormatIsRefused() {
    Ask text = lab.push(1).set("Content-Type", "text/plain");
    assertRefused(handler, text.sign().call(), 415, Refusal.MALFORMED);
    assertRefused(
        handler, lab.push(1).remove("Content-Type").sign().call(), 415, Refusal.MALFORMED);
    Ask brotli = lab.push(1).set("Content-Encoding", "br");
    assertRefused(handler, brotli.sign().call(), 415, Refusal.MALFORMED);
    Ask twice = lab.push(1).set("Content-Encoding", "gzip", "gzip");
    assertRefused(handler, twice.sign().call(), 415, Refusal.MALFORMED);
    Ask unzipped = lab.push(1).set("Content-Encoding", "gzip");
    assertRefused(handler, unzipped.sign().call(), 400, Refusal.MALFORMED);
    Ask cut = lab.push(1).set("Content-Encoding", "gzip");
    cut.body = Arrays.copyOf(zipped(cut.body), 60);
    assertRefused(handler, cut.sign().call(), 400, Refusal.MALFORMED);
    Ask spoilt = lab.push(1);
    spoilt.body = "{\"items\":[{}]}".getBytes(UTF_8);
    assertRefused(handler, spoilt.sign().call(), 400, Refusal.MALFORMED);
    Ask noLimit = lab.pull();
    noLimit.query = "bytes=1&wait=0";
    assertRefused(handler, noLimit.sign().call(), 400, Refusal.MALFORMED);
  }

  @Test
  void aBadItemInAPushSpoilsTheWholeAndNothingIsTaken() {
    Ask push = lab.push(3);
    push.body = new String(push.body, UTF_8).replace("pushed/3", "pushed/\\ud800").getBytes(UTF_8);
    assertRefused(handler, push.sign().call(), 400, Refusal.MALFORMED);
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
  @EnumSource(
      value = Kind.class,
      names = {"UNAVAILABLE", "CORRUPT", "UNEXPECTED"})
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
              .build();
      Answered answered = Lab.handle(failing, lab.pull().sign().call());
      assertThat(answered.status()).isGreaterThanOrEqualTo(500);
      assertThat(new String(answered.body(), UTF_8)).doesNotContain("secret");
    }
  }

  // ---- behind a proxy, or with a transport that knows

  @Test
  void behindAProxyThatChangesThePathItIsSignedAsAskedFor() {
    HttpCall call = rebased(lab.pull().sign(), "/inner");
    assertRefused(handler, call, 401, Refusal.WRONG_SIGNATURE);
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
    assertRefused(
        trusting,
        lab.push(3).set("Chirograph-Target", "bergen").call(),
        401,
        Refusal.UNKNOWN_CALLER);
    assertRefused(
        trusting,
        lab.push(3).set("X-Verified", "oslo").set("Chirograph-Target", "hamar").call(),
        421,
        Refusal.WRONG_NODE);
    assertRefused(trusting, lab.push(3).set("X-Verified", "oslo").call(), 421, Refusal.WRONG_NODE);
  }

  @Test
  void aHandlerNeedsExactlyOneWayToKnowItsCallers() {
    assertThatThrownBy(() -> LogHandler.builder(lab.node).build())
        .isInstanceOf(SyncException.class);
    assertThatThrownBy(() -> lab.handler().trustTransport(call -> Optional.empty()).build())
        .isInstanceOf(SyncException.class);
  }
}
