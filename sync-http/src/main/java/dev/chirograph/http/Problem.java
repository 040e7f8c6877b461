package dev.chirograph.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An error as it goes over the wire, after RFC 9457.
 *
 * @param status the status code
 * @param kind what kind of error it is
 * @param reason a word for programs that want to tell more apart than kinds
 * @param detail for people; never holds secrets or payloads
 */
record Problem(int status, Kind kind, String reason, String detail) {

  static final String TYPE = "application/problem+json";

  private static final String URN = "urn:chirograph:problem:";
  private static final int MOST_DETAIL = 1_000;

  static Problem of(RefusedException refused) {
    return new Problem(
        refused.status(), kind(refused.status()), Words.word(refused.told()), refused.detail());
  }

  /** An error of the node; what concerns the node alone is not told. */
  static Problem of(SyncException error) {
    return switch (error.kind()) {
      case INVALID_ARGUMENT, UNSUPPORTED, TOO_LARGE ->
          of(error.kind(), String.valueOf(error.getMessage()));
      case CONFLICT, ALREADY_EXISTS, RATE_LIMITED -> of(error.kind(), title(error.kind()));
      // Whom the caller may ask, and for what, is settled before: this is about the node's stores.
      case NOT_FOUND, PERMISSION_DENIED -> trouble(Kind.UNAVAILABLE);
      case UNAVAILABLE, CORRUPT, UNEXPECTED -> trouble(error.kind());
    };
  }

  private static Problem trouble(Kind kind) {
    return of(kind, "the node has trouble of its own; its log says more");
  }

  /** An error that says itself what there is to say. */
  static Problem of(Kind kind, String detail) {
    return new Problem(status(kind), kind, Words.word(kind), detail);
  }

  private static int status(Kind kind) {
    return switch (kind) {
      case INVALID_ARGUMENT -> 400;
      case PERMISSION_DENIED -> 403;
      case NOT_FOUND -> 404;
      case ALREADY_EXISTS, CONFLICT -> 409;
      case TOO_LARGE -> 413;
      case RATE_LIMITED -> 429;
      case CORRUPT, UNEXPECTED -> 500;
      case UNSUPPORTED -> 501;
      case UNAVAILABLE -> 503;
    };
  }

  /** What a status means where nothing says it better. */
  static Kind kind(int status) {
    return switch (status) {
      case 400, 405, 414, 415, 416, 422, 431 -> Kind.INVALID_ARGUMENT;
      case 413 -> Kind.TOO_LARGE;
      case 401, 403, 407, 421 -> Kind.PERMISSION_DENIED;
      case 404, 410 -> Kind.NOT_FOUND;
      case 409, 412 -> Kind.CONFLICT;
      case 429 -> Kind.RATE_LIMITED;
      case 501, 505 -> Kind.UNSUPPORTED;
      default -> status == 408 || status >= 500 ? Kind.UNAVAILABLE : Kind.UNEXPECTED;
    };
  }

  private static String title(Kind kind) {
    return switch (kind) {
      case NOT_FOUND -> "There is no such thing";
      case ALREADY_EXISTS -> "It is there already";
      case CONFLICT -> "Somebody else was faster";
      case INVALID_ARGUMENT -> "The request cannot be used";
      case TOO_LARGE -> "The request has to be smaller";
      case UNSUPPORTED -> "The node cannot do this";
      case PERMISSION_DENIED -> "The caller may not ask this";
      case RATE_LIMITED -> "The caller should ask less often";
      case UNAVAILABLE -> "The node cannot answer now";
      case CORRUPT -> "What the node holds is damaged";
      case UNEXPECTED -> "Something went wrong";
    };
  }

  byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = Json.writer(bytes)) {
      out.writeStartObject();
      out.writeStringField("type", URN + reason);
      out.writeStringField("title", title(kind));
      out.writeNumberField("status", status);
      out.writeStringField("detail", readable(detail));
      out.writeStringField("kind", Words.word(kind));
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  HttpReply reply(Map<String, String> headers) {
    return HttpReply.of(status, headers, toBytes());
  }

  /**
   * Reads a problem.
   *
   * @param status of the answer, which counts whatever the body says
   */
  static Problem read(int status, InputStream from) throws IOException {
    try (JsonIn json = Json.reader(from)) {
      return JsonIn.document(json, in -> read(status, in));
    }
  }

  private static Problem read(int status, JsonIn in) throws IOException {
    String type = "";
    String detail = "";
    @Nullable Kind kind = null;
    in.beginObject();
    for (String name = in.field(); name != null; name = in.field()) {
      switch (name) {
        case "type" -> type = in.text();
        case "detail" -> detail = in.text();
        case "kind" -> kind = Words.KINDS.get(in.text());
        default -> in.skip();
      }
    }
    String reason = type.startsWith(URN) ? type.substring(URN.length()) : "";
    return new Problem(
        status, kind == null ? kind(status) : kind, readable(reason), readable(detail));
  }

  /** What comes from elsewhere ends up in messages: one line, and not too long. */
  private static String readable(String text) {
    StringBuilder line = new StringBuilder();
    text.codePoints()
        .limit(MOST_DETAIL)
        .map(
            c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE ? ' ' : c)
        .forEach(line::appendCodePoint);
    return line.toString();
  }
}
