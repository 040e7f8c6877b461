package dev.chirograph.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.http.Lab.Answered;
import dev.chirograph.http.Lab.Ask;
import dev.chirograph.spi.ReplicaLog.Position;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A request is taken once, and only when it was just made. */
class ReplayTest {

  private final Lab lab = new Lab();
  private final LogHandler handler = lab.handler().build();

  private Answered answered(Ask ask) {
    return Lab.handle(handler, ask.call());
  }

  @Test
  void aRequestIsTakenOnce() {
    Ask ask = lab.push(2).sign();
    assertThat(answered(ask).status()).isEqualTo(200);
    lab.assertRefused(handler, ask.call(), 401, Refusal.REPLAYED);
    lab.clock.advance(Duration.ofMinutes(5));
    lab.assertRefused(handler, ask.call(), 401, Refusal.REPLAYED);
    lab.clock.advance(Duration.ofSeconds(1));
    lab.assertRefused(handler, ask.call(), 401, Refusal.WRONG_TIME);
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
    lab.assertRefused(handler, late.call(), 401, Refusal.WRONG_TIME);
    Ask early = lab.push(2).sign();
    Lab behind = new Lab();
    Answered answered = Lab.handle(behind.handler().build(), early.call());
    assertThat(answered.problem().reason()).isEqualTo("wrong-time");
    assertThat(behind.log.read(Position.START, 10, 1).items()).isEmpty();
  }

  @Test
  void aRefusedRequestTakesNoNonce() {
    Ask ask = lab.push(2).sign();
    lab.assertRefused(
        handler, ForgedRequestTest.otherSignature(copy(ask)).call(), 401, Refusal.WRONG_SIGNATURE);
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
    lab.assertRefused(small, lab.pull().sign().call(), 503, Refusal.TOO_MANY);
    lab.assertRefused(small, first.call(), 401, Refusal.REPLAYED);
    lab.clock.advance(Duration.ofSeconds(301));
    assertThat(Lab.handle(small, lab.pull().sign().call()).status()).isEqualTo(200);
  }
}
