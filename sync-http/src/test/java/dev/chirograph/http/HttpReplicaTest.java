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

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.Selection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
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
    "400, INVALID_ARGUMENT, false",
    "401, PERMISSION_DENIED, true",
    "403, PERMISSION_DENIED, true",
    "404, NOT_FOUND, false",
    "408, UNAVAILABLE, true",
    "409, CONFLICT, false",
    "413, TOO_LARGE, false",
    "415, INVALID_ARGUMENT, false",
    "429, RATE_LIMITED, true",
    "431, INVALID_ARGUMENT, false",
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

  @Test
  void aProblemSaysMoreThanItsStatus() {
    String problem =
        "{\"type\":\"urn:chirograph:problem:already-exists\",\"kind\":\"already-exists\"}";
    String answer =
        "HTTP/1.1 409 x\r\nContent-Type: application/problem+json\r\nConnection: close\r\n"
            + "Content-Length: "
            + problem.length()
            + "\r\n\r\n"
            + problem;
    try (Canned server = server(answer)) {
      assertThat(failure(server).kind()).isEqualTo(Kind.ALREADY_EXISTS);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "429, 17, 17",
    "503, 3, 3",
    "503, 0, 0",
    "429, soon, -1",
    "429, -1, -1",
    "400, 5, -1"
  })
  void whoAsksToBeLeftAloneIsHeard(int status, String header, int seconds) {
    try (Canned server = server(status(status, "Retry-After: " + header))) {
      assertThat(failure(server).retryAfter())
          .isEqualTo(seconds < 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(seconds)));
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
    String two = "{\"rows\":[null,[\"2\",2,\"0000000000000000\"]]}";
    String one = "{\"rows\":[null]}";
    int[] asked = {0};
    try (Canned server =
        Canned.byPath(
            path ->
                path.endsWith("?fields=limits")
                    ? LIMITS
                    : Canned.ok("application/json", asked[0]++ < 2 ? two : one))) {
      List<RowKey> keys =
          List.of(
              new RowKey("1"), new RowKey("2"), new RowKey("3"), new RowKey("4"), new RowKey("5"));
      assertThat(table(server).find(new Selection(FORMAT, SALT, Mark.LAST), keys)).hasSize(5);
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

  @Test
  void aTextThatIsNoneIsAFaultOfItsRow() {
    try (Canned server = server(Canned.ok("application/json", "{\"outcomes\":[]}"))) {
      ReplicaTable table = table(server);
      assertThatThrownBy(() -> table.write(puts(1, row("1", "\ud800", "1.00", "1"))))
          .isInstanceOfSatisfying(
              SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID_ARGUMENT));
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
