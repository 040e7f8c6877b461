package dev.chirograph.http;

import static dev.chirograph.http.CannedReplica.LIMITS;
import static dev.chirograph.http.CannedReplica.replica;
import static dev.chirograph.http.CannedReplica.server;
import static dev.chirograph.http.CannedReplica.status;
import static dev.chirograph.http.CannedReplica.table;
import static dev.chirograph.http.TableLab.FORMAT;
import static dev.chirograph.http.TableLab.NORTH;
import static dev.chirograph.http.TableLab.SALT;
import static dev.chirograph.http.TableLab.puts;
import static dev.chirograph.http.TableLab.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a database over HTTP is made, and what of it is never sent. */
@Timeout(60)
class HttpReplicaTest {

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

  // ---- what is not sent

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
