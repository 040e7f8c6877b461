package dev.chirograph.servlet;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.http.HttpEndpoint;
import dev.chirograph.http.HttpReplica;
import dev.chirograph.memory.MemoryTable;
import dev.chirograph.memory.MemoryTenants;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnRules;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.ReplicaDatabase.State;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.ReplicaTenants;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.TableShape;
import dev.chirograph.spi.table.Tenant;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tables over a network that fails, and what goes over it, whatever the server. */
@Timeout(120)
abstract class TableNetworkOverHttp {

  private static final TableShape SHAPE =
      new TableShape(
          "invoice",
          List.of(
              new Column("id", new ColumnType(ColumnType.Kind.INTEGER, 0, 19), false),
              new Column("customer", ColumnType.of(ColumnType.Kind.TEXT), true),
              new Column("version", new ColumnType(ColumnType.Kind.INTEGER, 0, 19), false)),
          List.of("id"),
          Optional.of("version"));
  private static final RowFormat FORMAT = RowFormat.agreed(SHAPE, SHAPE, ColumnRules.standard());
  private static final Tenant TENANT = new Tenant("acme", "north");

  private final MemoryTenants tenants = MemoryTenants.of(List.of(SHAPE), InstantSource.system());
  private final List<Server> servers = new ArrayList<>();
  private final Wire wire = new Wire();
  private final HttpReplica replica = open();

  abstract Server server(HttpEndpoint endpoint);

  @BeforeEach
  void start() {
    Server server = server(TableDeployment.handler(tenants).build());
    servers.add(server);
    wire.leadTo(server.port());
    tenants.register(TENANT);
  }

  @AfterEach
  void close() {
    wire.close();
    servers.forEach(Server::close);
  }

  private HttpReplica open() {
    return HttpReplica.builder(URI.create(wire.base()), TENANT)
        .token(TableDeployment.token("acme"))
        .timeout(Duration.ofSeconds(20))
        .build();
  }

  private MemoryTable stored() {
    return tenants.database(TENANT).table("invoice");
  }

  private static Row row(int id, String customer) {
    List<String> cells = List.of("" + id, customer, "" + id);
    return new Row(FORMAT.key(cells), FORMAT.mark(cells), cells);
  }

  private static List<Row> rows(int number, String customer) {
    return IntStream.rangeClosed(1, number).mapToObj(i -> row(i, customer)).toList();
  }

  private static Write write(long fence, List<Row> rows) {
    Row last = rows.get(rows.size() - 1);
    Cursor cursor = new Cursor(last.mark(), Optional.of(last.key()), "office");
    return new Write(fence, FORMAT, "salt", rows, List.of(), Optional.of(cursor));
  }

  // ---- connections that break

  @Test
  void TAB_8_TAB_10_aWriteWhoseAnswerWasLostIsMadeAgain() {
    ReplicaTable table = replica.table("invoice");
    long fence = table.lease("agent", Duration.ofMinutes(1)).orElseThrow();
    Write write = write(fence, rows(500, "x"));
    wire.heal(); // new connections from now on
    wire.breakAfter(0);
    assertThatThrownBy(() -> table.write(write))
        .isInstanceOfSatisfying(
            SyncException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE);
              assertThat(e.mayRetry()).isTrue();
            });
    assertThat(stored().size()).isEqualTo(500); // it was carried out
    List<Row> before = stored().all();
    wire.breakAfter(Long.MAX_VALUE);
    wire.heal();
    table.write(write);
    assertThat(stored().all()).isEqualTo(before);
    assertThat(table.cursor()).isEqualTo(write.cursor());
  }

  @Test
  void TAB_8_aWriteThatWasCutOnItsWayWritesNothing() throws IOException {
    ReplicaTable table = replica.table("invoice");
    long fence = table.lease("agent", Duration.ofMinutes(1)).orElseThrow();
    table.write(write(fence, rows(50, "x")));
    byte[] heard = wire.heard();
    String all = new String(heard, ISO_8859_1);
    int post = all.lastIndexOf("POST ");
    byte[] request = all.substring(post).getBytes(ISO_8859_1);
    List<Row> before = stored().all();
    stored().release(fence);
    long next = stored().lease("agent", Duration.ofMinutes(1)).orElseThrow();
    assertThat(next).isNotEqualTo(fence);
    int head = all.substring(post).indexOf("\r\n\r\n") + 4;
    for (int length = head; length < request.length; length += 97) {
      send(request, length);
    }
    assertThat(stored().all()).isEqualTo(before);
    assertThat(table.info().rows()).isEqualTo(50); // and the server is there
  }

  private void send(byte[] request, int length) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), servers.get(0).port())) {
      OutputStream out = socket.getOutputStream();
      out.write(request, 0, length);
      out.flush();
      socket.shutdownOutput();
      socket.getInputStream().readAllBytes();
    } catch (IOException e) {
      // the server has cut it
    }
  }

  @Test
  void aServerThatIsGoneIsUnavailableUntilItIsThereAgain() {
    ReplicaTable table = replica.table("invoice");
    wire.cut();
    assertThatThrownBy(table::info)
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE));
    wire.heal();
    assertThat(table.info().rows()).isZero();
  }

  // ---- refused in the middle

  @Test
  void aRowThatIsRefusedInTheMiddleOfALargeWriteIsNoBrokenConnection() {
    ReplicaTable table = replica.table("invoice");
    long fence = table.lease("agent", Duration.ofMinutes(1)).orElseThrow();
    Server stricter = server(TableDeployment.handler(tenants).rowLimit(1_000).build());
    servers.add(stricter);
    wire.leadTo(stricter.port());
    wire.heal();
    List<Row> rows = new ArrayList<>(rows(9_000, "x".repeat(500)));
    rows.set(3, row(4, "x".repeat(1_001)));
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> table.write(write(fence, rows)))
          .isInstanceOfSatisfying(
              SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.TOO_LARGE));
      assertThat(table.info().rows()).isZero();
    }
  }

  /** An answer that comes before the request was sent is heard all the same. */
  @Test
  void whyALargeWriteWasRefusedBeforeItWasReadIsTold() {
    ReplicaTable table = replica.table("invoice");
    long fence = table.lease("agent", Duration.ofMinutes(1)).orElseThrow();
    Random random = new Random(7);
    List<Row> rows =
        IntStream.rangeClosed(1, 9_000).mapToObj(i -> row(i, noise(random, 1_500))).toList();
    for (SyncException why :
        List.of(
            new SyncException(Kind.NOT_FOUND, "no such table"),
            new SyncException(Kind.UNEXPECTED, "a fault"),
            SyncException.later(Kind.RATE_LIMITED, "later", Duration.ofSeconds(17)))) {
      Server failing = server(TableDeployment.handler(withoutTables(why)).build());
      servers.add(failing);
      wire.leadTo(failing.port());
      wire.heal();
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> table.write(write(fence, rows)))
            .isInstanceOfSatisfying(
                SyncException.class,
                e -> {
                  assertThat(e.kind()).as("%s", e).isEqualTo(why.kind());
                  assertThat(e.retryAfter()).isEqualTo(why.retryAfter());
                });
      }
    }
    wire.leadTo(servers.get(0).port());
    wire.heal();
    table.write(write(fence, rows));
    assertThat(stored().size()).isEqualTo(9_000);
  }

  private static ReplicaTenants withoutTables(SyncException why) {
    return new ReplicaTenants() {
      @Override
      public void register(Tenant tenant) {}

      @Override
      public List<String> databases(String customer) {
        return List.of();
      }

      @Override
      public ReplicaDatabase database(Tenant tenant) {
        return new ReplicaDatabase() {
          @Override
          public Optional<State> state(Optional<String> known) {
            throw why;
          }

          @Override
          public ReplicaTable table(String name) {
            throw why;
          }
        };
      }
    };
  }

  private static String noise(Random random, int length) {
    return random.ints(length, ' ', 0x7f).mapToObj(Character::toString).collect(joining());
  }

  @Test
  void L9_aWriteThatIsLargerThanTheServerTakesByNowIsTooLarge() {
    ReplicaTable table = replica.table("invoice");
    long fence = table.lease("agent", Duration.ofMinutes(1)).orElseThrow();
    Server smaller = server(TableDeployment.handler(tenants).writeLimit(100, 1_000_000).build());
    servers.add(smaller);
    wire.leadTo(smaller.port());
    wire.heal();
    assertThatThrownBy(() -> table.write(write(fence, rows(5_000, "x".repeat(100)))))
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.TOO_LARGE));
    table.write(write(fence, rows(100, "x")));
    assertThat(stored().size()).isEqualTo(100);
  }

  @Test
  void aLargeRowTravels() {
    ReplicaTable table = replica.table("invoice");
    long fence = table.lease("agent", Duration.ofMinutes(1)).orElseThrow();
    Row large = row(1, "ab".repeat(10 << 20));
    table.write(write(fence, List.of(large)));
    assertThat(table.rows(FORMAT, List.of(large.key()), Long.MAX_VALUE))
        .containsExactly(Optional.of(large));
  }

  // ---- what it costs

  @Test
  void aPollInWhichNothingHasChangedIsOneRequestOfLessThanOneKilobyte() {
    State state = replica.state(Optional.empty()).orElseThrow();
    int before = wire.heard().length;
    assertThat(replica.state(Optional.of(state.tag()))).isEmpty();
    byte[] heard = wire.heard();
    String request = new String(heard, before, heard.length - before, ISO_8859_1);
    assertThat(request).startsWith("GET ").containsOnlyOnce("HTTP/1.1\r\n");
    assertThat(request.length()).isLessThan(1_024);
  }

  @Test
  void aBatchIsOneRequestAndCompressed() {
    ReplicaTable table = replica.table("invoice");
    long fence = table.lease("agent", Duration.ofMinutes(1)).orElseThrow();
    int before = wire.heard().length;
    table.write(write(fence, rows(1_000, "a customer whose name comes again and again")));
    byte[] heard = wire.heard();
    String request = new String(heard, before, heard.length - before, ISO_8859_1);
    assertThat(request.split(" HTTP/1.1\r\n", -1)).hasSize(2);
    assertThat(request).contains("Content-Encoding: gzip\r\n");
    assertThat(request.length()).isLessThan(20_000);
  }

  // ---- addresses that a server might make something else of

  @Test
  void TAB_11_noDisguiseOfAnAddressLeadsToSomebodyElse() throws IOException {
    Tenant rival = new Tenant("acme2", "north");
    tenants.register(rival);
    tenants.database(rival).table("invoice").put("1", "secret", "1");
    for (String path :
        List.of(
            "acme2/databases/north",
            "acme/../acme2/databases/north",
            "acme/%2e%2e/acme2/databases/north",
            "acme/..;/acme2/databases/north",
            "acme%2f..%2facme2/databases/north",
            "/acme2/databases/north",
            "./acme2/databases/north",
            "%61cme2/databases/north",
            "acme2;x/databases/north",
            "acme/databases/../../acme2/databases/north",
            "acme\\..\\acme2/databases/north",
            "ACME2/databases/north",
            "acme2%00/databases/north",
            "acme%c0%ae2/databases/north")) {
      for (String method : List.of("GET", "DELETE")) {
        String target =
            "/app/sync/v1/customers/"
                + path
                + "/tables/invoice?"
                + (method.equals("GET") ? "" : "all=true");
        String answer = raw(method + " " + target + " HTTP/1.1");
        assertThat(answer)
            .as(target)
            .matches("(?s)HTTP/1.1 (4\\d\\d|301|302) .*")
            .doesNotContain("secret");
      }
    }
    assertThat(tenants.database(rival).table("invoice").size()).isOne();
  }

  private String raw(String line) throws IOException {
    String request =
        line
            + "\r\nHost: localhost\r\nAuthorization: Bearer "
            + TableDeployment.token("acme")
            + "\r\nConnection: close\r\n\r\n";
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), servers.get(0).port())) {
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      socket.getOutputStream().flush();
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      socket.getInputStream().transferTo(answer);
      return answer.toString(ISO_8859_1);
    }
  }
}
