package dev.chirograph.http;

import static dev.chirograph.http.TableLab.EVENT;
import static dev.chirograph.http.TableLab.FORMAT;
import static dev.chirograph.http.TableLab.NORTH;
import static dev.chirograph.http.TableLab.ONE;
import static dev.chirograph.http.TableLab.SALT;
import static dev.chirograph.http.TableLab.TWO;
import static dev.chirograph.http.TableLab.ask;
import static dev.chirograph.http.TableLab.lines;
import static dev.chirograph.http.TableLab.puts;
import static dev.chirograph.http.TableLab.spoilt;
import static dev.chirograph.http.TableLab.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Pacing;
import dev.chirograph.http.TableLab.Ask;
import dev.chirograph.spi.table.ColumnRules;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are small, slow or break off cost little, and hold nothing up. */
class TableRequestCostTest {

  private final TableLab lab = new TableLab();
  private final TableHandler handler = lab.handler().build();

  @Test
  void L9_nothingOfABodyIsReadBeforeItIsKnownWhoseItIs() {
    Ask write = write(puts(1, ONE)).remove("Authorization");
    lab.assertRefused(handler, write.call(Lab.UNREADABLE), 401, Refusal.UNKNOWN_CALLER);
    Ask other = write(puts(1, ONE)).token(TableLab.RIVAL_TOKEN);
    lab.assertRefused(handler, other.call(Lab.UNREADABLE), 404, Refusal.UNKNOWN_DATABASE);
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

  @Test
  void L9_aBodyOfEmptyPiecesIsNoGzip() {
    byte[] empty = Lab.zipped(new byte[0]);
    byte[] pieces = new byte[empty.length * 500_000];
    for (int i = 0; i < pieces.length; i++) {
      pieces[i] = empty[i % empty.length];
    }
    for (Ask ask : List.of(ask("POST", "/find").json(""), write(puts(1, ONE)))) {
      ask.body = pieces;
      ask.set("Content-Encoding", "gzip");
      lab.assertRefused(handler, ask, 400, Refusal.MALFORMED);
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
}
