package dev.chirograph.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.http.Lab.Ask;
import dev.chirograph.log.LogRequest.Find;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Nothing that is too large is read to its end. */
class RequestSizeTest {

  private final Lab lab = new Lab();
  private final LogHandler handler = lab.handler().build();

  @Test
  void aBodyThatSaysItIsTooLargeIsNotRead() {
    LogHandler small = lab.handler().bodyLimit(100).build();
    lab.assertRefused(
        small,
        lab.push(1).sign().set("Content-Length", "101").call(Lab.UNREADABLE),
        413,
        Refusal.TOO_LARGE);
    lab.assertRefused(
        small,
        lab.push(1).sign().set("Content-Length", "-1").call(Lab.UNREADABLE),
        400,
        Refusal.MALFORMED);
  }

  @Test
  void aBodyThatDoesNotSayHowLargeItIsIsReadUpToTheLimit() {
    LogHandler small = lab.handler().bodyLimit(1_000).build();
    Endless endless = new Endless(" ");
    lab.assertRefused(small, lab.push(1).sign().call(endless), 413, Refusal.TOO_LARGE);
    assertThat(endless.read).isLessThanOrEqualTo(1_001);
  }

  @Test
  void aBodyThatIsTooLargeOnceUnpackedIsRefused() {
    LogHandler small = lab.handler().bodyLimit(10_000).build();
    Ask bomb = lab.push(1).set("Content-Encoding", "gzip");
    bomb.body = Lab.zipped(("{\"items\":[" + " ".repeat(5_000_000) + "]}").getBytes(UTF_8));
    assertThat(bomb.body.length).isLessThan(10_000);
    lab.assertRefused(small, bomb.sign().call(), 413, Refusal.TOO_LARGE);
  }

  @Test
  void aBodyOfExactlyTheLimitIsTaken() {
    Ask push = lab.push(1);
    LogHandler exact = lab.handler().bodyLimit(push.body.length).build();
    assertThat(Lab.handle(exact, push.sign().call()).status()).isEqualTo(200);
    LogHandler less = lab.handler().bodyLimit(push.body.length - 1).build();
    lab.assertRefused(less, lab.push(1).sign().call(), 413, Refusal.TOO_LARGE);
  }

  @Test
  void headersAndAddressesThatAreTooLargeAreRefused() {
    lab.assertRefused(
        handler,
        lab.pull().sign().set("X-Other", "x".repeat(20_000)).call(),
        431,
        Refusal.TOO_LARGE);
    Ask ask = lab.pull();
    ask.query += "&more=" + "x".repeat(5_000);
    lab.assertRefused(handler, ask.sign().call(), 414, Refusal.TOO_LARGE);
  }

  @Test
  void moreItemsThanTheNodeTakesAreRefused() {
    Ask many = lab.ask(new Find(Stream.generate(() -> Lab.body("k").key()).limit(10_001).toList()));
    lab.assertRefused(handler, many.sign().call(), 400, Refusal.MALFORMED);
  }
}
