package dev.chirograph.http;

import static dev.chirograph.http.TableLab.FORMAT;
import static dev.chirograph.http.TableLab.NORTH;
import static dev.chirograph.http.TableLab.ONE;
import static dev.chirograph.http.TableLab.SALT;
import static dev.chirograph.http.TableLab.TWO;
import static dev.chirograph.http.TableLab.ask;
import static dev.chirograph.http.TableLab.lines;
import static dev.chirograph.http.TableLab.puts;
import static dev.chirograph.http.TableLab.spoilt;
import static dev.chirograph.http.TableLab.text;
import static dev.chirograph.http.TableLab.version;
import static dev.chirograph.http.TableLab.write;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.http.TableLab.Answered;
import dev.chirograph.http.TableLab.Ask;
import dev.chirograph.http.TableRequests.Find;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.ReplicaTable.Write;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are not of the format are refused as a whole, and nothing of them is told. */
class TableMalformedTest {

  private final TableLab lab = new TableLab();
  private final TableHandler handler = lab.handler().build();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{|",
        "{|[",
        "{'fence'|{'fence':1,'fence'",
        "'fence':1|'fence':'1'",
        "'fence':1|'fence':1.5",
        "'fence':1|'fence':99999999999999999999",
        "'fence':1,|",
        "'salt':'5a17',|",
        "'salt':'5a17'|'salt':null",
        "'puts':2|'puts':3",
        "'puts':2|'puts':1",
        "'puts':2|'puts':-1",
        "'deletes':1|'deletes':0",
        "'deletes':1|'deletes':2",
        "'cursor':{|'cursor':{'mark':'x',",
        "'incarnation':'here'|'incarnation':7",
        "'key':['id']|'key':['id','id']",
        "'key':['id']|'key':['other']",
        "'mark':'version'|'mark':'other'",
        "'mark':'version'|'mark':'version','ignored':['id']",
        "'mark':'version'|'mark':'version','ignored':['version']",
        "'type':'integer'|'type':'INTEGER'",
        "'type':'integer'|'type':'serial'",
        "'type':'text'|'type':'text','digits':2",
        "'name':'customer'|'name':'id'",
        "'name':'customer'|'name':''",
        "'columns':[|'columns':[7,",
        "['1',|[",
        "['1',|['1','x',",
        "['1',|[1,",
        "['1',|[null,",
        "['1',|[['1'],",
        "['1',|{'cell':['1',",
        "'1']|'1'",
        "a customer|\\ud800",
        "a customer|\\ud83dx",
        ",1,'|,'1','",
        ",1,'|,1,'0",
        ",1,'|,1,1,'",
      })
  void aWriteThatIsSpoiltIsRefusedAndNothingOfItIsTold(String change) {
    long fence = lab.lease(NORTH);
    Write write =
        new Write(
            fence,
            FORMAT,
            SALT,
            List.of(ONE, TWO),
            List.of(version(ONE)),
            Optional.of(new Cursor(TWO.mark(), Optional.empty(), "here")));
    assertThat(fence).isOne();
    Answered answered =
        lab.assertRefused(handler, spoilt(write(write), change), 400, Refusal.MALFORMED);
    assertThat(answered.text()).doesNotContain("customer\"", "another", "secret-row");
  }

  @Test
  void aRowThatTheTableRefusesIsNotQuoted() {
    long fence = lab.lease(NORTH);
    String before = lab.state();
    for (String change : List.of("1.00|secret", "'1']|'secret']")) {
      Answered answered = TableLab.handle(handler, spoilt(write(puts(fence, ONE)), change));
      assertThat(answered.status()).isEqualTo(400);
      assertThat(answered.reason()).isEqualTo("invalid-argument");
      assertThat(answered.text()).doesNotContain("secret");
    }
    assertThat(lab.state()).isEqualTo(before);
  }

  @Test
  void moreLinesThanWereAnnouncedAreRefused() {
    Ask ask = write(puts(lab.lease(NORTH), ONE));
    ask.body = (text(ask) + "[\"2\",null,null,\"2\"]\n").getBytes(UTF_8);
    lab.assertRefused(handler, ask, 400, Refusal.MALFORMED);
  }

  /** Not every server tells that a connection was cut. */
  @Test
  void TAB_8_aWriteThatEndsEarlyIsNotTakenForTheWhole() {
    byte[] whole = lines(puts(lab.lease(NORTH), ONE, TWO));
    for (int length = 0; length < whole.length - 1; length++) {
      Ask cut = ask("POST", "").lines(Arrays.copyOf(whole, length));
      lab.assertRefused(handler, cut, 400, Refusal.MALFORMED);
    }
    Ask zipped = ask("POST", "").lines(whole).zipped();
    byte[] all = zipped.body;
    for (int length = 0; length < all.length; length++) {
      zipped.body = Arrays.copyOf(all, length);
      lab.assertRefused(handler, zipped, 400, Refusal.MALFORMED);
    }
  }

  @Test
  void somethingBehindACompressedBodyIsRefused() {
    Ask ask = ask("POST", "").lines(lines(puts(lab.lease(NORTH), ONE))).zipped();
    ask.body = Arrays.copyOf(ask.body, ask.body.length + 100_000);
    lab.assertRefused(handler, ask, 400, Refusal.MALFORMED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "7",
        "{\"format\":{}}",
        "{\"format\":7}",
        "\ufeff{}",
        "{} {}",
        "{",
        "{\"format\":[]}",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
      })
  void bodiesThatAreNoneAreRefused(String body) {
    for (String name : List.of("manifest", "digest", "find", "rows", "split")) {
      lab.assertRefused(handler, ask("POST", "/" + name).json(body), 400, Refusal.MALFORMED);
    }
    lab.assertRefused(handler, ask("PUT", "/lease").json(body), 400, Refusal.MALFORMED);
    lab.assertRefused(handler, ask("DELETE", "").json(body), 400, Refusal.MALFORMED);
    lab.assertRefused(handler, ask("POST", "").lines(body.getBytes(UTF_8)), 400, Refusal.MALFORMED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "digest 'through':17|'through':'17'",
        "digest {'through':17}|{}",
        "digest {'through':17}|{'after':1}",
        "digest {'through':17}|{'after':18,'through':17}",
        "digest {'through':17}|{'bucket':'17/0'}",
        "digest {'through':17}|{'bucket':'x'}",
        "digest {'through':17}|null",
        "digest 'horizon':18|'horizon':1e3",
        "manifest 'limit':500|'limit':0",
        "manifest 'limit':500|'limit':2147483648",
        "manifest 'after':'|'after':7,'x':'",
        "find 'keys':[|'keys':[null,",
        "find 'keys':[|'keys':[7,",
        "rows 'bytes':1000000|'bytes':'1'",
        "split 'parts':4|'parts':0",
        "split 'parts':4|'parts':1025",
        "split 'range':{|'range':{'bucket':'0/0',",
        "lease 'millis':120000|'millis':0",
        "lease 'millis':120000|'millis':-1",
        "lease 'millis':120000|'millis':86400001",
        "lease 'agent':'office-17'|'agent':''",
      })
  void messagesThatAreSpoiltAreRefused(String spoilt) {
    String name = spoilt.substring(0, spoilt.indexOf(' '));
    Ask ask =
        ask(name.equals("lease") ? "PUT" : "POST", "/" + name)
            .json(Objects.requireNonNull(TableSamples.requests().get(name)));
    lab.assertRefused(
        handler, spoilt(ask, spoilt.substring(name.length() + 1)), 400, Refusal.MALFORMED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET ?fields=",
        "GET ?fields=info,",
        "GET ?fields=info,rows",
        "GET ?fields=info&fields=info",
        "GET /manifest?after=",
        "GET /manifest?after=1x",
        "GET /manifest?through=1.0",
        "GET /manifest?after=9223372036854775808",
        "GET /manifest?after=2&through=1",
        "GET /manifest?key=%zz",
        "GET /manifest?key=a+b",
        "GET /manifest?key=%c3%28",
        "GET /manifest?horizon=",
        "GET /manifest?limit=0",
        "GET /manifest?limit=-4294957296", // which is 10000 in 32 bits
        "DELETE /lease",
        "DELETE /lease?fence=",
        "DELETE /lease?fence=x",
        "DELETE ?",
        "DELETE ?fence=1",
        "DELETE ?all=",
        "DELETE ?all",
        "DELETE ?all=1",
        "DELETE ?all=TRUE",
        "DELETE ?all=true&after=1",
        "DELETE ?all=true&through=1",
        "DELETE ?after=x",
        "DELETE ?after=",
        "DELETE ?after=2&through=1",
        "DELETE ?x=all",
        "DELETE ?all=true&fence=x",
        "DELETE ?all=true&customer=rival",
        "DELETE ?after=0&trough=5", // which is meant to keep some
        "DELETE ?after=0&%66ence=1",
        "DELETE ?all=true&all=true"
      })
  void queriesThatAreNoneAreRefusedAndDeleteNothing(String request) {
    lab.table(NORTH).put("1", "x", "1.00", "1");
    String before = lab.state();
    String[] parts = request.split(" ", 2);
    Ask ask = ask(parts[0], parts[1]);
    Answered answered = TableLab.handle(handler, ask);
    assertThat(answered.status()).as(answered.text()).isIn(400, 415);
    assertThat(lab.state()).isEqualTo(before);
  }

  @Test
  void otherTypesAndCodingsAreRefused() {
    Ask write = write(puts(1, ONE));
    lab.assertRefused(
        handler, write.set("Content-Type", "application/json"), 415, Refusal.MALFORMED);
    lab.assertRefused(handler, write.remove("Content-Type"), 415, Refusal.MALFORMED);
    write.set("Content-Type", "application/x-ndjson; charset=utf-8");
    for (String coding : List.of("br", "deflate", "gzip, gzip", "x-gzip")) {
      lab.assertRefused(handler, write.set("Content-Encoding", coding), 415, Refusal.MALFORMED);
    }
    lab.assertRefused(handler, write.set("Content-Encoding", "gzip"), 400, Refusal.MALFORMED);
    Ask find = ask("POST", "/find").json(new Find(FORMAT, SALT, List.of()));
    lab.assertRefused(handler, find.set("Content-Type", "text/json"), 415, Refusal.MALFORMED);
  }

  @Test
  void otherMethodsAreNamed() {
    for (String method : List.of("PATCH", "PUT", "HEAD", "OPTIONS", "get")) {
      Answered answered = TableLab.handle(handler, ask(method, ""));
      assertThat(answered.status()).isEqualTo(405);
      assertThat(answered.headers()).containsEntry("Allow", "GET, POST, DELETE");
    }
  }
}
