package dev.chirograph.http;

import static dev.chirograph.http.TableLab.NORTH;
import static dev.chirograph.http.TableLab.RIVAL_TOKEN;
import static dev.chirograph.http.TableLab.ask;
import static dev.chirograph.http.TableLab.puts;
import static dev.chirograph.http.TableLab.row;
import static dev.chirograph.http.TableLab.write;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.http.TableLab.Answered;
import dev.chirograph.http.TableLab.Ask;
import dev.chirograph.memory.MemoryTable;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Errors say what a caller can do about them, and nothing of the server or of others. */
class TableHandlerTest {

  private final TableLab lab = new TableLab();

  private TableHandler failing(RuntimeException why) {
    return TableHandler.builder(new FailingTenants(lab.tenants).failure(why), lab.access).build();
  }

  private static Ask digest() {
    return ask("POST", "/digest")
        .json(Objects.requireNonNull(TableSamples.requests().get("digest")));
  }

  @ParameterizedTest
  @CsvSource({
    "INVALID_ARGUMENT, 400, invalid-argument",
    "ALREADY_EXISTS, 409, already-exists",
    "CONFLICT, 409, conflict",
    "TOO_LARGE, 413, too-large",
    "RATE_LIMITED, 429, rate-limited",
    "UNAVAILABLE, 503, unavailable",
    "NOT_FOUND, 503, unavailable",
    "PERMISSION_DENIED, 503, unavailable",
    "CORRUPT, 500, corrupt",
    "UNEXPECTED, 500, unexpected",
    "UNSUPPORTED, 501, unsupported",
  })
  void whatATableThrowsHasAStatus(Kind kind, int status, String word) {
    for (Ask ask : new Ask[] {digest(), write(puts(1, row("1", "x", "1.00", "1")))}) {
      Answered answered = TableLab.handle(failing(new SyncException(kind, "why")), ask);
      assertThat(answered.status()).isEqualTo(status);
      assertThat(answered.json().get("kind").asText()).isEqualTo(word);
      assertThat(answered.headers()).containsEntry("Content-Type", "application/problem+json");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"INVALID_ARGUMENT", "UNSUPPORTED", "TOO_LARGE"},
      mode = EnumSource.Mode.EXCLUDE)
  void troubleOfTheServerIsNotTold(Kind kind) {
    SyncException why =
        new SyncException(kind, "jdbc:postgresql://secret rival", new IOException("secret"));
    Answered answered = TableLab.handle(failing(why), digest());
    assertThat(answered.text()).doesNotContain("secret", "rival", "jdbc", "Exception");
    assertThat(answered.headers().toString()).doesNotContain("secret");
  }

  @Test
  void faultsAreNotTold() {
    Answered answered =
        TableLab.handle(failing(new IllegalStateException("secret rival")), digest());
    assertThat(answered.status()).isEqualTo(500);
    assertThat(answered.text()).doesNotContain("secret", "IllegalState");
  }

  @Test
  void whoAsksToBeLeftAloneSaysForHowLong() {
    for (Kind kind : new Kind[] {Kind.RATE_LIMITED, Kind.UNAVAILABLE}) {
      Answered told =
          TableLab.handle(
              failing(SyncException.later(kind, "later", Duration.ofSeconds(17))), digest());
      assertThat(told.headers()).containsEntry("Retry-After", "17");
      Answered shortly =
          TableLab.handle(
              failing(SyncException.later(kind, "later", Duration.ofMillis(3))), digest());
      assertThat(shortly.headers()).containsEntry("Retry-After", "1");
      Answered later =
          TableLab.handle(
              failing(SyncException.later(kind, "later", Duration.ofMillis(1_001))), digest());
      assertThat(later.headers()).containsEntry("Retry-After", "2");
      Answered silent = TableLab.handle(failing(new SyncException(kind, "later")), digest());
      assertThat(silent.headers()).doesNotContainKey("Retry-After");
    }
  }

  @Test
  void L9_moreRequestsThanAllowedAreAskedToComeBack() throws IOException {
    TableHandler two = lab.handler().atOnce(2, 1).build();
    Ask acme = ask("GET", "");
    Ask rival = new Ask("GET", "/v1/customers/rival/databases").token(RIVAL_TOKEN);
    try (HttpReply held = two.handle(acme.call())) {
      assertThat(held.status()).isEqualTo(200);
      Answered again = lab.assertRefused(two, acme, 429, Refusal.TOO_MANY);
      assertThat(again.headers()).containsEntry("Retry-After", "1");
      try (HttpReply other = two.handle(rival.call())) { // which acme keeps nothing from
        assertThat(other.status()).isEqualTo(200);
        lab.assertRefused(two, rival, 429, Refusal.TOO_MANY);
      }
    }
    // Whatever became of them, all are free again.
    for (int i = 0; i < 5; i++) {
      assertThat(TableLab.handle(two, acme).status()).isEqualTo(200);
      assertThat(TableLab.handle(two, ask("GET", "?fields=x")).status()).isEqualTo(400);
      assertThat(TableLab.handle(two, rival).status()).isEqualTo(200);
    }
    TableHandler one = lab.handler().atOnce(1, 1).build();
    try (HttpReply held = one.handle(acme.call())) {
      assertThat(held.status()).isEqualTo(200);
      lab.assertRefused(one, rival, 429, Refusal.TOO_MANY);
    }
  }

  @Test
  void aPlaceIsGivenBackOnce() throws IOException {
    TableHandler one = lab.handler().atOnce(1, 9).build();
    Ask acme = ask("GET", "");
    HttpReply first = one.handle(acme.call());
    first.close();
    first.close();
    try (HttpReply held = one.handle(acme.call())) {
      assertThat(held.status()).isEqualTo(200);
      lab.assertRefused(one, acme, 429, Refusal.TOO_MANY);
    }
  }

  /** The name of a life of a database has that of its host, or of a file. */
  @Test
  void whereADatabaseIsIsNotTold() {
    MemoryTable table = lab.table(NORTH);
    TableHandler handler = lab.handler().build();
    Ask info = ask("GET", "?fields=info");
    Ask tables = ask("GET", "north", "/tables");
    JsonNode before = TableLab.handle(handler, info).json().at("/info/incarnation");
    table.restore(table.backup(), "mariadb/secret-host/3306");
    Answered after = TableLab.handle(handler, info);
    Answered all = TableLab.handle(handler, tables);
    assertThat(after.text()).doesNotContain("secret");
    assertThat(all.text()).doesNotContain("secret");
    JsonNode now = after.json().at("/info/incarnation");
    assertThat(now.asText()).hasSize(32).isNotEqualTo(before.asText());
    assertThat(all.text()).contains(now.asText()); // and it is the same wherever it is told
  }

  @Test
  void strangersTakeNoPlace() throws IOException {
    TableHandler one = lab.handler().atOnce(1, 1).build();
    try (HttpReply stranger = one.handle(ask("GET", "").remove("Authorization").call())) {
      assertThat(stranger.status()).isEqualTo(401);
      assertThat(stranger.headers()).containsEntry("WWW-Authenticate", "Bearer");
      assertThat(TableLab.handle(one, ask("GET", "")).status()).isEqualTo(200);
    }
  }

  @Test
  void whoeverFindsOutWhoCallsMayRefuseOrFail() {
    TableHandler refusing =
        TableHandler.builder(
                lab.tenants,
                call -> {
                  throw new SyncException(Kind.PERMISSION_DENIED, "secret");
                })
            .build();
    Answered refused = lab.assertRefused(refusing, ask("GET", ""), 403, Refusal.NOT_ADMITTED);
    assertThat(refused.text()).doesNotContain("secret");
    TableHandler broken =
        TableHandler.builder(
                lab.tenants,
                call -> {
                  throw new SyncException(Kind.CORRUPT, "secret");
                })
            .build();
    Answered failed = TableLab.handle(broken, ask("GET", ""));
    assertThat(failed.status()).isEqualTo(503);
    assertThat(failed.text()).doesNotContain("secret");
  }

  @Test
  void healthNeedsNoToken() {
    Answered health =
        TableLab.handle(
            lab.handler().build(), new Ask("GET", "/v1/health").remove("Authorization"));
    assertThat(health.text()).isEqualTo("{\"status\":\"up\",\"versions\":[\"v1\"]}");
  }

  // ---- deleting ranges

  @Test
  void aRangeIsDeletedPageByPage() {
    for (int i = 1; i <= 25; i++) {
      lab.table(NORTH).put("" + i, "x", "1.00", "" + i);
    }
    TableHandler handler = lab.handler().writeLimit(10, 1_000_000).build();
    Ask range = ask("DELETE", "?after=3&through=24");
    assertThat(TableLab.handle(handler, range).text())
        .isEqualTo("{\"deleted\":10,\"changed\":0,\"more\":true}");
    assertThat(TableLab.handle(handler, range).json().get("more").asBoolean()).isTrue();
    assertThat(TableLab.handle(handler, range).text())
        .isEqualTo("{\"deleted\":1,\"changed\":0,\"more\":false}");
    assertThat(lab.table(NORTH).all())
        .extracting(row -> row.key().text())
        .containsExactlyInAnyOrder("1", "2", "3", "25");
  }

  @Test
  void TAB_8_nothingIsDeletedWhileAnAgentHasTheTable() {
    lab.table(NORTH).put("1", "x", "1.00", "1");
    long fence = lab.lease(NORTH);
    TableHandler handler = lab.handler().build();
    for (String query : new String[] {"?all=true", "?after=0", "?all=true&fence=" + (fence + 1)}) {
      assertThat(TableLab.handle(handler, ask("DELETE", query)).status()).isEqualTo(409);
    }
    assertThat(lab.table(NORTH).size()).isOne();
    assertThat(TableLab.handle(handler, ask("DELETE", "?all=true&fence=" + fence)).status())
        .isEqualTo(200);
    assertThat(lab.table(NORTH).size()).isZero();
  }

  @Test
  void aLeaseForACallEndsWithIt() {
    TableHandler handler = lab.handler().build();
    assertThat(TableLab.handle(handler, ask("DELETE", "?all=true")).status()).isEqualTo(200);
    assertThat(lab.table(NORTH).lease("agent", Duration.ofMinutes(1))).isPresent();
    lab.table(NORTH).release(lab.lease(NORTH));
    TableHandler failing = failing(new SyncException(Kind.UNAVAILABLE, "down"));
    lab.table(NORTH).put("1", "x", "1.00", "1");
    assertThat(TableLab.handle(failing, ask("DELETE", "?all=true")).status()).isEqualTo(503);
    assertThat(lab.table(NORTH).lease("other", Duration.ofMinutes(1))).isPresent();
  }

  // ---- what has not changed

  @Test
  void tagsAreHeededHoweverTheyAreWritten() {
    TableHandler handler = lab.handler().build();
    Ask tables = ask("GET", "north", "/tables");
    Answered first = TableLab.handle(handler, tables);
    String tag = Objects.requireNonNull(first.headers().get("ETag"));
    assertThat(tag).startsWith("W/\"");
    for (String known :
        new String[] {
          tag, tag.substring(2), "\"other\", " + tag, tag + ",\"other\"", "*", " " + tag + " "
        }) {
      Answered same = TableLab.handle(handler, tables.set("If-None-Match", known));
      assertThat(same.status()).as(known).isEqualTo(304);
      assertThat(same.body()).isEmpty();
      assertThat(same.headers()).containsEntry("ETag", tag).doesNotContainKey("Content-Type");
    }
    for (String other : new String[] {"", "x", "W/x", "\"x\"", "\"", "W/\"\"", "\"%zz\""}) {
      assertThat(TableLab.handle(handler, tables.set("If-None-Match", other)).status())
          .as(other)
          .isEqualTo(200);
    }
    TableLab.handle(handler, write(puts(lab.lease(NORTH), row("1", "x", "1.00", "1"))));
    Answered changed = TableLab.handle(handler, tables.set("If-None-Match", tag));
    assertThat(changed.status()).isEqualTo(200);
    assertThat(changed.headers().get("ETag")).isNotEqualTo(tag);
  }
}
