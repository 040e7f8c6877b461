package dev.chirograph.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.chirograph.Outcome;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.http.LimitedInput.TooLongException;
import dev.chirograph.http.TableAnswers.About;
import dev.chirograph.http.TableAnswers.Cleared;
import dev.chirograph.http.TableAnswers.Page;
import dev.chirograph.http.TableRequests.Deletes;
import dev.chirograph.http.TableRequests.Digests;
import dev.chirograph.http.TableRequests.Find;
import dev.chirograph.http.TableRequests.Lease;
import dev.chirograph.http.TableRequests.Manifest;
import dev.chirograph.http.TableRequests.Rows;
import dev.chirograph.http.TableRequests.Split;
import dev.chirograph.spi.table.ColumnRules;
import dev.chirograph.spi.table.Mark;
import dev.chirograph.spi.table.ReplicaDatabase;
import dev.chirograph.spi.table.ReplicaDatabase.State;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.ReplicaTenants;
import dev.chirograph.spi.table.Row;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.RowKey;
import dev.chirograph.spi.table.RowVersion;
import dev.chirograph.spi.table.Selection;
import dev.chirograph.spi.table.TableShape;
import dev.chirograph.spi.table.Tenant;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.random.RandomGenerator;
import java.util.zip.ZipException;

/** Does what callers ask for, once it is known who they are. Safe for use by several threads. */
final class TableService {

  private static final Duration CALL = Duration.ofMinutes(1);
  private static final List<String> FIELDS = List.of("shape", "info", "cursor", "limits");

  private final ReplicaTenants tenants;
  private final TableLimits limits;
  private final CallBody messages;
  private final CallBody writes;
  private final ReplyForm form;
  private final RandomGenerator random;
  private final JsonFactory texts;

  TableService(
      ReplicaTenants tenants,
      TableLimits limits,
      CallBody messages,
      CallBody writes,
      ReplyForm form,
      RandomGenerator random) {
    this.tenants = tenants;
    this.limits = limits;
    this.messages = messages;
    this.writes = writes;
    this.form = form;
    this.random = random;
    this.texts = Json.factory(limits.row());
  }

  /** Whether a request has a body in JSON. */
  static boolean hasBody(TableRoute route, HttpCall call) {
    return switch (route) {
      case MANIFEST, DIGEST, FIND, ROWS, SPLIT, LEASE -> true;
      case DELETE -> call.query().isEmpty();
      default -> false;
    };
  }

  HttpReply health(HttpCall call) throws IOException {
    return json(call, 0, TableAnswers::health);
  }

  HttpReply answer(TableRoute route, TablePath path, TableCaller caller, HttpCall call)
      throws IOException, RefusedException {
    return switch (route) {
      case HEALTH -> health(call);
      case DATABASES -> databases(call, path.customer(), caller);
      case REGISTER -> register(own(path.tenant(), caller));
      case TABLES -> tables(call, database(path, caller));
      case ABOUT -> about(call, table(path, caller));
      case WRITE -> write(call, table(path, caller));
      case DELETE ->
          call.query().isEmpty()
              ? deleteRows(call, table(path, caller))
              : clear(call, table(path, caller));
      case LIST -> list(call, table(path, caller));
      case MANIFEST -> manifest(call, table(path, caller));
      case DIGEST -> digest(call, table(path, caller));
      case FIND -> find(call, table(path, caller));
      case ROWS -> rows(call, table(path, caller));
      case SPLIT -> split(call, table(path, caller));
      case LEASE -> lease(call, table(path, caller));
      case RELEASE -> release(call, table(path, caller));
    };
  }

  // ---- whose

  /** A tenant that the caller is. Nobody learns whether there is one that it is not. */
  private static Tenant own(Tenant tenant, TableCaller caller) throws RefusedException {
    if (!caller.mayUse(tenant)) {
      throw unknownDatabase();
    }
    return tenant;
  }

  private static RefusedException unknownDatabase() {
    return new RefusedException(
        Refusal.UNKNOWN_DATABASE,
        404,
        "there is no such database, or the caller may not use it; register it first");
  }

  private ReplicaDatabase database(TablePath path, TableCaller caller) throws RefusedException {
    Tenant tenant = own(path.tenant(), caller);
    try {
      return tenants.database(tenant);
    } catch (SyncException e) {
      if (e.kind() == Kind.NOT_FOUND) {
        throw unknownDatabase();
      }
      throw e;
    }
  }

  private ReplicaTable table(TablePath path, TableCaller caller) throws RefusedException {
    ReplicaDatabase database = database(path, caller);
    try {
      return database.table(path.table());
    } catch (SyncException e) {
      if (e.kind() == Kind.NOT_FOUND) {
        throw new RefusedException(
            Refusal.UNKNOWN_TABLE, 404, "there is no such table in the database");
      }
      throw e;
    }
  }

  // ---- databases

  private HttpReply databases(HttpCall call, String customer, TableCaller caller)
      throws IOException, RefusedException {
    if (!caller.customer().equals(customer)) {
      throw unknownDatabase();
    }
    List<String> names =
        tenants.databases(customer).stream()
            .filter(name -> caller.mayUse(new Tenant(customer, name)))
            .toList();
    return json(call, 40L * names.size(), out -> TableAnswers.databases(out, names));
  }

  private HttpReply register(Tenant tenant) {
    tenants.register(tenant);
    return form.empty(204, Map.of());
  }

  private HttpReply tables(HttpCall call, ReplicaDatabase database) throws IOException {
    Tags known = Tags.of(call.headers().allValues("If-None-Match"));
    Optional<State> state = database.state(known.only());
    Optional<String> now = state.isPresent() ? state.map(State::tag) : known.only();
    String tag = now.orElseThrow();
    if (state.isEmpty() || known.have(tag)) {
      return form.empty(304, Map.of("ETag", Tags.header(tag)));
    }
    Map<String, String> headers = form.headers(Json.TYPE);
    headers.put("ETag", Tags.header(tag));
    return form.json(
        call,
        headers,
        200L * state.get().tables().size(),
        body(out -> TableAnswers.write(out, state.get())));
  }

  // ---- looking at a table

  private HttpReply about(HttpCall call, ReplicaTable table) throws IOException, RefusedException {
    List<String> fields = TableQuery.of(call.query()).some("fields", FIELDS);
    About about =
        new About(
            fields.contains("shape") ? Optional.of(table.shape()) : Optional.empty(),
            fields.contains("info") ? Optional.of(table.info()) : Optional.empty(),
            fields.contains("cursor") ? table.cursor() : Optional.empty(),
            fields.contains("limits") ? Optional.of(of(table)) : Optional.empty());
    long columns = about.shape().map(shape -> shape.columns().size()).orElse(0);
    return json(call, 40 * columns, about::write);
  }

  private TableLimits of(ReplicaTable table) {
    return limits.within(table.limits());
  }

  private HttpReply list(HttpCall call, ReplicaTable table) throws IOException, RefusedException {
    TableQuery query = TableQuery.of(call.query());
    Selection selection =
        new Selection(
            own(table),
            query.text("salt").orElse(""),
            new Mark(query.whole("horizon").orElse(Long.MAX_VALUE)));
    Slice slice =
        query.whole("after").isPresent() || query.whole("through").isPresent()
            ? range(query, selection.format())
            : Slice.Bucket.ALL;
    int limit = (int) Math.min(query.whole("limit").orElse(Long.MAX_VALUE), limits.page());
    return page(
        call,
        table,
        new Manifest(
            selection, List.of(slice), query.text("key").map(RowKey::new), Math.max(1, limit)));
  }

  private static RowFormat own(ReplicaTable table) {
    TableShape shape = table.shape();
    return RowFormat.agreed(shape, shape, ColumnRules.standard());
  }

  private static Slice range(TableQuery query, RowFormat format) throws RefusedException {
    if (format.range().isEmpty()) {
      throw new SyncException(
          Kind.UNSUPPORTED,
          "rows of this table have neither a version nor a key that is one whole number");
    }
    return new Slice.Marks(
        query.whole("after").orElse(Long.MIN_VALUE), query.whole("through").orElse(Long.MAX_VALUE));
  }

  private HttpReply manifest(HttpCall call, ReplicaTable table)
      throws IOException, RefusedException {
    Manifest asked = read(call, in -> Manifest.read(in, limits));
    check(asked.selection().format(), table);
    return page(call, table, asked);
  }

  private HttpReply page(HttpCall call, ReplicaTable table, Manifest asked) throws IOException {
    int limit = Math.min(asked.limit(), limits.page());
    List<RowVersion> rows = table.manifest(asked.selection(), asked.slices(), asked.after(), limit);
    Page page = new Page(rows, rows.size() == limit);
    return json(call, 30L * rows.size(), page::write);
  }

  private HttpReply digest(HttpCall call, ReplicaTable table) throws IOException, RefusedException {
    Digests asked = read(call, in -> Digests.read(in, limits));
    check(asked.selection().format(), table);
    var digests = table.digests(asked.selection(), asked.slices());
    return json(call, 35L * digests.size(), out -> TableAnswers.digests(out, digests));
  }

  private HttpReply find(HttpCall call, ReplicaTable table) throws IOException, RefusedException {
    Find asked = read(call, in -> Find.read(in, limits));
    check(asked.format(), table);
    Selection selection = new Selection(asked.format(), asked.salt(), Mark.LAST);
    List<Optional<RowVersion>> found = table.find(selection, asked.keys());
    return json(call, 30L * found.size(), out -> TableAnswers.found(out, found));
  }

  private HttpReply rows(HttpCall call, ReplicaTable table) throws IOException, RefusedException {
    Rows asked = read(call, in -> Rows.read(in, limits));
    check(asked.format(), table);
    long bytes = Math.min(asked.bytes(), limits.bytes());
    List<Optional<Row>> rows = table.rows(asked.format(), asked.keys(), bytes);
    ToLongFunction<Optional<Row>> size = row -> row.map(Row::bytes).orElse(0L);
    return json(
        call,
        rows.stream().mapToLong(size).sum(),
        out -> TableAnswers.rows(out, asked.format(), rows));
  }

  private HttpReply split(HttpCall call, ReplicaTable table) throws IOException, RefusedException {
    Split asked = read(call, Split::read);
    check(asked.format(), table);
    List<Slice.Marks> parts = table.split(asked.format(), asked.range(), asked.parts());
    return json(call, 40L * parts.size(), out -> TableAnswers.parts(out, parts));
  }

  // ---- writing

  private HttpReply lease(HttpCall call, ReplicaTable table) throws IOException, RefusedException {
    Lease asked = read(call, Lease::read);
    Optional<Long> fence = table.lease(asked.agent(), asked.duration());
    return fence.isPresent()
        ? json(call, 0, out -> TableAnswers.fence(out, fence.get()))
        : form.problem(leased());
  }

  private static Problem leased() {
    return new Problem(409, Kind.CONFLICT, "leased", "another agent writes to the table now");
  }

  private HttpReply release(HttpCall call, ReplicaTable table) throws RefusedException {
    long fence =
        TableQuery.of(call.query())
            .whole("fence")
            .orElseThrow(() -> new RefusedException(Refusal.MALFORMED, 400, "'fence' is missing"));
    table.release(fence);
    return form.empty(204, Map.of());
  }

  private HttpReply write(HttpCall call, ReplicaTable table) throws IOException, RefusedException {
    Write write;
    try (InputStream body = writes.content(call)) {
      write = RowStream.read(texts, body, of(table), head -> check(head.format(), table));
    } catch (IOException e) {
      throw unusable(e, writes);
    }
    List<Outcome> outcomes = table.write(write);
    return json(call, 40L * outcomes.size(), out -> TableAnswers.outcomes(out, outcomes));
  }

  private HttpReply deleteRows(HttpCall call, ReplicaTable table)
      throws IOException, RefusedException {
    Deletes asked = read(call, in -> Deletes.read(in, of(table)));
    check(asked.format(), table);
    return underFence(
        table,
        asked.fence(),
        fence -> {
          List<Outcome> outcomes = delete(table, fence, asked.format(), asked.salt(), asked.rows());
          return json(call, 40L * outcomes.size(), out -> TableAnswers.outcomes(out, outcomes));
        });
  }

  /** Deletes a page of a range, or of all, each row as it is seen right before. */
  private HttpReply clear(HttpCall call, ReplicaTable table) throws IOException, RefusedException {
    TableQuery query = TableQuery.of(call.query());
    boolean bounded = query.whole("after").isPresent() || query.whole("through").isPresent();
    if (query.flag("all") == bounded) {
      throw new RefusedException(
          Refusal.MALFORMED, 400, "what is deleted is either all=true, or a range, or a body");
    }
    RowFormat format = own(table);
    Slice slice = bounded ? range(query, format) : Slice.Bucket.ALL;
    int limit = Math.min(of(table).rows(), limits.page());
    return underFence(
        table,
        query.whole("fence"),
        fence -> {
          String salt = name();
          List<RowVersion> rows =
              table.manifest(
                  new Selection(format, salt, Mark.LAST), List.of(slice), Optional.empty(), limit);
          List<Outcome> outcomes =
              rows.isEmpty() ? List.of() : delete(table, fence, format, salt, rows);
          long deleted =
              outcomes.stream().filter(outcome -> outcome instanceof Outcome.Applied).count();
          long stayed =
              outcomes.stream().filter(outcome -> !(outcome instanceof Outcome.Unchanged)).count()
                  - deleted;
          return json(call, 0, new Cleared(deleted, stayed, rows.size() == limit)::write);
        });
  }

  private static List<Outcome> delete(
      ReplicaTable table, long fence, RowFormat format, String salt, List<RowVersion> rows) {
    return table.write(new Write(fence, format, salt, List.of(), rows, Optional.empty()));
  }

  /** Does something under a fence. */
  private interface Fenced {
    HttpReply with(long fence) throws IOException;
  }

  /** Under the fence of an agent, or under a lease for this call alone. */
  private HttpReply underFence(ReplicaTable table, Optional<Long> given, Fenced work)
      throws IOException {
    if (given.isPresent()) {
      return work.with(given.get());
    }
    Optional<Long> fence = table.lease("call " + name(), CALL);
    if (fence.isEmpty()) {
      return form.problem(leased());
    }
    try {
      return work.with(fence.get());
    } finally {
      table.release(fence.get());
    }
  }

  private String name() {
    return Long.toHexString(random.nextLong());
  }

  // ---- bodies

  /** Rows of another form than the table's never reach it. */
  private static void check(RowFormat format, ReplicaTable table) throws RefusedException {
    Optional<String> misfit = FormatWire.misfit(format, table.shape());
    if (misfit.isPresent()) {
      throw new RefusedException(Refusal.MALFORMED, 400, misfit.get());
    }
  }

  private <T> T read(HttpCall call, JsonIn.Value<T> value) throws IOException, RefusedException {
    try (JsonIn json = Json.reader(messages.content(call))) {
      return JsonIn.document(json, value);
    } catch (IOException e) {
      throw unusable(e, messages);
    }
  }

  /** What is wrong with a body; trouble with the connection stays what it is. */
  private static RefusedException unusable(IOException why, CallBody bodies) throws IOException {
    if (why instanceof TooLongException) {
      return bodies.tooLong();
    }
    if (why instanceof WireException.TooLarge) {
      return new RefusedException(Refusal.TOO_LARGE, 413, String.valueOf(why.getMessage()));
    }
    if (why instanceof WireException) {
      return new RefusedException(Refusal.MALFORMED, 400, String.valueOf(why.getMessage()));
    }
    if (why instanceof ZipException || why instanceof EOFException) {
      return new RefusedException(Refusal.MALFORMED, 400, "the body is no whole gzip");
    }
    throw why;
  }

  /** Writes JSON. */
  private interface Content {
    void write(JsonGenerator out) throws IOException;
  }

  private HttpReply json(HttpCall call, long estimate, Content content) throws IOException {
    return form.json(call, estimate, body(content));
  }

  private static HttpReply.Body body(Content content) {
    return to -> {
      try (JsonGenerator out = Json.writer(to)) {
        content.write(out);
      }
    };
  }
}
