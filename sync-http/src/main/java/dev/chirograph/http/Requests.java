package dev.chirograph.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.chirograph.Key;
import dev.chirograph.Slice;
import dev.chirograph.log.LogRequest;
import dev.chirograph.log.LogRequest.Compare;
import dev.chirograph.log.LogRequest.Find;
import dev.chirograph.log.LogRequest.Hashes;
import dev.chirograph.log.LogRequest.Items;
import dev.chirograph.log.LogRequest.Push;
import dev.chirograph.log.LogRequest.Wanted;
import dev.chirograph.spi.ReplicaLog.Position;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The bodies of requests. */
final class Requests {

  private Requests() {}

  // ---- writing

  /** Writes the body of a request; nothing for one that has none. */
  static void write(LogRequest request, OutputStream to) throws IOException {
    try (JsonGenerator out = Json.writer(to)) {
      out.writeStartObject();
      if (request instanceof Push push) {
        out.writeFieldName("items");
        new ItemOut(out).items(push.items());
      } else if (request instanceof Compare compare) {
        if (compare.pointer().isPresent()) {
          out.writeFieldName("pointer");
          Positions.write(out, compare.pointer().get());
        }
        slices(out, compare.slices());
      } else if (request instanceof Hashes hashes) {
        slices(out, hashes.slices());
      } else if (request instanceof Items items) {
        wanted(out, items.wanted());
      } else if (request instanceof Find find) {
        out.writeArrayFieldStart("keys");
        for (Key key : find.keys()) {
          ItemOut.key(out, key);
        }
        out.writeEndArray();
      }
      out.writeEndObject();
    }
  }

  private static void slices(JsonGenerator out, List<Slice.Bucket> slices) throws IOException {
    out.writeArrayFieldStart("slices");
    for (Slice.Bucket slice : slices) {
      out.writeString(Scalars.slice(slice));
    }
    out.writeEndArray();
  }

  private static void wanted(JsonGenerator out, List<Wanted> wanted) throws IOException {
    out.writeArrayFieldStart("wanted");
    for (Wanted some : wanted) {
      out.writeStartObject();
      out.writeStringField("slice", Scalars.slice(some.slice()));
      out.writeStringField("hashes", Scalars.hashes(some.hashes()));
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  // ---- reading

  /**
   * Reads the body of a request.
   *
   * @param most how many items, slices or keys there may be
   */
  static LogRequest read(Route route, InputStream from, int most) throws IOException {
    try (JsonIn json = Json.reader(from)) {
      return switch (route) {
        case PUSH -> JsonIn.document(json, in -> push(in, most));
        case COMPARE -> JsonIn.document(json, in -> compare(in, most));
        case HASHES -> JsonIn.document(json, in -> new Hashes(compare(in, most).slices()));
        case ITEMS -> JsonIn.document(json, in -> items(in, most));
        case FIND -> JsonIn.document(json, in -> find(in, most));
        case PULL, CONTENT -> throw new IllegalArgumentException(route + " has no body");
      };
    }
  }

  private static Push push(JsonIn in, int most) throws IOException {
    return new Push(only(in, "items", value -> new ItemIn(value).items(most)));
  }

  private static Compare compare(JsonIn in, int most) throws IOException {
    Position pointer = null;
    List<Slice.Bucket> slices = null;
    in.beginObject();
    for (String name = in.field(); name != null; name = in.field()) {
      switch (name) {
        case "pointer" -> {
          in.once(pointer, name);
          pointer = Positions.read(in);
        }
        case "slices" -> {
          in.once(slices, name);
          slices = in.array(most, Scalars::slice);
        }
        default -> in.skip();
      }
    }
    return new Compare(Optional.ofNullable(pointer), in.required(slices, "slices"));
  }

  private static Items items(JsonIn in, int most) throws IOException {
    return new Items(only(in, "wanted", value -> value.array(most, Requests::wanted)));
  }

  private static Wanted wanted(JsonIn in) throws IOException {
    Slice.Bucket slice = null;
    List<Long> hashes = null;
    in.beginObject();
    for (String name = in.field(); name != null; name = in.field()) {
      switch (name) {
        case "slice" -> {
          in.once(slice, name);
          slice = Scalars.slice(in);
        }
        case "hashes" -> {
          in.once(hashes, name);
          hashes = Scalars.hashes(in);
        }
        default -> in.skip();
      }
    }
    return new Wanted(in.required(slice, "slice"), in.required(hashes, "hashes"));
  }

  private static Find find(JsonIn in, int most) throws IOException {
    return new Find(only(in, "keys", value -> value.array(most, ItemIn::key)));
  }

  /** The one field of an object that matters. */
  static <T> T only(JsonIn in, String field, JsonIn.Value<T> value) throws IOException {
    @Nullable T read = null;
    in.beginObject();
    for (String name = in.field(); name != null; name = in.field()) {
      if (name.equals(field)) {
        in.once(read, name);
        read = value.read(in);
      } else {
        in.skip();
      }
    }
    return in.required(read, field);
  }
}
