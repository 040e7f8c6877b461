package dev.chirograph.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Key;
import dev.chirograph.Slice;
import dev.chirograph.log.LogAnswer.Hashed;
import dev.chirograph.log.LogRequest.Compare;
import dev.chirograph.log.LogRequest.Find;
import dev.chirograph.log.LogRequest.Hashes;
import dev.chirograph.log.LogRequest.Pull;
import dev.chirograph.log.LogRequest.Push;
import dev.chirograph.spi.ReplicaLog.Position;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not of the format is refused as a whole, and nothing of it is told. */
class MalformedTest {

  private static final String ITEM =
      "{'id':'5eed0000-0000-4000-8000-000000000001','operation':'add','key':'secret-k','version':'1',"
          + "'payload':'secret-p','node':'oslo','epoch':'0b9c5f6e-52a1-4f0e-9d0a-1f2e3d4c5b6a',"
          + "'number':1,'at':'2026-01-01T00:00:00Z'}";

  private static ByteArrayInputStream json(String text) {
    return new ByteArrayInputStream(text.replace('\'', '"').getBytes(UTF_8));
  }

  private static Push push(String item) throws IOException {
    return (Push) Requests.read(Route.PUSH, json("{'items':[" + item + "]}"), 10);
  }

  @Test
  void theItemThatIsSpoiltBelowIsWhole() throws IOException {
    assertThat(push(ITEM).items()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"id", "operation", "key", "version", "node", "epoch", "number", "at"})
  void aFieldThatIsMissingIsNotMadeUp(String field) {
    assertThatThrownBy(() -> push(ITEM.replace("'" + field + "'", "'other'")))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("'" + field + "' is missing");
  }

  @Test
  void whatIsNotKnownIsLeftOut() throws IOException {
    String more = ITEM.replace("'number'", "'new':{'deep':[1,{'x':null}]},'number'");
    assertThat(push(more)).isEqualTo(push(ITEM));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'number':1|'number':1.0",
        "'number':1|'number':1e3",
        "'number':1|'number':'1'",
        "'number':1|'number':null",
        "'number':1|'number':9223372036854775808",
        "'number':1|'number':1,'number':1",
        "'key':'secret-k'|'key':null",
        "'key':'secret-k'|'key':7",
        "'key':'secret-k'|'key':{}",
        "'key':'secret-k'|'key':{'base64':'*'}",
        "'key':'secret-k'|'key':['secret-k']",
        "'payload':'secret-p'|'payload':'\\ud800'",
        "'payload':'secret-p'|'payload':'\\udc00\\ud800'",
        "'payload':'secret-p'|'payload':'\\ud83dx'",
        "'version':'1'|'version':'\\udfff'",
        "'node':'oslo'|'node':'\\ud800'",
        "'operation':'add'|'operation':'ADD'",
        "'operation':'add'|'operation':'remove'",
        "'at':'2026-01-01T00:00:00Z'|'at':'2026-01-01'",
        "'at':'2026-01-01T00:00:00Z'|'at':1767225600",
        "'epoch':'0b9c5f6e-52a1-4f0e-9d0a-1f2e3d4c5b6a'|'epoch':'1-1-1-1-1'",
        "'epoch':'0b9c5f6e-52a1-4f0e-9d0a-1f2e3d4c5b6a'|'epoch':'zb9c5f6e-52a1-4f0e-9d0a-1f2e3d4c5b6a'",
        "'version':'1'|'version':'1','content':{'size':1}",
        "'version':'1'|'version':'1','content':{'sha256':'00'}",
        "'version':'1'|'version':'1','content':[]",
        "'version':'1'|'version':'1','added':{}",
        "}|,}",
        "}|",
        "'add'|'add",
        "'number'|number",
        "'number':1|'number':1,'deep':[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
      })
  void whatIsSpoiltIsRefusedAndNothingOfItIsTold(String change) {
    int bar = change.indexOf('|');
    String spoilt = ITEM.replace(change.substring(0, bar), change.substring(bar + 1));
    assertThat(spoilt).isNotEqualTo(ITEM);
    assertThatThrownBy(() -> push(spoilt))
        .isInstanceOf(WireException.class)
        .hasMessageNotContaining("secret")
        .hasMessageNotContaining("remove")
        .hasNoCause();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "{'items':{}}",
        "{'items':[]} x",
        "{'items':[]}{}",
        "{'items':[],'items':[]}",
        "{'items':[1]}",
        "{'items':[",
      })
  void aBodyThatIsNoneIsRefused(String body) {
    assertThatThrownBy(() -> Requests.read(Route.PUSH, json(body), 10))
        .isInstanceOf(WireException.class);
  }

  @Test
  void bytesThatAreNoTextAreRefused() {
    for (String bytes : List.of("\u00ff", "\u00ed\u00a0\u0080", "\u00f0\u009f")) {
      String body = "{\"keys\":[\"" + bytes + "\"]}";
      assertThatThrownBy(
              () ->
                  Requests.read(
                      Route.FIND, new ByteArrayInputStream(body.getBytes(ISO_8859_1)), 10))
          .isInstanceOf(WireException.class);
    }
  }

  @Test
  void keysThatAreTooLongAreRefused() {
    String key = "x".repeat(Key.MAX_LENGTH + 1);
    assertThatThrownBy(() -> Requests.read(Route.FIND, json("{'keys':['" + key + "']}"), 10))
        .isInstanceOf(WireException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "1", "/", "1/", "17/0", "1/2", "-1/0", "8/100", "8/0A", "8/0x", "08 /1", "99/0"
      })
  void slicesThatAreNoneAreRefused(String slice) {
    assertThatThrownBy(() -> Requests.read(Route.HASHES, json("{'slices':['" + slice + "']}"), 10))
        .isInstanceOf(WireException.class);
  }

  @Test
  void moreThanIsAllowedIsNotEvenRead() {
    assertThatThrownBy(() -> Requests.read(Route.FIND, json("{'keys':['a','b','c' and so"), 2))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("more than 2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "limit=1&bytes=1",
        "limit=0&bytes=1&wait=0",
        "limit=1&bytes=0&wait=0",
        "limit=1&bytes=1&wait=-1",
        "limit=2147483648&bytes=1&wait=0",
        "limit=1&bytes=9223372036854775808&wait=0",
        "limit=1&limit=1&bytes=1&wait=0",
        "limit=%31&bytes=1&wait=0",
        "limit=1&bytes=1&wait=0&epoch=0b9c5f6e-52a1-4f0e-9d0a-1f2e3d4c5b6a",
        "limit=1&bytes=1&wait=0&number=1&mark=0b9c5f6e-52a1-4f0e-9d0a-1f2e3d4c5b6a",
        "limit=1&bytes=1&wait=0&epoch=1&number=1&mark=2",
        "limit=1&bytes=1&wait=0&gap=1",
      })
  void queriesThatAreNoneAreRefused(String query) {
    assertThatThrownBy(() -> PullQuery.read(query)).isInstanceOf(WireException.class);
  }

  @Test
  void parametersThatAreNotKnownAreLeftOut() throws IOException {
    assertThat(PullQuery.read("limit=1&new=x&bytes=2&wait=3&flag"))
        .isEqualTo(new Pull(Position.START, 1, 2, Duration.ofMillis(3)));
  }

  @Test
  void answersWithMoreOrLessThanWasAskedForAreRefused() {
    Hashes two = new Hashes(List.of(Slice.Bucket.ALL, new Slice.Bucket(1, 0)));
    for (String hashes : List.of("'','',''", "'AAAA',''", "1,2")) {
      assertThatThrownBy(() -> Answers.read(two, json("{'hashes':[" + hashes + "]}")))
          .isInstanceOf(WireException.class);
    }
    Compare one = new Compare(Optional.empty(), List.of(Slice.Bucket.ALL));
    assertThatThrownBy(() -> Answers.read(one, json("{'bounds':null,'digests':['AAAA']}")))
        .isInstanceOf(WireException.class);
    assertThatThrownBy(() -> Answers.read(new Push(List.of()), json("{'receipts':[{}]}")))
        .isInstanceOf(WireException.class);
  }

  @Test
  void answersToOtherRequestsAreRefused() {
    assertThatThrownBy(() -> Answers.read(new Find(List.of()), json("{'hashes':[]}")))
        .isInstanceOf(WireException.class);
    assertThatThrownBy(
            () -> Answers.read(new Pull(Position.START, 1, 1, Duration.ZERO), json("{'items':[]}")))
        .isInstanceOf(WireException.class);
  }

  @Test
  void aPageMayBeEmptyInEveryWay() throws IOException {
    assertThat(Answers.read(new Hashes(List.of()), json("{'hashes':[]}")))
        .isEqualTo(new Hashed(List.of()));
  }
}
