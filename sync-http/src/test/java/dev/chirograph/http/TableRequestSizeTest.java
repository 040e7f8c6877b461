package dev.chirograph.http;

import static dev.chirograph.http.TableLab.FORMAT;
import static dev.chirograph.http.TableLab.NORTH;
import static dev.chirograph.http.TableLab.ONE;
import static dev.chirograph.http.TableLab.SALT;
import static dev.chirograph.http.TableLab.TWO;
import static dev.chirograph.http.TableLab.ask;
import static dev.chirograph.http.TableLab.puts;
import static dev.chirograph.http.TableLab.row;
import static dev.chirograph.http.TableLab.text;
import static dev.chirograph.http.TableLab.write;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.SyncException;
import dev.chirograph.http.TableLab.Answered;
import dev.chirograph.http.TableLab.Ask;
import dev.chirograph.http.TableRequests.Find;
import dev.chirograph.http.TableRequests.Rows;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import java.io.ByteArrayInputStream;
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

/** Requests that are too large or endless are not read to their end, and change nothing. */
class TableRequestSizeTest {

  private final TableLab lab = new TableLab();
  private final TableHandler handler = lab.handler().build();

  private TableHandler small() {
    return lab.handler().writeLimit(10, 1_000).rowLimit(2_000).bodyLimit(5_000).build();
  }

  /** The line before so many rows. */
  private static String head(long fence, int puts) {
    String one = text(write(puts(fence, ONE))).split("\n")[0] + "\n";
    return one.replace("\"puts\":1", "\"puts\":" + puts);
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
    String head = head(fence, 10);
    for (String again :
        List.of(
            "[\"1\",\"" + "x".repeat(100) + "\",null,\"1\"]\n", "[\"1\",\"" + "x".repeat(5_000))) {
      Endless rows = new Endless(again);
      InputStream body =
          new SequenceInputStream(new ByteArrayInputStream(head.getBytes(UTF_8)), rows);
      Ask ask = ask("POST", "").lines(new byte[0]);
      lab.assertRefused(small, ask.call(body), 413, Refusal.TOO_LARGE);
      assertThat(rows.read).isLessThan(40_000);
    }
  }

  @Test
  void L9_moreRowsThanAllowedAreRefusedByTheirNumberAlone() {
    String head = head(lab.lease(NORTH), 11);
    // A reader takes a buffer ahead; beyond that nothing is asked for.
    Endless rows = new Endless(" ");
    InputStream body =
        new SequenceInputStream(new ByteArrayInputStream(head.getBytes(UTF_8)), rows);
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
    String head = head(lab.lease(NORTH), 1);
    Ask write =
        ask("POST", "").lines((head + "[\"" + "x".repeat(20_000_000)).getBytes(UTF_8)).zipped();
    lab.assertRefused(small, write, 413, Refusal.TOO_LARGE);
    Ask spaces = ask("POST", "/find").json(" ".repeat(50_000_000)).zipped();
    lab.assertRefused(lab.handler().bodyLimit(100_000).build(), spaces, 413, Refusal.TOO_LARGE);
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
            () -> lab.handler().bodyTime(Duration.ofNanos(999_999)),
            () -> lab.handler().atOnce(0, 1),
            () -> lab.handler().atOnce(1, 0))) {
      assertThatThrownBy(wrong::run).isInstanceOf(SyncException.class);
    }
  }
}
