package dev.chirograph.http;

import dev.chirograph.Digest;
import dev.chirograph.Outcome;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.http.TableAnswers.About;
import dev.chirograph.http.TableAnswers.Page;
import dev.chirograph.http.TableClient.Answer;
import dev.chirograph.http.TableRequests.Digests;
import dev.chirograph.http.TableRequests.Find;
import dev.chirograph.http.TableRequests.Lease;
import dev.chirograph.http.TableRequests.Manifest;
import dev.chirograph.http.TableRequests.Rows;
import dev.chirograph.http.TableRequests.Split;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.TableInfo;
import dev.chirograph.spi.table.TableShape;
import dev.chirograph.spi.table.WriteLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A table, reached over HTTP. Safe for use by several threads. */
final class HttpTable implements ReplicaTable {

  private static final int WORTH_ASKING = 256;

  private final TableClient client;
  private final String place;
  private final TableLimits limits;

  private HttpTable(TableClient client, String place, TableLimits limits) {
    this.client = client;
    this.place = place;
    this.limits = limits;
  }

  /** Makes sure that there is such a table, and asks for its limits. */
  static HttpTable open(TableClient client, String place) {
    TableLimits limits =
        client.get(place + "?fields=limits", About::read).limits().orElse(TableLimits.STANDARD);
    return new HttpTable(client, place, limits);
  }

  // ---- looking

  @Override
  public TableShape shape() {
    return client.get(
        place + "?fields=shape", in -> in.required(About.read(in).shape().orElse(null), "shape"));
  }

  @Override
  public TableInfo info() {
    return client.get(
        place + "?fields=info", in -> in.required(About.read(in).info().orElse(null), "info"));
  }

  @Override
  public Optional<Cursor> cursor() {
    return client.get(place + "?fields=cursor", About::read).cursor();
  }

  @Override
  public WriteLimits limits() {
    return limits.ofWrites();
  }

  @Override
  public int slices() {
    return Math.min(WORTH_ASKING, limits.slices());
  }

  @Override
  public List<Digest> digests(Selection selection, List<? extends Slice> slices) {
    return slices.isEmpty()
        ? List.of()
        : client.send(
            "POST",
            place + "/digest",
            new Digests(selection, slices),
            in -> TableAnswers.digests(in, slices.size()));
  }

  @Override
  public List<RowVersion> manifest(
      Selection selection, List<? extends Slice> slices, Optional<RowKey> after, int limit) {
    List<RowVersion> rows = new ArrayList<>();
    Optional<RowKey> from = after;
    boolean more = !slices.isEmpty();
    while (more && rows.size() < limit) {
      int wanted = Math.min(limit - rows.size(), limits.page());
      Manifest asked = new Manifest(selection, slices, from, wanted);
      Page page = client.send("POST", place + "/manifest", asked, in -> Page.read(in, asked));
      rows.addAll(page.rows());
      more = page.more();
      from = more ? Optional.of(rows.get(rows.size() - 1).key()) : from;
    }
    return rows;
  }

  @Override
  public List<Optional<RowVersion>> find(Selection selection, List<RowKey> keys) {
    List<Optional<RowVersion>> found = new ArrayList<>(keys.size());
    while (found.size() < keys.size()) {
      List<RowKey> some = fitting(keys.subList(found.size(), keys.size()));
      found.addAll(
          client.send(
              "POST",
              place + "/find",
              new Find(selection.format(), selection.salt(), some),
              in -> TableAnswers.found(in, some)));
    }
    return found;
  }

  @Override
  public List<Optional<Row>> rows(RowFormat format, List<RowKey> keys, long bytes) {
    if (keys.isEmpty()) {
      return List.of();
    }
    List<RowKey> some = fitting(keys);
    return client.send(
        "POST",
        place + "/rows",
        new Rows(format, some, bytes),
        in -> TableAnswers.rows(in, format, some));
  }

  /** The first keys, as many as one request may have; at least one. */
  private List<RowKey> fitting(List<RowKey> keys) {
    long left = limits.body() / 8L; // of characters that may be escaped, beside the format
    int fit = 0;
    for (RowKey key : keys) {
      left -= key.text().length() + 3L;
      if (fit == limits.keys() || (left < 0 && fit > 0)) {
        break;
      }
      fit++;
    }
    return keys.subList(0, fit);
  }

  @Override
  public List<Slice.Marks> split(RowFormat format, Slice.Marks range, int parts) {
    return client.send(
        "POST",
        place + "/split",
        new Split(format, range, parts),
        in -> TableAnswers.parts(in, range));
  }

  // ---- writing

  @Override
  public Optional<Long> lease(String agent, Duration duration) {
    Answer answer = client.sent("PUT", place + "/lease", new Lease(agent, duration));
    return client.read(answer, TableAnswers::fence, Optional.of(TableWrites.LEASED));
  }

  @Override
  public void release(long fence) {
    client.done(client.send(client.request(place + "/lease?fence=" + fence).DELETE()), 204);
  }

  @Override
  public List<Outcome> write(Write write) {
    checkTexts(write);
    checkSize(write);
    boolean zipped = client.compresses();
    return client.stream(
        place,
        () -> new WriteInput(write, zipped),
        zipped,
        in -> TableAnswers.outcomes(in, write.deletes().size()));
  }

  /** What breaks off in the middle looks like a connection that did; so does what is refused. */
  private static void checkTexts(Write write) {
    checkText(write.salt());
    write.cursor().map(Cursor::incarnation).ifPresent(HttpTable::checkText);
    write.cursor().flatMap(Cursor::key).map(RowKey::text).ifPresent(HttpTable::checkText);
    RowFormat format = write.format();
    int[] key = format.key().stream().mapToInt(format::indexOf).toArray();
    for (Row row : write.puts()) {
      if (row.cells().size() != format.columns().size()) {
        throw SyncException.invalid(
            "a row has " + row.cells().size() + " cells, not " + format.columns().size());
      }
      if (IntStream.of(key).anyMatch(at -> row.cells().get(at) == null)) {
        throw SyncException.invalid("a row has no value in a column of its key");
      }
      row.cells().forEach(HttpTable::checkText);
    }
    write.deletes().forEach(row -> checkText(row.key().text()));
  }

  private static void checkText(@Nullable String text) {
    if (text != null && !Json.isText(text)) {
      throw SyncException.invalid("a write holds a text that is none: a lone surrogate");
    }
  }

  /** What the server would refuse in the middle need not be sent. */
  private void checkSize(Write write) {
    int rows = write.puts().size() + write.deletes().size();
    long bytes = write.puts().stream().mapToLong(Row::bytes).sum();
    long most = limits.bytesOf(write.puts().size());
    EqualRows equal = new EqualRows();
    if (!write.puts().stream().allMatch(equal::takes)) {
      throw new SyncException(
          Kind.TOO_LARGE,
          "the rows of a write stand for more equal ones than the server takes: "
              + EqualRows.MOST
              + ", and 256 MiB");
    }
    if (rows > limits.rows() || bytes > most) {
      throw new SyncException(
          Kind.TOO_LARGE,
          "a write of "
              + rows
              + " rows and "
              + bytes
              + " bytes is more than the server takes: "
              + limits.rows()
              + " rows, "
              + most
              + " bytes");
    }
  }

  @Override
  public String toString() {
    return "HttpTable[" + place + "]";
  }
}
