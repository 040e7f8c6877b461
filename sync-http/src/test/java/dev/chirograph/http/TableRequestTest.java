package dev.chirograph.http;

import static dev.chirograph.http.TableLab.EVENT;
import static dev.chirograph.http.TableLab.FORMAT;
import static dev.chirograph.http.TableLab.NORTH;
import static dev.chirograph.http.TableLab.SALT;
import static dev.chirograph.http.TableLab.ask;
import static dev.chirograph.http.TableLab.lines;
import static dev.chirograph.http.TableLab.puts;
import static dev.chirograph.http.TableLab.row;
import static dev.chirograph.http.TableLab.version;
import static dev.chirograph.http.TableLab.write;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Pacing;
import dev.chirograph.SyncException;
import dev.chirograph.http.TableLab.Answered;
import dev.chirograph.http.TableLab.Ask;
import dev.chirograph.http.TableRequests.Find;
import dev.chirograph.http.TableRequests.Rows;
import dev.chirograph.spi.table.ColumnRules;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are spoilt, too large or endless change nothing and cost little. */
class TableRequestTest {

  private static final Row ONE = row("1", "a customer", "1.00", "1");
  private static final Row TWO = row("2", "another", "2.00", "2");

  private final TableLab lab = new TableLab();
  private final TableHandler handler = lab.handler().build();

  private static String text(Ask ask) {
    return new String(ask.body, UTF_8);
  }

  private static Ask spoilt(Ask ask, String change) {
    int bar = change.indexOf('|');
    String from = change.substring(0, bar).replace('\'', '"');
    String to = change.substring(bar + 1).replace('\'', '"');
    String text = text(ask);
    assertThat(text).contains(from);
    int at = text.indexOf(from);
    ask.body = (text.substring(0, at) + to + text.substring(at + from.length())).getBytes(UTF_8);
    return ask;
  }

  // ---- malformed

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

  // ---- too large

  /** A body without an end. */
  private static final class Endless extends InputStream {
    private final byte[] again;
    private long read;

    private Endless(String again) {
      this.again = again.getBytes(UTF_8);
    }

    @Override
    public int read() {
      return again[(int) (read++ % again.length)];
    }
  }

  private TableHandler small() {
    return lab.handler().writeLimit(10, 1_000).rowLimit(2_000).bodyLimit(5_000).build();
  }

  @Test
  void L9_aBodyThatSaysItIsTooLargeIsNotRead() {
    TableHandler small = small();
    Ask find = ask("POST", "/find").json("{").set("Content-Length", "5001");
    lab.assertRefused(small, find.call(Lab.UNREADABLE), 413, Refusal.TOO_LARGE);
    Ask write = ask("POST", "").lines(new byte[0]).set("Content-Length", "9999999999");
    lab.assertRefused(small, write.call(Lab.UNREADABLE), 413, Refusal.TOO_LARGE);
    lab.assertRefused(
        small, write.set("Content-Length", "-1").call(Lab.UNREADABLE), 400, Refusal.MALFORMED);
  }

  @Test
  void L9_nothingOfABodyIsReadBeforeItIsKnownWhoseItIs() {
    Ask write = write(puts(1, ONE)).remove("Authorization");
    lab.assertRefused(handler, write.call(Lab.UNREADABLE), 401, Refusal.UNKNOWN_CALLER);
    Ask other = write(puts(1, ONE)).token(TableLab.RIVAL_TOKEN);
    lab.assertRefused(handler, other.call(Lab.UNREADABLE), 404, Refusal.UNKNOWN_DATABASE);
  }

  @Test
  void L9_endlessBodiesAreReadUpToTheLimit() {
    TableHandler small = small();
    for (String again : List.of(" ", "[", "{\"salt\":1,", "\"x", "{\"x\":\"")) {
      Endless body = new Endless(again);
      Ask find = ask("POST", "/find").json("");
      Answered answered = TableLab.handle(small, find.call(body));
      assertThat(answered.status()).as(again).isIn(400, 413);
      assertThat(body.read).isLessThan(20_000);
    }
  }

  @Test
  void L9_endlessRowsAreReadUpToTheLimit() {
    TableHandler small = small();
    long fence = lab.lease(NORTH);
    byte[] head = Arrays.copyOf(lines(puts(fence, ONE)), lines(puts(fence, ONE)).length);
    String first = new String(head, UTF_8).split("\n")[0] + "\n";
    String many = first.replace("\"puts\":1", "\"puts\":10");
    for (String again :
        List.of(
            "[\"1\",\"" + "x".repeat(100) + "\",null,\"1\"]\n", "[\"1\",\"" + "x".repeat(5_000))) {
      Endless rows = new Endless(again);
      InputStream body =
          new SequenceInputStream(new ByteArrayInputStream(many.getBytes(UTF_8)), rows);
      Ask ask = ask("POST", "").lines(new byte[0]);
      lab.assertRefused(small, ask.call(body), 413, Refusal.TOO_LARGE);
      assertThat(rows.read).isLessThan(40_000);
    }
  }

  @Test
  void L9_moreRowsThanAllowedAreRefusedByTheirNumberAlone() {
    String head = text(write(puts(lab.lease(NORTH), ONE))).split("\n")[0] + "\n";
    String many = head.replace("\"puts\":1", "\"puts\":11");
    // A reader takes a buffer ahead; beyond that nothing is asked for.
    Endless rows = new Endless(" ");
    InputStream body =
        new SequenceInputStream(new ByteArrayInputStream(many.getBytes(UTF_8)), rows);
    lab.assertRefused(
        small(), ask("POST", "").lines(new byte[0]).call(body), 413, Refusal.TOO_LARGE);
    assertThat(rows.read).isLessThan(10_000);
  }

  @Test
  void L9_gzipBombsAreRefused() {
    TableHandler small = small();
    Ask find = ask("POST", "/find").json("{\"x\":\"" + "x".repeat(20_000_000)).zipped();
    assertThat(find.body.length).isLessThan(50_000);
    lab.assertRefused(lab.handler().bodyLimit(100_000).build(), find, 413, Refusal.TOO_LARGE);
    String head = text(write(puts(lab.lease(NORTH), ONE))).split("\n")[0] + "\n";
    Ask write =
        ask("POST", "").lines((head + "[\"" + "x".repeat(20_000_000)).getBytes(UTF_8)).zipped();
    lab.assertRefused(small, write, 413, Refusal.TOO_LARGE);
    Ask spaces = ask("POST", "/find").json(" ".repeat(50_000_000)).zipped();
    lab.assertRefused(lab.handler().bodyLimit(100_000).build(), spaces, 413, Refusal.TOO_LARGE);
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MAX_VALUE, 1_000_001, 500_001})
  void L9_aLineOfAFewBytesDoesNotStandForAllRowsThatThereCouldBe(long count) {
    RowFormat format = RowFormat.agreed(EVENT, EVENT, ColumnRules.standard());
    List<String> cells = List.of("x", "2026-01-01 00:00:00.000000");
    List<Row> rows = Collections.nCopies(2, new Row(format.key(cells), new Mark(1), cells, count));
    Write write = new Write(1, format, SALT, rows, List.of(), Optional.empty());
    Ask ask = ask("POST", "north", "/tables/event").lines(lines(write));
    lab.assertRefused(handler, ask, 413, Refusal.TOO_LARGE);
    List<String> large = List.of("x".repeat(10_000), "2026-01-01 00:00:00.000000");
    Row many = new Row(format.key(large), new Mark(1), large, 50_000);
    Write heavy = new Write(1, format, SALT, List.of(many), List.of(), Optional.empty());
    lab.assertRefused(
        handler, ask("POST", "north", "/tables/event").lines(lines(heavy)), 413, Refusal.TOO_LARGE);
  }

  @Test
  void L9_keysOfDeletedRowsCount() {
    RowVersion long1 = new RowVersion(new RowKey("x".repeat(400)), new Mark(1), 0, 1);
    Write write =
        new Write(
            lab.lease(NORTH),
            FORMAT,
            SALT,
            List.of(),
            List.of(long1, long1, long1),
            Optional.empty());
    lab.assertRefused(small(), write(write), 413, Refusal.TOO_LARGE);
  }

  @Test
  void L9_namesAreNoLongerThanThoseOfDatabases() {
    Ask ask = write(puts(1, ONE));
    lab.assertRefused(
        handler,
        spoilt(ask, "'name':'customer'|'name':'" + "x".repeat(1_001) + "'"),
        413,
        Refusal.TOO_LARGE);
    Write write =
        new Write(
            1,
            FORMAT,
            SALT,
            List.of(),
            List.of(),
            Optional.of(new Cursor(TWO.mark(), Optional.empty(), "x".repeat(10_001))));
    lab.assertRefused(handler, write(write), 413, Refusal.TOO_LARGE);
  }

  /** Numbers would be filled up with them. */
  @ParameterizedTest
  @ValueSource(ints = {103, 100_000, Integer.MAX_VALUE})
  void L9_aFormatHasNotManyMoreDigitsThanTheTable(int digits) {
    lab.assertRefused(
        handler,
        spoilt(write(puts(1, ONE)), "'digits':2|'digits':" + digits),
        400,
        Refusal.MALFORMED);
    for (String name : List.of("digest", "manifest", "find", "rows", "split")) {
      Ask ask =
          ask("POST", "/" + name).json(Objects.requireNonNull(TableSamples.requests().get(name)));
      lab.assertRefused(
          handler, spoilt(ask, "'digits':2|'digits':" + digits), 400, Refusal.MALFORMED);
    }
  }

  /** A byte now and then keeps neither a thread nor a place. */
  @Test
  void L9_aBodyThatDripsIsRefused() {
    long[] seconds = {0};
    Pacing drips =
        new Pacing() {
          @Override
          public long nanoTime() {
            return Duration.ofSeconds(seconds[0]++).toNanos();
          }

          @Override
          public void pause(Duration duration) {
            throw new AssertionError("nothing waits");
          }
        };
    TableHandler one =
        lab.handler().atOnce(1, 1).bodyTime(Duration.ofSeconds(30)).pacing(drips).build();
    long fence = lab.lease(NORTH);
    for (Ask ask : List.of(write(puts(fence, ONE)), ask("POST", "/find").json("{"))) {
      InputStream slow =
          new FilterInputStream(new Endless(" ")) {
            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
              return super.read(bytes, offset, 1);
            }
          };
      lab.assertRefused(one, ask.call(slow), 408, Refusal.TOO_SLOW);
      assertThat(seconds[0]).isLessThan(100);
      seconds[0] = 0;
    }
    assertThat(TableLab.handle(one, ask("GET", "")).status()).isEqualTo(200);
  }

  @Test
  void aRowThatIsTooLargeAloneIsRefusedAndALargeOneAloneIsTaken() {
    TableHandler small = small();
    long fence = lab.lease(NORTH);
    Row large = row("1", "x".repeat(1_900), "1.00", "1");
    assertThat(TableLab.handle(small, write(puts(fence, large))).status()).isEqualTo(200);
    lab.assertRefused(small, write(puts(fence, large, TWO)), 413, Refusal.TOO_LARGE);
    Row larger = row("1", "x".repeat(2_001), "1.00", "1");
    lab.assertRefused(small, write(puts(fence, larger)), 413, Refusal.TOO_LARGE);
    Row wide = row("1", "x".repeat(1_001), "y".repeat(1_001), "1");
    lab.assertRefused(small, write(puts(fence, wide)), 413, Refusal.TOO_LARGE);
  }

  @Test
  void exactlyTheLimitIsTaken() {
    TableHandler small = small();
    long fence = lab.lease(NORTH);
    Row[] ten =
        IntStream.rangeClosed(1, 10)
            .mapToObj(i -> row("" + i, null, null, "" + i))
            .toArray(Row[]::new);
    assertThat(TableLab.handle(small, write(puts(fence, ten))).status()).isEqualTo(200);
    Row[] eleven = Arrays.copyOf(ten, 11);
    eleven[10] = ONE;
    lab.assertRefused(small, write(puts(fence, eleven)), 413, Refusal.TOO_LARGE);
  }

  @Test
  void moreKeysOrSlicesThanAllowedAreRefused() {
    TableHandler few = lab.handler().lookLimit(2, 2).build();
    List<RowKey> three = Collections.nCopies(3, new RowKey("1"));
    lab.assertRefused(
        few, ask("POST", "/find").json(new Find(FORMAT, SALT, three)), 413, Refusal.TOO_LARGE);
    lab.assertRefused(
        few, ask("POST", "/rows").json(new Rows(FORMAT, three, 1)), 413, Refusal.TOO_LARGE);
    lab.assertRefused(
        few,
        ask("POST", "/digest").json(Objects.requireNonNull(TableSamples.requests().get("digest"))),
        413,
        Refusal.TOO_LARGE);
  }

  @Test
  void headersAddressesAndSaltsThatAreTooLargeAreRefused() {
    lab.assertRefused(handler, ask("GET", "").set("X", "x".repeat(17_000)), 431, Refusal.TOO_LARGE);
    lab.assertRefused(
        handler, ask("GET", "/manifest?salt=" + "x".repeat(4_100)), 414, Refusal.TOO_LARGE);
    lab.assertRefused(
        handler,
        ask("POST", "/find").json(new Find(FORMAT, "x".repeat(201), List.of())),
        400,
        Refusal.MALFORMED);
    lab.assertRefused(
        handler, ask("GET", "/manifest?salt=" + "x".repeat(201)), 400, Refusal.MALFORMED);
  }

  @Test
  void troubleWithTheConnectionStaysWhatItIs() {
    InputStream breaking =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("reset");
          }
        };
    Ask write = write(puts(lab.lease(NORTH), ONE));
    assertThatThrownBy(() -> handler.handle(write.call(breaking)))
        .isInstanceOf(IOException.class)
        .hasMessage("reset");
    // And what it held is free again.
    TableHandler one = lab.handler().atOnce(1, 1).build();
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> one.handle(write.call(breaking))).hasMessage("reset");
    }
    assertThat(TableLab.handle(one, ask("GET", "")).status()).isEqualTo(200);
  }

  @Test
  void limitsThatMakeNoSenseAreRefused() {
    for (Runnable wrong :
        List.<Runnable>of(
            () -> lab.handler().writeLimit(0, 1),
            () -> lab.handler().writeLimit(1, 0),
            () -> lab.handler().rowLimit(0),
            () -> lab.handler().lookLimit(0, 1),
            () -> lab.handler().lookLimit(1, -1),
            () -> lab.handler().bodyLimit(0),
            () -> lab.handler().headerLimit(0),
            () -> lab.handler().atOnce(0, 1),
            () -> lab.handler().atOnce(1, 0))) {
      assertThatThrownBy(wrong::run).isInstanceOf(SyncException.class);
    }
  }
}
