package dev.chirograph.http;

import static dev.chirograph.http.TableLab.FORMAT;
import static dev.chirograph.http.TableLab.INVOICE;
import static dev.chirograph.http.TableLab.SALT;
import static dev.chirograph.http.TableLab.row;
import static dev.chirograph.http.TableLab.version;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.chirograph.Digest;
import dev.chirograph.Guard;
import dev.chirograph.Outcome;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.http.TableAnswers.About;
import dev.chirograph.http.TableAnswers.Cleared;
import dev.chirograph.http.TableAnswers.Page;
import dev.chirograph.http.TableRequests.Body;
import dev.chirograph.http.TableRequests.Deletes;
import dev.chirograph.http.TableRequests.Digests;
import dev.chirograph.http.TableRequests.Find;
import dev.chirograph.http.TableRequests.Lease;
import dev.chirograph.http.TableRequests.Manifest;
import dev.chirograph.http.TableRequests.Rows;
import dev.chirograph.http.TableRequests.Split;
import dev.chirograph.spi.table.Column;
import dev.chirograph.spi.table.ColumnType;
import dev.chirograph.spi.table.Cursor;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaDatabase.State;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.TableInfo;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One of every message about tables. */
final class TableSamples {

  static final Row ONE = row("1", "Ørsted & söner \"A|B\\C\"\n", "1.50", "17");
  static final Row TWO = row("2", null, null, "18");
  static final Row LATER =
      new Row(ONE.key(), new Mark(99), ONE.cells(), 1); // the database keeps more digits
  static final RowFormat KEYLESS =
      new RowFormat(
          List.of(
              new Column("text", new ColumnType(ColumnType.Kind.TEXT, 0, 40), true),
              new Column("at", new ColumnType(ColumnType.Kind.TIMESTAMP, 6), false, true)),
          List.of(),
          Optional.empty(),
          Set.of("at"));
  static final Row THRICE;

  static {
    List<String> cells = List.of("x", "2026-01-01 00:00:00.000000");
    THRICE = new Row(KEYLESS.key(cells), Mark.FIRST, cells, 3);
  }

  static final Slice.Marks NEW = new Slice.Marks(17, Long.MAX_VALUE);
  static final Slice.Marks OLD = new Slice.Marks(Long.MIN_VALUE, 17);
  static final Slice.Bucket BUCKET = new Slice.Bucket(4, 10);
  static final List<Slice> SLICES = List.of(OLD, NEW, BUCKET, new Slice.Part(NEW, BUCKET));
  static final Cursor CURSOR =
      new Cursor(new Mark(18), Optional.of(TWO.key()), "office 17, second life");
  static final TableInfo INFO =
      new TableInfo("invoice", 2, Optional.of(new Mark(18)), INVOICE.fingerprint(), "acme/north");

  private TableSamples() {}

  private static final Selection SELECTION = new Selection(FORMAT, SALT, new Mark(18));

  static Map<String, Body> requests() {
    Map<String, Body> all = new LinkedHashMap<>();
    all.put("digest", new Digests(SELECTION, SLICES));
    all.put(
        "manifest",
        new Manifest(SELECTION, List.of(OLD), Optional.of(new RowKey("a\\|b|\\N")), 500));
    all.put(
        "manifest-keyless",
        new Manifest(
            new Selection(KEYLESS, "", Mark.LAST), List.of(Slice.Bucket.ALL), Optional.empty(), 1));
    all.put("find", new Find(FORMAT, SALT, List.of(ONE.key(), new RowKey("7"))));
    all.put("rows", new Rows(FORMAT, List.of(ONE.key(), new RowKey("7")), 1_000_000));
    all.put("split", new Split(FORMAT, NEW, 4));
    all.put("lease", new Lease("office-17", Duration.ofMinutes(2)));
    all.put("delete", new Deletes(Optional.of(7L), FORMAT, SALT, List.of(version(ONE))));
    all.put(
        "delete-unfenced",
        new Deletes(Optional.empty(), FORMAT, SALT, List.of(version(ONE), version(TWO))));
    return all;
  }

  static Write write() {
    return new Write(
        7, FORMAT, SALT, List.of(ONE, TWO), List.of(version(ONE)), Optional.of(CURSOR));
  }

  static Write keyless() {
    RowVersion seen =
        new RowVersion(THRICE.key(), Mark.FIRST, KEYLESS.hash(SALT, THRICE.cells()), 2);
    return new Write(8, KEYLESS, SALT, List.of(THRICE), List.of(seen), Optional.empty());
  }

  /** An answer, and how it is read. */
  record Sample(Object value, Writing writing, JsonIn.Value<?> reading) {}

  interface Writing {
    void write(JsonGenerator out) throws IOException;
  }

  static Map<String, Sample> answers() {
    Map<String, Sample> all = new LinkedHashMap<>();
    About about =
        new About(
            Optional.of(INVOICE),
            Optional.of(INFO),
            Optional.of(CURSOR),
            Optional.of(TableLimits.STANDARD));
    all.put("about", new Sample(about, about::write, About::read));
    About nothing =
        new About(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    all.put("about-nothing", new Sample(nothing, nothing::write, About::read));
    State state =
        new State(
            "4f-17",
            List.of(INFO, new TableInfo("customer", 0, Optional.empty(), "ab", "acme/north")));
    all.put(
        "tables", new Sample(state, out -> TableAnswers.write(out, state), TableAnswers::state));
    List<Digest> digests = List.of(Digest.EMPTY, new Digest(2, -1, 1L << 40));
    all.put(
        "digest",
        new Sample(
            digests, out -> TableAnswers.digests(out, digests), in -> TableAnswers.digests(in, 2)));
    RowVersion three = new RowVersion(new RowKey("x"), Mark.FIRST, -2, 3);
    Page page = new Page(List.of(version(ONE), three), true);
    all.put(
        "manifest",
        new Sample(
            page,
            page::write,
            in -> Page.read(in, new Manifest(SELECTION, SLICES, Optional.empty(), 2))));
    List<Optional<RowVersion>> found = List.of(Optional.of(version(TWO)), Optional.empty());
    all.put(
        "find",
        new Sample(
            found,
            out -> TableAnswers.found(out, found),
            in -> TableAnswers.found(in, List.of(TWO.key(), ONE.key()))));
    List<Optional<Row>> rows =
        Arrays.asList(Optional.of(ONE), Optional.empty(), Optional.of(LATER));
    all.put(
        "rows",
        new Sample(
            rows,
            out -> TableAnswers.rows(out, FORMAT, rows),
            in ->
                TableAnswers.rows(
                    in, FORMAT, List.of(ONE.key(), TWO.key(), ONE.key(), TWO.key()))));
    List<Slice.Marks> parts = List.of(new Slice.Marks(17, 18), new Slice.Marks(18, 30));
    all.put(
        "split",
        new Sample(
            parts,
            out -> TableAnswers.parts(out, parts),
            in -> TableAnswers.parts(in, new Slice.Marks(17, 30))));
    all.put("lease", new Sample(7L, out -> TableAnswers.fence(out, 7), TableAnswers::fence));
    List<Outcome> outcomes =
        List.of(Outcome.deleted(Guard.ATOMIC), Outcome.unchanged(), Outcome.conflict());
    all.put(
        "write",
        new Sample(
            outcomes,
            out -> TableAnswers.outcomes(out, outcomes),
            in -> TableAnswers.outcomes(in, 3)));
    Cleared cleared = new Cleared(10, 1, true);
    all.put("clear", new Sample(cleared, cleared::write, in -> cleared));
    List<String> names = List.of("north", "south");
    all.put(
        "databases",
        new Sample(names, out -> TableAnswers.databases(out, names), TableAnswers::databases));
    all.put("health", new Sample("up", TableAnswers::health, in -> "up"));
    return all;
  }

  static Outcome rejected() {
    return Outcome.rejected(new SyncException(Kind.UNSUPPORTED, "rows here are never deleted"));
  }
}
