package dev.chirograph.http;

import static dev.chirograph.http.TableLab.EVENT;
import static dev.chirograph.http.TableLab.FORMAT;
import static dev.chirograph.http.TableLab.NORTH;
import static dev.chirograph.http.TableLab.RIVAL_TOKEN;
import static dev.chirograph.http.TableLab.SALT;
import static dev.chirograph.http.TableLab.ask;
import static dev.chirograph.http.TableLab.puts;
import static dev.chirograph.http.TableLab.row;
import static dev.chirograph.http.TableLab.version;
import static dev.chirograph.http.TableLab.write;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chirograph.SyncException;
import dev.chirograph.http.TableLab.Answered;
import dev.chirograph.http.TableLab.Ask;
import dev.chirograph.http.TableRequests.Body;
import dev.chirograph.http.TableRequests.Deletes;
import dev.chirograph.memory.MemoryTable;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The handler does what its OpenAPI file says, all of it and nothing else. */
class TableOpenApiTest {

  private static final List<String> WITH_BODY =
      List.of("digest", "manifest", "find", "rows", "split", "lease");

  private final OpenApi file = new OpenApi();
  private final TableLab lab = new TableLab();
  private final TableHandler handler = lab.handler().lookLimit(4, 3).build();

  private Answered checked(TableHandler by, Ask ask) {
    Answered answered = TableLab.handle(by, ask);
    file.check(ask, answered);
    return answered;
  }

  private void expect(int status, Ask ask) {
    expect(handler, status, ask);
  }

  private void expect(TableHandler by, int status, Ask ask) {
    Answered answered = checked(by, ask);
    assertThat(answered.status())
        .as("%s %s: %s", ask.method, ask.path, answered.text())
        .isEqualTo(status);
  }

  @Test
  void theAddressesOfTheFileAreThoseOfTheHandler() {
    Set<String> routes =
        Arrays.stream(TableRoute.values())
            .map(route -> route.method() + " " + route.template())
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(file.operations()).isEqualTo(routes);
  }

  // ---- requests, one for each operation, that succeed

  private static Ask message(String name) {
    Body body = Objects.requireNonNull(TableSamples.requests().get(name));
    return ask(name.equals("lease") ? "PUT" : "POST", "/" + name).json(body);
  }

  /** In an order in which all of them succeed. */
  private Map<String, Supplier<Ask>> good() {
    Map<String, Supplier<Ask>> all = new LinkedHashMap<>();
    all.put("health", () -> new Ask("GET", "/v1/health"));
    all.put("databases", () -> new Ask("GET", "/v1/customers/acme/databases"));
    all.put("register", () -> ask("PUT", "north", ""));
    all.put("tables", () -> ask("GET", "north", "/tables"));
    all.put("about", () -> ask("GET", ""));
    all.put("list", () -> ask("GET", "/manifest?after=0&through=9&horizon=9&salt=x&limit=1&key=0"));
    WITH_BODY.forEach(name -> all.put(name, () -> free(message(name))));
    all.put("write", () -> write(everything(fence())));
    all.put("release", () -> ask("DELETE", "/lease?fence=" + fence()));
    all.put("delete", () -> free(ask("DELETE", "").json(deletes())));
    all.put("clear", () -> free(ask("DELETE", "?after=5&through=100")));
    all.put("clear-fenced", () -> ask("DELETE", "?after=5&fence=" + fence()));
    all.put("clear-all", () -> free(ask("DELETE", "?all=true")));
    return all;
  }

  /** Whoever had a lease has it no more. */
  private long fence() {
    lab.clock.advance(Duration.ofHours(2));
    return lab.lease(NORTH);
  }

  private Ask free(Ask ask) {
    lab.table(NORTH).release(fence());
    return ask;
  }

  private static Body deletes() {
    return new Deletes(Optional.empty(), FORMAT, SALT, List.of(version(row("1", "a", "1", "1"))));
  }

  private static Write everything(long fence) {
    return new Write(
        fence,
        FORMAT,
        SALT,
        List.of(row("1", "a", "1.00", "1"), row("2", null, null, "2"), row("3", "c", "3.00", "9")),
        List.of(version(row("8", "a", "1", "1")), version(row("9", "a", "1", "1"))),
        Optional.of(TableSamples.CURSOR));
  }

  @Test
  void everyOperationStatusAndMemberOfTheFileComesFromTheHandlerAndTheOtherWayRound() {
    expect(204, ask("PUT", "north", ""));
    expect(200, write(everything(fence())));
    good()
        .forEach(
            (name, request) ->
                expect(
                    name.equals("register") || name.equals("release") ? 204 : 200, request.get()));
    outcomes();
    countedRows();
    unchanged();
    strangersAndOthers();
    malformed();
    conflicts();
    tooLarge();
    otherTypes();
    tooMany();
    unsupported();
    assertThat(file.seen).containsAll(file.statuses());
    assertThat(file.told).containsAll(file.membersOfAnswers());
  }

  /** Each that there is, whatever the table. */
  private void outcomes() {
    long fence = fence();
    expect(200, write(puts(fence, row("1", "a", "1.00", "1"), row("2", "b", "1.00", "2"))));
    expect(
        200,
        write(
            new Write(
                fence,
                FORMAT,
                SALT,
                List.of(),
                List.of(version(row("1", "a", "1.00", "1")), version(row("2", "x", "1.00", "2"))),
                Optional.empty())));
    lab.table(NORTH).release(fence);
    TableHandler refusing =
        TableHandler.builder(
                new FailingTenants(lab.tenants).outcome(TableSamples.rejected()), lab.access)
            .build();
    expect(refusing, 200, ask("DELETE", "").json(deletes()));
  }

  /** Two of them, of which a source that has fewer digits of seconds asks. */
  private void countedRows() {
    MemoryTable event = lab.tenants.database(NORTH).table("event");
    event.put("x", "2026-01-01 00:00:00.123456");
    event.put("x", "2026-01-01 00:00:00.123456");
    RowFormat coarse =
        new RowFormat(
            List.of(
                EVENT.columns().get(0),
                new Column("at", new ColumnType(ColumnType.Kind.TIMESTAMP, 3), false)),
            List.of(),
            Optional.of("at"),
            Set.of());
    RowKey key = coarse.key(List.of("x", "2026-01-01 00:00:00.123"));
    Body rows = new TableRequests.Rows(coarse, List.of(key), 1_000);
    expect(200, ask("POST", "north", "/tables/event/rows").json(rows));
    expect(200, ask("GET", "north", "/tables/event"));
  }

  private void unchanged() {
    String tag =
        Objects.requireNonNull(
            checked(handler, ask("GET", "north", "/tables")).headers().get("ETag"));
    expect(304, ask("GET", "north", "/tables").set("If-None-Match", tag));
  }

  private void strangersAndOthers() {
    good()
        .forEach(
            (name, request) -> {
              if (!name.equals("health")) {
                expect(401, request.get().remove("Authorization"));
                expect(404, request.get().token(RIVAL_TOKEN));
              }
            });
  }

  private void malformed() {
    expect(400, ask("GET", "?fields=secrets"));
    expect(400, ask("GET", "/manifest?after=x"));
    WITH_BODY.forEach(name -> expect(400, message(name).json("{")));
    expect(400, write(puts(1)).lines(new byte[] {'{'}));
    expect(400, ask("DELETE", "/lease"));
    expect(400, ask("DELETE", "?all=no"));
  }

  private void conflicts() {
    long fence = fence();
    expect(409, message("lease"));
    expect(409, write(puts(fence + 1)));
    expect(409, ask("DELETE", "?all=true"));
    lab.table(NORTH).release(fence);
  }

  private void tooLarge() {
    TableHandler small = lab.handler().writeLimit(1, 100).lookLimit(1, 1).build();
    expect(small, 413, message("digest"));
    expect(small, 413, message("find"));
    expect(small, 413, message("rows"));
    expect(small, 413, ask("POST", "/manifest").json(TableSamples.requests().get("digest")));
    expect(small, 413, write(everything(1)));
    expect(small, 413, ask("DELETE", "").json(TableSamples.requests().get("delete-unfenced")));
  }

  private void otherTypes() {
    WITH_BODY.forEach(name -> expect(415, message(name).set("Content-Type", "text/plain")));
    expect(415, write(puts(1)).set("Content-Type", "application/json"));
    expect(415, ask("DELETE", ""));
  }

  /** While the one request that is allowed is still being answered. */
  private void tooMany() {
    TableHandler busy = lab.handler().atOnce(1, 1).build();
    try (HttpReply held = busy.handle(ask("GET", "north", "/tables").call())) {
      assertThat(held.status()).isEqualTo(200);
      good()
          .forEach(
              (name, request) -> {
                if (!name.equals("health")) {
                  expect(busy, 429, request.get());
                }
              });
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void unsupported() {
    expect(501, ask("GET", "north", "/tables/note/manifest?after=1"));
    expect(501, ask("DELETE", "north", "/tables/note?after=1"));
  }

  // ---- whatever the operation

  @Test
  void troubleIsToldAsDescribed() {
    for (SyncException.Kind kind : SyncException.Kind.values()) {
      TableHandler failing =
          TableHandler.builder(
                  new FailingTenants(lab.tenants).failure(new SyncException(kind, "secret")),
                  lab.access)
              .build();
      checked(failing, message("digest"));
      checked(failing, write(puts(1)));
    }
    expect(431, ask("GET", "").set("X", "x".repeat(20_000)));
  }

  // ---- members

  @Test
  void whatIsRequiredIsRequiredAndWhatIsNotIsNot() throws IOException {
    for (String name : WITH_BODY) {
      String operation =
          (name.equals("lease") ? "PUT " : "POST ") + TableRoute.ABOUT.template() + "/" + name;
      JsonNode whole = TableLab.MAPPER.readTree(message(name).body);
      for (ObjectNode without : withoutOneMember(whole)) {
        boolean valid = file.errorsOfRequest(operation, without).isEmpty();
        Ask request =
            ask(name.equals("lease") ? "PUT" : "POST", "/" + name).json(without.toString());
        Answered answered = TableLab.handle(handler, free(request));
        assertThat(answered.status())
            .as("%s %s: %s", name, without, answered.text())
            .isEqualTo(valid ? 200 : 400);
      }
    }
  }

  /** The document as often as it has members of objects, each time without one of them. */
  private static List<ObjectNode> withoutOneMember(JsonNode whole) {
    List<ObjectNode> all = new ArrayList<>();
    List<String> pointers = new ArrayList<>();
    collect(whole, "", pointers);
    for (String pointer : pointers) {
      ObjectNode copy = whole.deepCopy();
      int last = pointer.lastIndexOf('/');
      ((ObjectNode) copy.at(pointer.substring(0, last))).remove(pointer.substring(last + 1));
      all.add(copy);
    }
    return all;
  }

  private static void collect(JsonNode node, String at, List<String> pointers) {
    if (node.isObject()) {
      node.properties()
          .forEach(
              member -> {
                pointers.add(at + "/" + member.getKey());
                collect(member.getValue(), at + "/" + member.getKey(), pointers);
              });
    }
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      collect(node.get(i), at + "/" + i, pointers);
    }
  }
}
