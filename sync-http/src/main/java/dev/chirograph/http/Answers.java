package dev.chirograph.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.chirograph.Digest;
import dev.chirograph.log.LogAnswer;
import dev.chirograph.log.LogAnswer.Compared;
import dev.chirograph.log.LogAnswer.Found;
import dev.chirograph.log.LogAnswer.Hashed;
import dev.chirograph.log.LogAnswer.Pulled;
import dev.chirograph.log.LogAnswer.Pushed;
import dev.chirograph.log.LogAnswer.Receipt;
import dev.chirograph.log.LogAnswer.Result;
import dev.chirograph.log.LogRequest;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Bounds;
import dev.chirograph.spi.ReplicaLog.Page;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.ReplicaLog.Validity;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/** The bodies of answers. Items are written and read one by one. */
final class Answers {

  private Answers() {}

  // ---- writing

  static void write(LogAnswer answer, OutputStream to) throws IOException {
    try (JsonGenerator out = Json.writer(to)) {
      out.writeStartObject();
      if (answer instanceof Pulled pulled) {
        page(out, pulled.page());
      } else if (answer instanceof Pushed pushed) {
        receipts(out, pushed.receipts());
      } else if (answer instanceof Compared compared) {
        compared(out, compared);
      } else if (answer instanceof Hashed hashed) {
        out.writeArrayFieldStart("hashes");
        for (List<Long> hashes : hashed.hashes()) {
          out.writeString(Scalars.hashes(hashes));
        }
        out.writeEndArray();
      } else if (answer instanceof Found found) {
        out.writeFieldName("items");
        new ItemOut(out).items(found.items());
      }
      out.writeEndObject();
    }
  }

  private static void page(JsonGenerator out, Page page) throws IOException {
    out.writeStringField("validity", Words.word(page.validity()));
    out.writeFieldName("next");
    Positions.write(out, page.next());
    out.writeFieldName("bounds");
    Positions.write(out, page.bounds());
    out.writeFieldName("items");
    new ItemOut(out).items(page.items());
  }

  private static void receipts(JsonGenerator out, List<Receipt> receipts) throws IOException {
    out.writeArrayFieldStart("receipts");
    for (Receipt receipt : receipts) {
      out.writeStartObject();
      out.writeStringField("result", Words.word(receipt.result()));
      if (!receipt.reason().isEmpty()) {
        out.writeStringField("reason", receipt.reason());
      }
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private static void compared(JsonGenerator out, Compared compared) throws IOException {
    out.writeFieldName("bounds");
    Positions.write(out, compared.bounds());
    out.writeArrayFieldStart("digests");
    for (Digest digest : compared.digests()) {
      out.writeString(Scalars.digest(digest));
    }
    out.writeEndArray();
  }

  // ---- reading

  /**
   * Reads the answer to a request; more than was asked for is refused.
   *
   * @param from ends with the answer
   */
  static LogAnswer read(LogRequest request, InputStream from) throws IOException {
    try (JsonIn json = Json.reader(from)) {
      if (request instanceof LogRequest.Pull pull) {
        return JsonIn.document(json, in -> new Pulled(page(in, pull.limit())));
      }
      if (request instanceof LogRequest.Push push) {
        return JsonIn.document(json, in -> new Pushed(receipts(in, push.items().size())));
      }
      if (request instanceof LogRequest.Compare compare) {
        return JsonIn.document(json, in -> compared(in, compare.slices().size()));
      }
      if (request instanceof LogRequest.Hashes hashes) {
        int slices = hashes.slices().size();
        return JsonIn.document(
            json,
            in ->
                new Hashed(
                    Requests.only(in, "hashes", value -> value.array(slices, Scalars::hashes))));
      }
      return JsonIn.document(
          json,
          in ->
              new Found(
                  Requests.only(in, "items", value -> new ItemIn(value).items(most(request)))));
    }
  }

  /** A key may have any number of versions; a hash stands for one item, or by a rare chance two. */
  private static int most(LogRequest request) {
    return request instanceof LogRequest.Items items
        ? 2 * items.wanted().stream().mapToInt(some -> some.hashes().size()).sum()
        : Integer.MAX_VALUE;
  }

  private static Page page(JsonIn in, int most) throws IOException {
    Validity validity = null;
    Position next = null;
    Bounds bounds = null;
    List<LogItem> items = null;
    in.beginObject();
    for (String name = in.field(); name != null; name = in.field()) {
      switch (name) {
        case "validity" -> {
          in.once(validity, name);
          validity = in.word(Words.VALIDITIES);
        }
        case "next" -> {
          in.once(next, name);
          next = Positions.read(in);
        }
        case "bounds" -> {
          in.once(bounds, name);
          bounds = Positions.bounds(in);
        }
        case "items" -> {
          in.once(items, name);
          items = new ItemIn(in).items(most);
        }
        default -> in.skip();
      }
    }
    return new Page(
        in.required(items, "items"),
        in.required(next, "next"),
        in.required(bounds, "bounds"),
        in.required(validity, "validity"));
  }

  private static List<Receipt> receipts(JsonIn in, int number) throws IOException {
    return exactly(
        in, number, Requests.only(in, "receipts", value -> value.array(number, Answers::receipt)));
  }

  private static Receipt receipt(JsonIn in) throws IOException {
    Result result = null;
    String reason = null;
    in.beginObject();
    for (String name = in.field(); name != null; name = in.field()) {
      switch (name) {
        case "result" -> {
          in.once(result, name);
          result = in.word(Words.RESULTS);
        }
        case "reason" -> {
          in.once(reason, name);
          reason = in.text();
        }
        default -> in.skip();
      }
    }
    return new Receipt(in.required(result, "result"), reason == null ? "" : reason);
  }

  private static Compared compared(JsonIn in, int number) throws IOException {
    Bounds bounds = null;
    List<Digest> digests = null;
    in.beginObject();
    for (String name = in.field(); name != null; name = in.field()) {
      switch (name) {
        case "bounds" -> {
          in.once(bounds, name);
          bounds = Positions.bounds(in);
        }
        case "digests" -> {
          in.once(digests, name);
          digests = exactly(in, number, in.array(number, Scalars::digest));
        }
        default -> in.skip();
      }
    }
    return new Compared(in.required(bounds, "bounds"), in.required(digests, "digests"));
  }

  private static <T> List<T> exactly(JsonIn in, int number, List<T> values) throws IOException {
    if (values.size() != number) {
      throw in.wrong("there are " + values.size() + " values where " + number + " belong");
    }
    return values;
  }
}
