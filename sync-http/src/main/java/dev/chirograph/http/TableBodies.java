package dev.chirograph.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.chirograph.Slice;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.http.LimitedInput.TooLongException;
import dev.chirograph.http.TimedInput.TooSlowException;
import dev.chirograph.spi.table.ColumnRules;
import dev.chirograph.spi.table.ReplicaTable;
import dev.chirograph.spi.table.ReplicaTable.Write;
import dev.chirograph.spi.table.RowFormat;
import dev.chirograph.spi.table.TableInfo;
import dev.chirograph.spi.table.TableShape;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.ZipException;

/** The bodies of requests to tables and of their answers. Safe for use by several threads. */
final class TableBodies {

  private final TableLimits limits;
  private final CallBody messages;
  private final CallBody writes;
  private final ReplyForm form;
  private final JsonFactory texts;

  TableBodies(TableLimits limits, ReplyForm form) {
    this.limits = limits;
    this.messages = new CallBody(limits.body());
    this.writes = new CallBody(limits.writeBody());
    this.form = form;
    this.texts = Json.factory(limits.row());
  }

  ReplyForm form() {
    return form;
  }

  TableLimits limits() {
    return limits;
  }

  /** What one table takes. */
  TableLimits limits(ReplicaTable table) {
    return limits.within(table.limits());
  }

  // ---- requests

  /** Refuses by the headers alone what is too long, or in another form. */
  void checkHeaders(TableRoute route, HttpCall call) throws RefusedException {
    if (route == TableRoute.WRITE) {
      writes.checkHeaders(call, Optional.of(RowStream.TYPE));
    } else {
      boolean json = hasBody(route, call);
      messages.checkHeaders(call, json ? Optional.of(Json.TYPE) : Optional.empty());
    }
  }

  private static boolean hasBody(TableRoute route, HttpCall call) {
    return switch (route) {
      case MANIFEST, DIGEST, FIND, ROWS, SPLIT, LEASE -> true;
      case DELETE -> call.query().isEmpty();
      default -> false;
    };
  }

  Write readWrite(HttpCall call, ReplicaTable table) throws IOException, RefusedException {
    try (InputStream body = writes.content(call)) {
      Write write = RowStream.read(texts, body, limits(table), head -> check(head.format(), table));
      CallBody.end(call);
      return write;
    } catch (IOException e) {
      throw unusable(e, writes);
    }
  }

  /**
   * Takes what a caller that keeps to the limits still sends: it does not see the answer otherwise,
   * when the server closes the connection meanwhile.
   */
  void takeRest(HttpCall call) {
    try {
      byte[] buffer = new byte[1 << 13];
      long left = Math.max(Math.max(limits.bytes(), limits.row()), limits.body());
      for (int read = 0; read >= 0 && left > 0; left -= read) {
        read = call.body().read(buffer);
      }
    } catch (IOException e) {
      // Nobody is there any more, or takes too long.
    }
  }

  /**
   * What a table is like, for somebody who has no business with the database's host and files: they
   * are in its incarnation, of which it matters only whether it is the same.
   */
  static TableInfo told(TableInfo info) {
    return new TableInfo(
        info.table(),
        info.rows(),
        info.last(),
        info.fingerprint(),
        HexFormat.of().formatHex(BearerTokens.sha256(info.incarnation()), 0, 16));
  }

  static RowFormat own(ReplicaTable table) {
    TableShape shape = table.shape();
    return RowFormat.agreed(shape, shape, ColumnRules.standard());
  }

  static Slice range(TableQuery query, RowFormat format) throws RefusedException {
    if (format.range().isEmpty()) {
      throw new SyncException(
          Kind.UNSUPPORTED,
          "rows of this table have neither a version nor a key that is one whole number");
    }
    return new Slice.Marks(
        query.whole("after").orElse(Long.MIN_VALUE), query.whole("through").orElse(Long.MAX_VALUE));
  }

  /** Rows of another form than the table's never reach it. */
  static void check(RowFormat format, ReplicaTable table) throws RefusedException {
    Optional<String> misfit = FormatWire.misfit(format, table.shape());
    if (misfit.isPresent()) {
      throw new RefusedException(Refusal.MALFORMED, 400, misfit.get());
    }
  }

  <T> T read(HttpCall call, JsonIn.Value<T> value) throws IOException, RefusedException {
    try (JsonIn json = Json.reader(messages.content(call))) {
      T read = JsonIn.document(json, value);
      CallBody.end(call);
      return read;
    } catch (IOException e) {
      throw unusable(e, messages);
    }
  }

  /** What is wrong with a body; trouble with the connection stays what it is. */
  private static RefusedException unusable(IOException why, CallBody bodies) throws IOException {
    if (why instanceof TooLongException) {
      return bodies.tooLong();
    }
    if (why instanceof TooSlowException) {
      return new RefusedException(Refusal.TOO_SLOW, 408, String.valueOf(why.getMessage()));
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
  interface Content {
    void write(JsonGenerator out) throws IOException;
  }

  HttpReply json(HttpCall call, long estimate, Content content) throws IOException {
    return form.json(call, estimate, body(content));
  }

  static HttpReply.Body body(Content content) {
    return to -> {
      try (JsonGenerator out = Json.writer(to)) {
        content.write(out);
      }
    };
  }
}
