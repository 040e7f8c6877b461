package dev.chirograph.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.http.Lab.Answered;
import dev.chirograph.http.Lab.Ask;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Who is not proven to be a known caller changes and learns nothing. */
class ForgedRequestTest {

  private final Lab lab = new Lab();
  private final LogHandler handler = lab.handler().build();

  private Answered answered(Ask ask) {
    return Lab.handle(handler, ask.call());
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
        forged(
            "signature changed", 401, Refusal.WRONG_SIGNATURE, ForgedRequestTest::otherSignature),
        forged("digest changed", 401, Refusal.WRONG_SIGNATURE, ForgedRequestTest::otherDigest),
        forged("path changed", 404, null, ForgedRequestTest::otherPath),
        forged("query added", 401, Refusal.WRONG_SIGNATURE, ForgedRequestTest::otherQuery),
        forged("body changed", 401, Refusal.WRONG_BODY, ForgedRequestTest::otherBody),
        forged("body longer", 401, Refusal.WRONG_BODY, ForgedRequestTest::longerBody),
        forged("body gone", 401, Refusal.WRONG_BODY, ForgedRequestTest::noBody),
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

  static Ask otherSignature(Ask ask) {
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
      lab.assertRefused(handler, ask.call(), status, refusal.get());
    } else {
      String before = lab.state();
      assertThat(answered(ask).status()).isEqualTo(status);
      assertThat(lab.state()).isEqualTo(before);
    }
  }

  @Test
  void aStrangerCannotTellWhichNodesAndKeysThereAre() {
    List<UnaryOperator<Ask>> claims =
        List.of(
            ask -> ask.set("Chirograph-Caller", "hamar"),
            ask -> params(ask, "oslo-1", "oslo-9"),
            ForgedRequestTest::otherSignature);
    List<UnaryOperator<Ask>> circumstances =
        List.of(
            UnaryOperator.identity(),
            ask -> ask.set("Chirograph-Target", "hamar"),
            ask -> params(ask, "created=[0-9]+", "created=7"));
    for (UnaryOperator<Ask> circumstance : circumstances) {
      assertThat(claims.stream().map(claim -> claim.andThen(circumstance)))
          .extracting(change -> answered(change.apply(lab.push(1).sign())))
          .extracting(ForgedRequestTest::same)
          .containsOnly(same(answered(circumstance.apply(otherSignature(lab.push(1).sign())))));
    }
    assertThat(handler.refusals())
        .containsEntry(Refusal.UNKNOWN_CALLER, 1L)
        .containsEntry(Refusal.UNKNOWN_KEY, 1L);
  }

  private static String same(Answered answered) {
    return answered.status() + new String(answered.body(), UTF_8);
  }

  @Test
  void aRequestForAnotherNodeIsRefusedThoughItsSignatureIsRight() {
    Ask ask = lab.push(2);
    ask.target = "hamar";
    lab.assertRefused(handler, ask.sign().call(), 421, Refusal.WRONG_NODE);
  }

  @Test
  void aKeyOfOneNodeSpeaksForNoOther() {
    LogHandler both =
        lab.handler()
            .keys(LogKeys.fixed(Map.of("oslo", List.of(Lab.KEY), "hamar", List.of(Lab.NEXT))))
            .build();
    Ask ask = lab.push(2);
    ask.key = Lab.NEXT;
    lab.assertRefused(both, ask.sign().call(), 401, Refusal.UNKNOWN_KEY);
    Ask renamed = lab.push(2);
    renamed.key = SigningKey.of("oslo-1", "another secret of 32 bytes or more".getBytes(UTF_8));
    lab.assertRefused(both, renamed.sign().call(), 401, Refusal.WRONG_SIGNATURE);
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
    Ask unread = lab.push(2);
    unread.caller = "hamar";
    lab.assertRefused(other, unread.sign().call(Lab.UNREADABLE), 403, Refusal.NOT_ADMITTED);
  }

  @Test
  void nothingOfABodyIsReadBeforeItsCallerIsKnown() {
    lab.assertRefused(
        handler,
        lab.push(1).sign().remove("Signature").call(Lab.UNREADABLE),
        401,
        Refusal.UNSIGNED);
    lab.assertRefused(
        handler,
        otherSignature(lab.push(1).sign()).call(Lab.UNREADABLE),
        401,
        Refusal.WRONG_SIGNATURE);
    Ask again = lab.push(1).sign();
    answered(again);
    lab.assertRefused(handler, again.call(Lab.UNREADABLE), 401, Refusal.REPLAYED);
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
    lab.assertRefused(replaced, lab.push(1).sign().call(), 401, Refusal.UNKNOWN_KEY);
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
}
