package dev.chirograph.http;

import static dev.chirograph.http.TableLab.ACME_TOKEN;
import static dev.chirograph.http.TableLab.FORMAT;
import static dev.chirograph.http.TableLab.NORTH;
import static dev.chirograph.http.TableLab.OFFICE_TOKEN;
import static dev.chirograph.http.TableLab.RIVAL;
import static dev.chirograph.http.TableLab.RIVAL_TOKEN;
import static dev.chirograph.http.TableLab.SALT;
import static dev.chirograph.http.TableLab.SOUTH;
import static dev.chirograph.http.TableLab.ask;
import static dev.chirograph.http.TableLab.lines;
import static dev.chirograph.http.TableLab.puts;
import static dev.chirograph.http.TableLab.row;
import static dev.chirograph.http.TableLab.version;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.http.TableLab.Answered;
import dev.chirograph.http.TableLab.Ask;
import dev.chirograph.http.TableRequests.Deletes;
import dev.chirograph.http.TableRequests.Rows;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody reads, writes or deletes what is somebody else's, whatever is asked for. */
class TableIsolationTest {

  private static final Row THEIRS = row("1", "rival's secret", "9.00", "1");

  private final TableLab lab = new TableLab();
  private final TableHandler handler = lab.handler().build();
  private String before = "";

  @BeforeEach
  void remember() {
    before = lab.state();
  }

  /** Every request that there is, to some table. */
  private static List<Ask> everything(String tablePath, String databasePath) {
    Body all = new Body(tablePath);
    return List.of(
        new Ask("PUT", databasePath),
        new Ask("GET", databasePath + "/tables"),
        new Ask("GET", tablePath),
        new Ask("GET", tablePath + "/manifest"),
        all.message("POST", "/manifest", "manifest"),
        all.message("POST", "/digest", "digest"),
        all.message("POST", "/find", "find"),
        all.message("POST", "/rows", "rows"),
        all.message("POST", "/split", "split"),
        all.message("PUT", "/lease", "lease"),
        new Ask("DELETE", tablePath + "/lease?fence=1"),
        new Ask("DELETE", tablePath + "?all=true"),
        new Ask("DELETE", tablePath + "?after=0"),
        new Ask("DELETE", tablePath)
            .json(new Deletes(Optional.empty(), FORMAT, SALT, List.of(version(THEIRS)))),
        new Ask("POST", tablePath).lines(lines(puts(1, row("1", "mine now", "0.00", "1")))),
        new Ask("POST", tablePath)
            .lines(
                lines(
                    new Write(
                        1, FORMAT, SALT, List.of(), List.of(version(THEIRS)), Optional.empty()))));
  }

  private record Body(String tablePath) {
    Ask message(String method, String place, String name) {
      return new Ask(method, tablePath + place)
          .json(Objects.requireNonNull(TableSamples.requests().get(name)));
    }
  }

  private static List<Ask> everything(String customer, String database, String table) {
    String path = "/v1/customers/" + customer + "/databases/" + database;
    return everything(path + "/tables/" + table, path);
  }

  private void refusedAlike(List<Ask> asks, int status) {
    for (Ask ask : asks) {
      Answered answered = TableLab.handle(handler, ask);
      assertThat(answered.status())
          .as("%s %s %s: %s", ask.method, ask.path, ask.query, answered.text())
          .isEqualTo(status);
      assertThat(answered.text()).doesNotContain("secret", "9.00");
    }
    assertThat(lab.state()).isEqualTo(before);
    // Nor was a lease taken.
    assertThat(lab.table(RIVAL).lease("rival", Duration.ofMinutes(1))).isPresent();
  }

  // ---- the path

  @Test
  void TAB_11_L10_aTokenOpensNoDatabaseOfAnotherCustomer() {
    refusedAlike(everything("rival", "north", "invoice"), 404);
  }

  @Test
  void TAB_11_L10_aTokenOfOneDatabaseOpensNoOther() {
    List<Ask> asks = everything("acme", "south", "invoice");
    asks.forEach(ask -> ask.token(OFFICE_TOKEN));
    refusedAlike(asks, 404);
    assertThat(lab.table(SOUTH).size()).isZero();
  }

  @Test
  void TAB_11_L10_aDatabaseThatIsNotThereAnswersLikeOneOfSomebodyElse() {
    List<Ask> forbidden = everything("rival", "north", "invoice");
    List<Ask> unknown = everything("rival", "nowhere", "invoice");
    List<Ask> own = everything("acme", "nowhere", "invoice");
    for (int i = 0; i < forbidden.size(); i++) {
      Answered one = TableLab.handle(handler, forbidden.get(i));
      Answered two = TableLab.handle(handler, unknown.get(i));
      assertThat(one.text()).isEqualTo(two.text());
      assertThat(one.headers()).isEqualTo(two.headers());
      if (i > 0) { // the first registers, which acme may
        for (String token : List.of(ACME_TOKEN, OFFICE_TOKEN)) {
          Ask mine = own.get(i).token(token);
          assertThat(TableLab.handle(handler, mine).text()).isEqualTo(one.text());
        }
      }
    }
  }

  @Test
  void TAB_11_aTokenOfOneDatabaseDoesNotLearnOfOthers() {
    Answered listed =
        TableLab.handle(
            handler, new Ask("GET", "/v1/customers/acme/databases").token(OFFICE_TOKEN));
    assertThat(listed.text()).isEqualTo("{\"databases\":[\"north\"]}");
    Answered whole = TableLab.handle(handler, new Ask("GET", "/v1/customers/acme/databases"));
    assertThat(whole.text()).isEqualTo("{\"databases\":[\"north\",\"south\"]}");
    Answered other = TableLab.handle(handler, new Ask("GET", "/v1/customers/rival/databases"));
    assertThat(other.status()).isEqualTo(404);
  }

  static Stream<String> disguises() {
    List<String> names = new ArrayList<>();
    for (String name :
        List.of(
            "rival",
            "%72ival",
            "%72%69%76%61%6c",
            "RIVAL",
            "Rival",
            "rival%20",
            "rival%00",
            "rival/",
            "rival;x=1",
            "rival.",
            ".",
            "..",
            "acme/../rival",
            "acme/..%2frival",
            "acme%2f..%2frival",
            "acme%2F%2E%2E%2Frival",
            "%2e%2e/rival",
            "acme/databases/north/../../../rival",
            "acme//rival",
            "/rival",
            "rival\\",
            "..\\rival",
            "%5c..%5crival",
            "%252e%252e%252frival",
            "%c0%ae%c0%ae%c0%afrival",
            "r\u0456val",
            "\uff52ival",
            "rival\u200b",
            "riva\u0142",
            "%EF%BD%92ival",
            "acme%00rival",
            "acme,rival",
            "acme&customer=rival",
            "*",
            "%2A",
            "%",
            "acme'--",
            "acme' OR '1'='1",
            "%27%20or%201=1--",
            "rival\r\nX: y",
            "%0d%0a",
            "")) {
      names.add(name);
    }
    return names.stream();
  }

  @ParameterizedTest
  @MethodSource("disguises")
  void TAB_11_noDisguiseOfACustomerLeadsAnywhere(String customer) {
    refusedAlike(everything(customer, "north", "invoice"), 404);
  }

  @ParameterizedTest
  @MethodSource("disguises")
  void TAB_11_noDisguiseOfADatabaseLeadsAnywhere(String disguise) {
    String database = disguise.replace("rival", "south").replace("RIVAL", "SOUTH");
    List<Ask> asks = everything("acme", database, "invoice");
    asks.forEach(ask -> ask.token(OFFICE_TOKEN));
    refusedAlike(asks, 404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INVOICE",
        "invoice%20",
        "invoice%00",
        "%69nvoice",
        "invoice;x",
        "invoice.",
        "..",
        ".",
        "..%2f..%2f..%2frival",
        "invoice/../../../../rival/databases/north/tables/invoice",
        "invoice%27;drop%20table%20invoice",
        "rival.invoice",
        "public.invoice",
        "chirograph_table",
        "invoice%2e%2e",
        "%2e%2e",
        "%EF%BD%89nvoice",
        "invoice\\",
        "\"invoice\"",
        "%22invoice%22"
      })
  void TAB_11_noDisguiseOfATableLeadsAnywhere(String table) {
    for (Ask ask : everything("acme", "north", table).subList(2, 16)) {
      assertThat(TableLab.handle(handler, ask).status()).as(ask.path).isEqualTo(404);
    }
    assertThat(lab.state()).isEqualTo(before);
  }

  /** Whatever tables there are: what is ambiguous to somebody on the way has no address. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "..",
        ".",
        "a%2Fb",
        "..%2Finvoice",
        "a%5Cb",
        "a%3Bb",
        "%00",
        "a%25b",
        "a%0Ab",
        "",
        "%E2%80%A8a%2Fb",
        "a%2Fb%E2%80%A9",
        "%C2%85%2F..",
        "a%C2%85b" // lines end there
      })
  void TAB_11_anAmbiguousNameReachesNoTable(String name) {
    ReplicaTable any = lab.table(NORTH);
    TableHandler lenient =
        TableHandler.builder(new FailingTenants(lab.tenants).any(any), lab.access).build();
    String path = "/v1/customers/acme/databases/north/tables/";
    assertThat(TableLab.handle(lenient, new Ask("GET", path + "any%20name")).status())
        .isEqualTo(200);
    assertThat(TableLab.handle(lenient, new Ask("GET", path + name)).status()).isEqualTo(404);
  }

  // ---- headers

  @Test
  void TAB_11_noHeaderSaysWhoseItIs() {
    List<String> headers =
        List.of(
            "Host",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "X-Forwarded-User",
            "X-Forwarded-Prefix",
            "Forwarded",
            "X-Original-URL",
            "X-Rewrite-URL",
            "X-HTTP-Method-Override",
            "X-Customer",
            "X-Tenant",
            "X-Customer-Id",
            "Customer",
            "Tenant",
            "Cookie",
            "From",
            "Via",
            "Origin",
            "Proxy-Authorization",
            "X-Authorization",
            "X-Remote-User",
            "Remote-User");
    for (String value :
        List.of(
            "rival",
            RIVAL_TOKEN,
            "Bearer " + RIVAL_TOKEN,
            "/v1/customers/rival/databases/north/tables/invoice")) {
      List<Ask> asks = everything("rival", "north", "invoice");
      asks.forEach(ask -> headers.forEach(header -> ask.set(header, value)));
      refusedAlike(asks, 404);
    }
    Ask own = ask("GET", "?fields=info");
    headers.forEach(header -> own.set(header, "rival"));
    assertThat(TableLab.handle(handler, own).json().at("/info/rows").asInt()).isZero();
  }

  @Test
  void TAB_11_twoProofsAreNone() {
    for (String[] values :
        new String[][] {
          {"Bearer " + ACME_TOKEN, "Bearer " + RIVAL_TOKEN},
          {"Bearer " + RIVAL_TOKEN, "Bearer " + ACME_TOKEN},
          {"Bearer " + ACME_TOKEN + ", Bearer " + RIVAL_TOKEN},
          {"Bearer " + ACME_TOKEN + " " + RIVAL_TOKEN},
          {"Basic YWNtZTphY21l"},
          {"Bearer"},
          {"Bearer "},
          {"Bearer  " + RIVAL_TOKEN},
          {RIVAL_TOKEN},
          {"Bearer " + RIVAL_TOKEN + "="},
          {"Bearer " + RIVAL_TOKEN.substring(1)},
          {"Bearer " + BearerTokens.hash(RIVAL_TOKEN)},
          {""}
        }) {
      List<Ask> asks = everything("rival", "north", "invoice");
      asks.forEach(ask -> ask.set("Authorization", values));
      refusedAlike(asks, 401);
    }
  }

  // ---- bodies and queries

  @Test
  void TAB_11_nothingInABodyOrAQuerySaysWhoseItIs() {
    String head =
        "{\"customer\":\"rival\",\"database\":\"north\",\"tenant\":\"rival/north\","
            + "\"customer_id\":\"rival\",\"path\":\"/v1/customers/rival\",";
    long fence = lab.lease(NORTH);
    String write = new String(lines(puts(fence, row("1", "mine", "1.00", "1"))), UTF_8);
    Ask post = ask("POST", "").lines(write.replaceFirst("\\{", head).getBytes(UTF_8));
    post.query = "customer=rival&database=north&tenant=rival";
    assertThat(TableLab.handle(handler, post).status()).isEqualTo(200);
    assertThat(lab.table(NORTH).size()).isOne();
    assertThat(lab.table(RIVAL).all()).containsExactly(THEIRS);
    Ask rows = ask("POST", "/rows").json(new Rows(FORMAT, List.of(new RowKey("1")), 1_000));
    rows.body = new String(rows.body, UTF_8).replaceFirst("\\{", head).getBytes(UTF_8);
    assertThat(TableLab.handle(handler, rows).text()).contains("mine").doesNotContain("secret");
    Ask all = ask("DELETE", "?all=true&fence=" + fence);
    assertThat(TableLab.handle(handler, all).status()).isEqualTo(200);
    assertThat(lab.table(RIVAL).all()).containsExactly(THEIRS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"customer_id", "database_id", "id\" or 1=1 --", "*", "", "ID", "oid"})
  void TAB_11_noColumnIsNamedThatTheTableDoesNotHave(String column) {
    String name = column.replace("\"", "\\\"");
    for (String request : List.of("digest", "manifest", "find", "rows", "split")) {
      Ask ask =
          ask("POST", "/" + request)
              .json(Objects.requireNonNull(TableSamples.requests().get(request)));
      ask.json(
          new String(ask.body, UTF_8)
              .replace("\"name\":\"customer\"", "\"name\":\"" + name + "\""));
      lab.assertRefused(handler, ask, 400, Refusal.MALFORMED);
    }
    String write = new String(lines(puts(lab.lease(NORTH), row("1", "x", "1.00", "1"))), UTF_8);
    lab.assertRefused(
        handler,
        ask("POST", "")
            .lines(
                write
                    .replace("\"name\":\"customer\"", "\"name\":\"" + name + "\"")
                    .getBytes(UTF_8)),
        400,
        Refusal.MALFORMED);
  }

  @Test
  void TAB_11_aRowIsNotIdentifiedByLessThanTheKeyOfTheTable() {
    for (String key : List.of("[]", "[\"customer\"]", "[\"id\",\"customer\"]")) {
      Ask ask = ask("POST", "/rows").json(new Rows(FORMAT, List.of(new RowKey("1")), 1_000));
      ask.json(new String(ask.body, UTF_8).replace("\"key\":[\"id\"]", "\"key\":" + key));
      lab.assertRefused(handler, ask, 400, Refusal.MALFORMED);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1",
        "rival|north|1",
        "rival\\|north\\|1",
        "1' or '1'='1",
        "1; drop table invoice",
        "%",
        "_",
        "\u0000",
        "1\u200b"
      })
  void TAB_11_noKeyFindsARowOfSomebodyElse(String key) {
    RowKey wanted = new RowKey(key);
    Ask rows = ask("POST", "/rows").json(new Rows(FORMAT, List.of(wanted), 1_000));
    assertThat(TableLab.handle(handler, rows).text()).isEqualTo("{\"rows\":[null]}");
    Ask find = ask("POST", "/find").json(new TableRequests.Find(FORMAT, SALT, List.of(wanted)));
    assertThat(TableLab.handle(handler, find).text()).isEqualTo("{\"rows\":[null]}");
    Ask delete =
        ask("DELETE", "")
            .json(
                new Deletes(
                    Optional.empty(),
                    FORMAT,
                    SALT,
                    List.of(new RowVersion(wanted, THEIRS.mark(), version(THEIRS).hash(), 1))));
    assertThat(TableLab.handle(handler, delete).text())
        .isEqualTo("{\"outcomes\":[{\"result\":\"unchanged\"}]}");
    assertThat(lab.state()).isEqualTo(before);
  }

  @Test
  void TAB_11_aFenceOfOneTenantIsNoneOfAnother() {
    long theirs = lab.lease(RIVAL);
    TableLab.handle(handler, ask("DELETE", "/lease?fence=" + theirs));
    assertThat(lab.table(RIVAL).lease("other", Duration.ofMinutes(1))).isEmpty();
  }
}
