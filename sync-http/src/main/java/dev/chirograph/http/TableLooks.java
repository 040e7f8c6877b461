package dev.chirograph.http;

import dev.chirograph.Slice;
import dev.chirograph.http.TableAnswers.About;
import dev.chirograph.http.TableAnswers.Page;
import dev.chirograph.http.TableRequests.Digests;
import dev.chirograph.http.TableRequests.Find;
import dev.chirograph.http.TableRequests.Manifest;
import dev.chirograph.http.TableRequests.Rows;
import dev.chirograph.http.TableRequests.Split;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/** Answers what is asked about a table. Safe for use by several threads. */
final class TableLooks {

  private static final List<String> FIELDS = List.of("shape", "info", "cursor", "limits");

  private final TableBodies bodies;

  TableLooks(TableBodies bodies) {
    this.bodies = bodies;
  }

  HttpReply about(HttpCall call, ReplicaTable table) throws IOException, RefusedException {
    List<String> fields = TableQuery.of(call.query()).some("fields", FIELDS);
    About about =
        new About(
            fields.contains("shape") ? Optional.of(table.shape()) : Optional.empty(),
            fields.contains("info")
                ? Optional.of(TableBodies.told(table.info()))
                : Optional.empty(),
            fields.contains("cursor") ? table.cursor() : Optional.empty(),
            fields.contains("limits") ? Optional.of(bodies.limits(table)) : Optional.empty());
    long columns = about.shape().map(shape -> shape.columns().size()).orElse(0);
    return bodies.json(call, 40 * columns, about::write);
  }

  HttpReply list(HttpCall call, ReplicaTable table) throws IOException, RefusedException {
    TableQuery query = TableQuery.of(call.query());
    Selection selection =
        new Selection(
            TableBodies.own(table),
            salt(query),
            new Mark(query.whole("horizon").orElse(Long.MAX_VALUE)));
    Slice slice =
        query.whole("after").isPresent() || query.whole("through").isPresent()
            ? TableBodies.range(query, selection.format())
            : Slice.Bucket.ALL;
    int limit = query.limit("limit", bodies.limits().page());
    return page(
        call,
        table,
        new Manifest(selection, List.of(slice), query.text("key").map(RowKey::new), limit));
  }

  private static String salt(TableQuery query) throws RefusedException {
    String salt = query.text("salt").orElse("");
    if (salt.length() > TableRequests.MOST_SALT) {
      throw new RefusedException(
          Refusal.MALFORMED, 400, "a salt has at most " + TableRequests.MOST_SALT + " characters");
    }
    return salt;
  }

  HttpReply manifest(HttpCall call, ReplicaTable table) throws IOException, RefusedException {
    Manifest asked = bodies.read(call, in -> Manifest.read(in, bodies.limits()));
    TableBodies.check(asked.selection().format(), table);
    return page(call, table, asked);
  }

  private HttpReply page(HttpCall call, ReplicaTable table, Manifest asked) throws IOException {
    int limit = Math.min(asked.limit(), bodies.limits().page());
    List<RowVersion> rows = table.manifest(asked.selection(), asked.slices(), asked.after(), limit);
    Page page = new Page(rows, rows.size() == limit);
    return bodies.json(call, 30L * rows.size(), page::write);
  }

  HttpReply digest(HttpCall call, ReplicaTable table) throws IOException, RefusedException {
    Digests asked = bodies.read(call, in -> Digests.read(in, bodies.limits()));
    TableBodies.check(asked.selection().format(), table);
    var digests = table.digests(asked.selection(), asked.slices());
    return bodies.json(call, 35L * digests.size(), out -> TableAnswers.digests(out, digests));
  }

  HttpReply find(HttpCall call, ReplicaTable table) throws IOException, RefusedException {
    Find asked = bodies.read(call, in -> Find.read(in, bodies.limits()));
    TableBodies.check(asked.format(), table);
    Selection selection = new Selection(asked.format(), asked.salt(), Mark.LAST);
    List<Optional<RowVersion>> found = table.find(selection, asked.keys());
    return bodies.json(call, 30L * found.size(), out -> TableAnswers.found(out, found));
  }

  HttpReply rows(HttpCall call, ReplicaTable table) throws IOException, RefusedException {
    Rows asked = bodies.read(call, in -> Rows.read(in, bodies.limits()));
    TableBodies.check(asked.format(), table);
    long bytes = Math.min(asked.bytes(), bodies.limits().bytes());
    List<Optional<Row>> rows = table.rows(asked.format(), asked.keys(), bytes);
    ToLongFunction<Optional<Row>> size = row -> row.map(Row::bytes).orElse(0L);
    return bodies.json(
        call,
        rows.stream().mapToLong(size).sum(),
        out -> TableAnswers.rows(out, asked.format(), rows));
  }

  HttpReply split(HttpCall call, ReplicaTable table) throws IOException, RefusedException {
    Split asked = bodies.read(call, Split::read);
    TableBodies.check(asked.format(), table);
    List<Slice.Marks> parts = table.split(asked.format(), asked.range(), asked.parts());
    return bodies.json(call, 40L * parts.size(), out -> TableAnswers.parts(out, parts));
  }
}
