package dev.chirograph.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chirograph.memory.MemoryTable;
import dev.chirograph.memory.MemoryTenants;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnRules;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.ColumnType.Kind;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.TableShape;
import dev.chirograph.spi.table.Tenant;
import dev.chirograph.testkit.ManualClock;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Tables of acme and of rival, one office of whom has a token of its own; and requests to them. */
final class TableLab {

  static final ObjectMapper MAPPER = new ObjectMapper();

  static final TableShape INVOICE =
      new TableShape(
          "invoice",
          List.of(
              new Column("id", new ColumnType(Kind.INTEGER, 0, 19), false),
              new Column("customer", ColumnType.of(Kind.TEXT), true),
              new Column("amount", new ColumnType(Kind.DECIMAL, 2), true),
              new Column("version", new ColumnType(Kind.INTEGER, 0, 19), false)),
          List.of("id"),
          Optional.of("version"));

  /** Rows without versions, whose keys have no ranges. */
  static final TableShape NOTE =
      new TableShape(
          "note",
          List.of(
              new Column("name", ColumnType.of(Kind.TEXT), false),
              new Column("text", ColumnType.of(Kind.TEXT), true)),
          List.of("name"),
          Optional.empty());

  /** Equal rows are counted, and the database dates them. */
  static final TableShape EVENT =
      new TableShape(
          "event",
          List.of(
              new Column("text", ColumnType.of(Kind.TEXT), true),
              new Column("at", new ColumnType(Kind.TIMESTAMP, 6), false, true)),
          List.of(),
          Optional.of("at"));

  static final RowFormat FORMAT = RowFormat.agreed(INVOICE, INVOICE, ColumnRules.standard());
  static final String SALT = "5a17";

  static final Tenant NORTH = new Tenant("acme", "north");
  static final Tenant SOUTH = new Tenant("acme", "south");
  static final Tenant RIVAL = new Tenant("rival", "north");

  static final String ACME_TOKEN = "acme-token-0123456789-0123456789";
  static final String OFFICE_TOKEN = "office-token-0123456789-01234567";
  static final String RIVAL_TOKEN = "rival-token-0123456789-012345678";

  static final Row ONE = row("1", "a customer", "1.00", "1");
  static final Row TWO = row("2", "another", "2.00", "2");

  final ManualClock clock = ManualClock.create();
  final MemoryTenants tenants = MemoryTenants.of(List.of(INVOICE, NOTE, EVENT), clock);
  final TableAccess access =
      BearerTokens.of(
          Map.of(
              BearerTokens.hash(ACME_TOKEN), TableCaller.of("acme"),
              BearerTokens.hash(OFFICE_TOKEN), TableCaller.of("acme", Set.of("north")),
              BearerTokens.hash(RIVAL_TOKEN), TableCaller.of("rival")));

  TableLab() {
    List.of(NORTH, SOUTH, RIVAL).forEach(tenants::register);
    table(RIVAL).put("1", "rival's secret", "9.00", "1");
  }

  TableHandler.Builder handler() {
    return TableHandler.builder(tenants, access).random(new SplittableRandom(1));
  }

  MemoryTable table(Tenant tenant) {
    return tenants.database(tenant).table("invoice");
  }

  /** All that can be known of all tables; equal when nothing has changed. */
  String state() {
    StringBuilder state = new StringBuilder();
    for (String customer : List.of("acme", "rival", "north", "ACME")) {
      for (String database : tenants.databases(customer)) {
        MemoryTable table = table(new Tenant(customer, database));
        state.append(customer).append('/').append(database).append(' ');
        state.append(table.all()).append(table.cursor()).append('\n');
      }
    }
    return state.toString();
  }

  long lease(Tenant tenant) {
    return table(tenant).lease("agent", Duration.ofMinutes(10)).orElseThrow();
  }

  static Row row(@Nullable String... cells) {
    List<@Nullable String> all = new ArrayList<>(Arrays.asList(cells));
    return new Row(FORMAT.key(all), FORMAT.mark(all), all);
  }

  static RowVersion version(Row row) {
    return new RowVersion(row.key(), row.mark(), FORMAT.hash(SALT, row.cells()), row.count());
  }

  // ---- requests

  /** A request of acme that can be changed before it is made. */
  static final class Ask {
    final String method;
    String path;
    String query = "";
    byte[] body = new byte[0];
    final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    Ask(String method, String path) {
      this.method = method;
      int question = path.indexOf('?');
      this.path = question < 0 ? path : path.substring(0, question);
      this.query = question < 0 ? "" : path.substring(question + 1);
      token(ACME_TOKEN);
    }

    Ask token(String token) {
      return set("Authorization", "Bearer " + token);
    }

    Ask set(String header, String... values) {
      headers.put(header, List.of(values));
      return this;
    }

    Ask remove(String header) {
      headers.remove(header);
      return this;
    }

    Ask json(String text) {
      body = text.getBytes(UTF_8);
      return set("Content-Type", "application/json");
    }

    Ask json(TableRequests.Body message) {
      body =
          Lab.bytes(
              out -> {
                try (JsonGenerator json = Json.writer(out)) {
                  message.write(json);
                }
              });
      return set("Content-Type", "application/json");
    }

    Ask lines(byte[] bytes) {
      body = bytes;
      return set("Content-Type", "application/x-ndjson");
    }

    Ask zipped() {
      body = Lab.zipped(body);
      return set("Content-Encoding", "gzip");
    }

    HttpCall call() {
      return call(new ByteArrayInputStream(body));
    }

    HttpCall call(InputStream stream) {
      return HttpCall.builder(method, "/api", path)
          .query(query)
          .headers(headers)
          .body(stream)
          .build();
    }
  }

  /** A request about a database of acme. */
  static Ask ask(String method, String database, String place) {
    return new Ask(method, "/v1/customers/acme/databases/" + database + place);
  }

  /** A request about the invoices of the northern office. */
  static Ask ask(String method, String place) {
    return ask(method, "north", "/tables/invoice" + place);
  }

  static byte[] lines(Write write) {
    return Lab.bytes(
        out -> {
          for (int i = 0; i < RowStream.lines(write); i++) {
            RowStream.line(write, i, out);
          }
        });
  }

  static Ask write(Write write) {
    return ask("POST", "").lines(lines(write));
  }

  static Write puts(long fence, Row... rows) {
    return new Write(fence, FORMAT, SALT, List.of(rows), List.of(), Optional.empty());
  }

  static String text(Ask ask) {
    return new String(ask.body, UTF_8);
  }

  /** A request in whose body a text is replaced by what stands behind a bar, ' meaning ". */
  static Ask spoilt(Ask ask, String change) {
    int bar = change.indexOf('|');
    String from = change.substring(0, bar).replace('\'', '"');
    String to = change.substring(bar + 1).replace('\'', '"');
    String text = text(ask);
    assertThat(text).contains(from);
    int at = text.indexOf(from);
    ask.body = (text.substring(0, at) + to + text.substring(at + from.length())).getBytes(UTF_8);
    return ask;
  }

  // ---- answers

  /** What a handler answered. */
  record Answered(int status, Map<String, String> headers, byte[] body) {
    String text() {
      try {
        boolean zipped = "gzip".equals(headers.get("Content-Encoding"));
        InputStream in = new ByteArrayInputStream(body);
        return new String((zipped ? Gzip.in(in) : in).readAllBytes(), UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    JsonNode json() {
      try {
        return MAPPER.readTree(text());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    String reason() {
      return json().get("type").asText().replace("urn:chirograph:problem:", "");
    }
  }

  static Answered handle(TableHandler handler, Ask ask) {
    return handle(handler, ask.call());
  }

  static Answered handle(TableHandler handler, HttpCall call) {
    try (HttpReply reply = handler.handle(call)) {
      return new Answered(reply.status(), reply.headers(), Lab.bytes(reply::writeTo));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Refused for this reason, counted, and nothing has changed. */
  Answered assertRefused(TableHandler by, HttpCall call, int status, Refusal refusal) {
    String before = state();
    Map<Refusal, Long> counted = new EnumMap<>(by.refusals());
    Answered answered = handle(by, call);
    assertThat(answered.status()).as(answered.text()).isEqualTo(status);
    assertThat(answered.headers()).containsEntry("Content-Type", "application/problem+json");
    assertThat(answered.reason()).isEqualTo(Words.word(refusal));
    assertThat(state()).isEqualTo(before);
    counted.merge(refusal, 1L, Long::sum);
    assertThat(by.refusals()).isEqualTo(counted);
    return answered;
  }

  Answered assertRefused(TableHandler by, Ask ask, int status, Refusal refusal) {
    return assertRefused(by, ask.call(), status, refusal);
  }
}
