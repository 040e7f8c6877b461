package dev.chirograph.http;

import static dev.chirograph.http.TableLab.ACME_TOKEN;
import static dev.chirograph.http.TableLab.FORMAT;
import static dev.chirograph.http.TableLab.NORTH;
import static dev.chirograph.http.TableLab.SALT;
import static dev.chirograph.http.TableLab.puts;
import static dev.chirograph.http.TableLab.row;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client makes of answers, good and bad. */
@Timeout(60)
class HttpReplicaTest {

  private static final String LIMITS =
      Canned.ok(
          "application/json",
          "{\"limits\":{\"rows\":3,\"bytes\":1000,\"row\":2000,\"slices\":7,\"keys\":2,\"page\":2,\"body\":1000}}");

  private static HttpReplica.Builder replica(String base) {
    return HttpReplica.builder(URI.create(base), NORTH).token(ACME_TOKEN);
  }

  /** Tells limits to whoever asks for them, and answers everything else in this way. */
  private static Canned server(String answer) {
    return Canned.byPath(path -> path.endsWith("?fields=limits") ? LIMITS : answer);
  }

  private static ReplicaTable table(Canned server) {
    return replica(server.base()).build().table("invoice");
  }

  private static SyncException failure(Canned server) {
    ReplicaTable table = table(server);
    SyncException failure =
        catchThrowableOfType(
            SyncException.class, () -> table.write(puts(1, row("1", "secret", "1.00", "1"))));
    assertThat(failure).isNotNull();
    assertThat(failure.getMessage()).contains("acme/north").doesNotContain(ACME_TOKEN, "secret");
    return failure;
  }

  private static String status(int status, String... more) {
    StringBuilder answer = new StringBuilder("HTTP/1.1 " + status + " x\r\n");
    for (String header : more) {
      answer.append(header).append("\r\n");
    }
    return answer + "Connection: close\r\nContent-Length: 0\r\n\r\n";
  }

  // ---- errors

  @ParameterizedTest
  @CsvSource({
    "400, UNEXPECTED, false",
    "401, PERMISSION_DENIED, true",
    "403, PERMISSION_DENIED, true",
    "404, NOT_FOUND, false",
    "405, UNEXPECTED, false",
    "408, UNAVAILABLE, true",
    "409, CONFLICT, false",
    "413, TOO_LARGE, false",
    "414, UNEXPECTED, false",
    "415, UNEXPECTED, false",
    "422, UNEXPECTED, false",
    "429, RATE_LIMITED, true",
    "431, UNEXPECTED, false",
    "500, UNAVAILABLE, true",
    "501, UNSUPPORTED, false",
    "502, UNAVAILABLE, true",
    "503, UNAVAILABLE, true",
    "504, UNAVAILABLE, true",
    "301, UNEXPECTED, true",
    "204, UNEXPECTED, true",
  })
  void aStatusSaysWhatItIs(int status, Kind kind, boolean again) {
    try (Canned server = server(status(status, "Location: http://localhost/elsewhere"))) {
      SyncException failure = failure(server);
      assertThat(failure.kind()).isEqualTo(kind);
      assertThat(failure.mayRetry()).isEqualTo(again);
      assertThat(server.requests()).hasSize(2); // and nothing is repeated or followed
    }
  }

  private static String problem(int status, String reason, String kind, String detail) {
    String problem =
        "{\"type\":\"urn:chirograph:problem:%s\",\"kind\":\"%s\",\"detail\":\"%s\"}"
            .formatted(reason, kind, detail);
    return "HTTP/1.1 "
        + status
        + " x\r\nContent-Type: application/problem+json\r\nConnection: close\r\n"
        + "Content-Length: "
        + problem.length()
        + "\r\n\r\n"
        + problem;
  }

  /** What a row is at fault for is kept with it, and says nothing of addresses. */
  @ParameterizedTest
  @CsvSource({
    "409, already-exists, ALREADY_EXISTS",
    "400, invalid-argument, INVALID_ARGUMENT",
    "413, too-large, TOO_LARGE",
  })
  void aProblemSaysMoreThanItsStatus(int status, String word, Kind kind) {
    try (Canned server = server(problem(status, word, word, "its 'amount' is no number"))) {
      SyncException failure = failure(server);
      assertThat(failure.kind()).isEqualTo(kind);
      assertThat(failure).hasMessage("acme/north does not take it: its 'amount' is no number");
    }
    try (Canned server = server(status(413))) {
      assertThat(failure(server)).hasMessage("acme/north does not take it: status 413");
    }
  }

  /** Otherwise all rows would be taken for bad ones, each by itself. */
  @ParameterizedTest
  @CsvSource({
    "400, malformed",
    "415, malformed",
    "414, too-large",
    "405, method",
    "431, too-large"
  })
  void L11_whatAHandlerDoesNotUnderstandIsNoFaultOfARow(int status, String reason) {
    try (Canned server = server(problem(status, reason, "invalid-argument", "why"))) {
      SyncException failure = failure(server);
      assertThat(failure.kind()).isEqualTo(Kind.UNEXPECTED);
      assertThat(failure.mayRetry()).isFalse();
      assertThat(failure).hasMessageContaining("why");
    }
  }

  @Test
  void aLeaseThatAnotherAgentHasIsTheOnlyConflictThatIsNone() {
    try (Canned server = server(problem(409, "leased", "conflict", "another agent"))) {
      assertThat(table(server).lease("agent", Duration.ofMinutes(1))).isEmpty();
    }
    for (String answer : List.of(problem(409, "conflict", "conflict", "?"), status(409))) {
      try (Canned server = server(answer)) {
        ReplicaTable table = table(server);
        assertThatThrownBy(() -> table.lease("agent", Duration.ofMinutes(1)))
            .isInstanceOfSatisfying(
                SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "429, 17, 17",
    "503, 3, 3",
    "503, 0, 0",
    "429, soon, -1",
    "429, -1, -1",
    "400, 5, -1",
    "503, 'Sat, 21 Nov 2026 10:00:20 GMT', 20",
    "429, 'Sat, 21 Nov 2026 12:00:00 GMT', 7200",
    "503, 'Sat, 21 Nov 2026 09:59:59 GMT', 0",
    "503, 'Sat, 21 Nov 2026 10:00:20', -1",
    "503, '2026-11-21T10:00:20Z', -1",
  })
  void whoAsksToBeLeftAloneIsHeard(int status, String header, int seconds) {
    String now = "Date: Sat, 21 Nov 2026 10:00:00 GMT";
    try (Canned server = server(status(status, "Retry-After: " + header, now))) {
      assertThat(failure(server).retryAfter())
          .isEqualTo(seconds < 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(seconds)));
    }
  }

  /** Whose clock it is counts: that of this machine may be wrong. */
  @ParameterizedTest
  @ValueSource(strings = {"", "Date: now", "Date: Sat, 21 Nov 2026"})
  void aTimeWithoutAClockSaysNothing(String date) {
    String later = "Retry-After: Sat, 21 Nov 2026 10:00:20 GMT";
    String[] headers = date.isEmpty() ? new String[] {later} : new String[] {later, date};
    try (Canned server = server(status(503, headers))) {
      assertThat(failure(server).retryAfter()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{}",
        "[]",
        "{\"outcomes\":[{\"result\":\"deleted\"}]}",
        "{\"outcomes\":{}}",
        "{\"outcomes\":[]} x",
        "<html>"
      })
  void answersThatAreNoneAreDamaged(String body) {
    try (Canned server = server(Canned.ok("application/json", body))) {
      assertThat(failure(server).kind()).isEqualTo(Kind.CORRUPT);
    }
  }

  @Test
  void pagesOfSomebodyElseAreNoAnswers() {
    try (Canned server = server(Canned.ok("text/html", "<html>"))) {
      assertThat(failure(server).kind()).isEqualTo(Kind.UNEXPECTED);
      assertThat(failure(server)).hasMessageContaining("content type");
    }
  }

  @Test
  void anAnswerThatBreaksOffIsUnavailable() {
    String cut = Canned.ok("application/json", "{\"outcomes\":[]}");
    try (Canned server = server(cut.substring(0, cut.length() - 3))) {
      assertThat(failure(server).kind()).isEqualTo(Kind.UNAVAILABLE);
    }
    try (Canned server = server("")) {
      assertThat(failure(server).kind()).isEqualTo(Kind.UNAVAILABLE);
    }
  }

  @Test
  void aServerThatIsSilentIsUnavailableInTime() {
    try (Canned server =
        Canned.running(
            out -> {
              out.write(
                  "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"
                      .getBytes(ISO_8859_1));
              new CountDownLatch(1).await();
            })) {
      HttpReplica replica = replica(server.base()).timeout(Duration.ofMillis(500)).build();
      assertThatThrownBy(() -> replica.table("invoice"))
          .isInstanceOfSatisfying(
              SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE))
          .hasMessageContaining("in time");
    }
  }

  @Test
  void L9_answersBeyondTheLimitAreNotReadToTheirEnd() {
    byte[] bomb = Lab.zipped(("{\"tag\":\"" + "x".repeat(5_000_000)).getBytes(ISO_8859_1));
    String body = new String(bomb, ISO_8859_1);
    String answer =
        Canned.ok("application/json", body).replaceFirst("\r\n", "\r\nContent-Encoding: gzip\r\n");
    try (Canned server = Canned.answering(answer)) {
      HttpReplica replica = replica(server.base()).answerLimit(100_000).build();
      assertThatThrownBy(() -> replica.state(Optional.empty()))
          .isInstanceOf(SyncException.class)
          .hasMessageContaining("more than 100000 bytes");
    }
  }

  // ---- answers that are not whole, or to another question

  private static void assertCorrupt(String answer, Function<ReplicaTable, Object> question) {
    try (Canned server = server(Canned.ok("application/json", answer.replace('\'', '"')))) {
      ReplicaTable table = table(server);
      assertThatThrownBy(() -> question.apply(table))
          .isInstanceOfSatisfying(
              SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT));
    }
  }

  /** A row that is left out would be taken for one that is not there. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'more':true,'rows':[]}",
        "{'rows':[]}",
        "{'more':false}",
        "{'more':false,'rows':[]",
        "{'more':false,'rows':[['7',7,'0000000000000000']]}",
        "{'more':true,'rows':[['8',8,'0000000000000000'],['7',7,'0000000000000000']]}",
        "{'more':true,'rows':[['8',8,'0000000000000000']]}", // and the same again
        "{'more':false,'rows':[['8',8,'00'],['9',9,'0'],['10',10,'0']]}",
      })
  void TAB_3_L2_aPageThatIsNotTheNextOneIsNone(String page) {
    assertCorrupt(
        page,
        table ->
            table.manifest(
                new Selection(FORMAT, SALT, Mark.LAST),
                List.of(Slice.Bucket.ALL),
                Optional.of(new RowKey("7")),
                100));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'parts':[]}",
        "{'parts':[{'after':1,'through':5}]}",
        "{'parts':[{'after':2,'through':9}]}",
        "{'parts':[{'after':1,'through':5},{'after':6,'through':9}]}",
        "{'parts':[{'after':1,'through':5},{'after':4,'through':9}]}",
        "{'parts':[{'after':5,'through':9},{'after':1,'through':5}]}",
        "{'parts':[{'through':9}]}",
        "{'parts':[{'after':1,'through':10}]}",
      })
  void TAB_5_L2_partsThatAreNotAllOfARangeAreNone(String parts) {
    assertCorrupt(parts, table -> table.split(FORMAT, new Slice.Marks(1, 9), 2));
  }

  @Test
  void TAB_4_L1_anAnswerToAnotherQuestionIsNone() {
    List<RowKey> keys = List.of(new RowKey("1"), new RowKey("2"));
    Selection selection = new Selection(FORMAT, SALT, Mark.LAST);
    for (String rows :
        List.of(
            "[null]",
            "[null,null,null]",
            "[null,['3',3,'0000000000000000']]",
            "[['2',2,'0000000000000000'],['1',1,'0000000000000000']]")) {
      assertCorrupt("{'rows':" + rows + "}", table -> table.find(selection, keys));
    }
    for (String rows : List.of("[]", "[null,null,null]", "[null,['3',null,null,'3']]")) {
      assertCorrupt("{'rows':" + rows + "}", table -> table.rows(FORMAT, keys, 1_000));
    }
    for (String digests : List.of("[]", "['" + "A".repeat(32) + "']", "['AAAA','AAAA']")) {
      assertCorrupt(
          "{'digests':" + digests + "}",
          table -> table.digests(selection, List.of(new Slice.Marks(1, 2), new Slice.Marks(2, 3))));
    }
  }

  @Test
  void tablesThatComeTwiceAreNoState() {
    String info = "{\"table\":\"a\",\"rows\":1,\"fingerprint\":\"f\",\"incarnation\":\"i\"}";
    String body = "{\"tag\":\"x\",\"tables\":[" + info + "," + info + "]}";
    try (Canned server = server(Canned.ok("application/json", body))) {
      HttpReplica replica = replica(server.base()).build();
      assertThatThrownBy(() -> replica.state(Optional.empty()))
          .isInstanceOfSatisfying(
              SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT));
    }
  }

  // ---- limits

  @Test
  void whatTheServerWouldRefuseIsNotSent() {
    try (Canned server = server(status(500))) {
      ReplicaTable table = table(server);
      assertThat(table.limits().rows()).isEqualTo(3);
      assertThat(table.limits().bytes()).isEqualTo(1_000);
      assertThat(table.slices()).isEqualTo(7);
      Row small = row("1", "x", "1.00", "1");
      Row large = row("1", "x".repeat(1_500), "1.00", "1");
      for (Row[] rows :
          List.of(
              new Row[] {small, small, small, small},
              new Row[] {small, large},
              new Row[] {row("1", "x".repeat(2_500), "1.00", "1")})) {
        assertThatThrownBy(() -> table.write(puts(1, rows)))
            .isInstanceOfSatisfying(
                SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.TOO_LARGE));
      }
      assertThat(server.requests()).hasSize(1);
      assertThatThrownBy(() -> table.write(puts(1, large))).isInstanceOf(SyncException.class);
      assertThat(server.requests()).hasSize(2); // alone it may be larger
    }
  }

  @Test
  void moreKeysThanFitAreAskedForInTurn() {
    String some = "{\"rows\":[null,[\"%s\",2,\"0000000000000000\"]]}";
    int[] asked = {0};
    try (Canned server =
        Canned.byPath(
            path ->
                path.endsWith("?fields=limits")
                    ? LIMITS
                    : Canned.ok(
                        "application/json",
                        asked[0]++ < 2 ? some.formatted(2 * asked[0]) : "{\"rows\":[null]}"))) {
      List<RowKey> keys =
          List.of(
              new RowKey("1"), new RowKey("2"), new RowKey("3"), new RowKey("4"), new RowKey("5"));
      assertThat(table(server).find(new Selection(FORMAT, SALT, Mark.LAST), keys))
          .extracting(Optional::isPresent)
          .containsExactly(false, true, false, true, false);
      assertThat(asked[0]).isEqualTo(3);
    }
  }

  // ---- how it is made

  @Test
  void misfitsAreRefused() {
    URI base = URI.create("https://sync.example/api");
    for (HttpReplica.Builder wrong :
        List.of(
            HttpReplica.builder(base, NORTH),
            HttpReplica.builder(base, NORTH).token("x").withoutToken(),
            HttpReplica.builder(URI.create("ftp://sync.example"), NORTH).token("x"),
            HttpReplica.builder(URI.create("https://user@sync.example"), NORTH).token("x"),
            HttpReplica.builder(URI.create("https://sync.example/?x"), NORTH).token("x"),
            HttpReplica.builder(base, NORTH)
                .token("x")
                .client(HttpClient.newBuilder().followRedirects(Redirect.ALWAYS).build()))) {
      assertThatThrownBy(wrong::build).isInstanceOf(SyncException.class);
    }
    HttpReplica.Builder fine = HttpReplica.builder(base, NORTH);
    assertThatThrownBy(() -> fine.timeout(Duration.ZERO)).isInstanceOf(SyncException.class);
    assertThatThrownBy(() -> fine.answerLimit(0)).isInstanceOf(SyncException.class);
    assertThatThrownBy(() -> fine.headerLimit(0)).isInstanceOf(SyncException.class);
    assertThat(fine.withoutToken().build())
        .hasToString("HttpReplica[https://sync.example/api/v1/customers/acme/databases/north]");
  }

  @Test
  void aTokenThatCannotBeSentIsNotQuoted() {
    HttpReplica replica =
        HttpReplica.builder(URI.create("https://sync.example"), NORTH)
            .token("secret\nX: y")
            .build();
    assertThatThrownBy(() -> replica.state(Optional.empty()))
        .isInstanceOf(SyncException.class)
        .hasMessageNotContaining("secret")
        .hasNoCause();
  }

  @Test
  void aTokenCanBeReplaced() {
    String[] token = {"first"};
    try (Canned server = server(Canned.ok("application/json", "{\"tag\":\"x\",\"tables\":[]}"))) {
      HttpReplica replica =
          HttpReplica.builder(URI.create(server.base()), NORTH).token(() -> token[0]).build();
      replica.state(Optional.empty());
      token[0] = "second";
      replica.state(Optional.empty());
      assertThat(server.requests().get(0)).contains("Authorization: Bearer first\r\n");
      assertThat(server.requests().get(1)).contains("Authorization: Bearer second\r\n");
    }
  }

  /** What breaks off while it is sent would look like a connection that did, again and again. */
  @Test
  void aTextThatIsNoneIsAFaultOfItsRow() {
    Row row = row("1", "x", "1.00", "1");
    RowKey half = new RowKey("\ud800");
    Cursor cursor = new Cursor(new Mark(1), Optional.of(half), "here");
    Cursor other = new Cursor(new Mark(1), Optional.empty(), "\udfff");
    RowVersion seen = new RowVersion(half, new Mark(1), 0, 1);
    try (Canned server = server(Canned.ok("application/json", "{\"outcomes\":[]}"))) {
      ReplicaTable table = table(server);
      for (Write write :
          List.of(
              puts(1, row("1", "\ud800", "1.00", "1")),
              puts(1, new Row(row.key(), row.mark(), List.of("1", "x", "1.00"))),
              puts(1, new Row(row.key(), row.mark(), Arrays.asList(null, "x", "1.00", "1"))),
              new Write(1, FORMAT, SALT, List.of(), List.of(seen), Optional.empty()),
              new Write(1, FORMAT, "\ud800", List.of(row), List.of(), Optional.empty()),
              new Write(1, FORMAT, SALT, List.of(row), List.of(), Optional.of(cursor)),
              new Write(1, FORMAT, SALT, List.of(row), List.of(), Optional.of(other)))) {
        assertThatThrownBy(() -> table.write(write))
            .isInstanceOfSatisfying(
                SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID_ARGUMENT));
      }
      assertThat(server.requests()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a/b", "a\\b", "a%b", "a;b", "a\nb", "\ud800"})
  void tablesWithoutAnAddressAreNotAskedFor(String name) {
    HttpReplica replica = replica("http://localhost:1").build();
    assertThatThrownBy(() -> replica.table(name))
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND));
  }
}
