package dev.chirograph.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.chirograph.spi.LogContext;
import dev.chirograph.spi.LogContext.Life;
import dev.chirograph.spi.ReplicaLog.Bounds;
import dev.chirograph.spi.ReplicaLog.Position;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Positions, and what a log has seen, as JSON. */
final class Positions {

  private static final Comparator<Life> ORDER =
      Comparator.comparing(Life::node).thenComparing(Life::epoch);

  private Positions() {}

  static void write(JsonGenerator out, Position position) throws IOException {
    out.writeStartObject();
    out.writeStringField("epoch", position.epoch().toString());
    out.writeNumberField("number", position.number());
    out.writeStringField("mark", position.mark().toString());
    out.writeEndObject();
  }

  static Position read(JsonIn in) throws IOException {
    UUID epoch = null;
    Long number = null;
    UUID mark = null;
    in.beginObject();
    for (String name = in.field(); name != null; name = in.field()) {
      switch (name) {
        case "epoch" -> {
          in.once(epoch, name);
          epoch = in.uuid();
        }
        case "number" -> {
          in.once(number, name);
          number = in.whole();
        }
        case "mark" -> {
          in.once(mark, name);
          mark = in.uuid();
        }
        default -> in.skip();
      }
    }
    return new Position(
        in.required(epoch, "epoch"), in.required(number, "number"), in.required(mark, "mark"));
  }

  static void write(JsonGenerator out, Bounds bounds) throws IOException {
    out.writeStartObject();
    out.writeFieldName("floor");
    write(out, bounds.floor());
    out.writeFieldName("head");
    write(out, bounds.head());
    out.writeArrayFieldStart("context");
    Map<Life, Long> seen = bounds.context().seen();
    for (Life life : seen.keySet().stream().sorted(ORDER).toList()) {
      out.writeStartObject();
      out.writeStringField("node", life.node());
      out.writeStringField("epoch", life.epoch().toString());
      out.writeNumberField("number", seen.getOrDefault(life, 0L));
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  static Bounds bounds(JsonIn in) throws IOException {
    Position floor = null;
    Position head = null;
    LogContext context = null;
    in.beginObject();
    for (String name = in.field(); name != null; name = in.field()) {
      switch (name) {
        case "floor" -> {
          in.once(floor, name);
          floor = read(in);
        }
        case "head" -> {
          in.once(head, name);
          head = read(in);
        }
        case "context" -> {
          in.once(context, name);
          context = context(in);
        }
        default -> in.skip();
      }
    }
    return new Bounds(
        in.required(floor, "floor"), in.required(head, "head"), in.required(context, "context"));
  }

  private record Seen(Life life, long number) {}

  private static LogContext context(JsonIn in) throws IOException {
    List<Seen> all = in.array(Integer.MAX_VALUE, Positions::seen);
    Map<Life, Long> numbers = new HashMap<>();
    for (Seen one : all) {
      if (numbers.put(one.life(), one.number()) != null) {
        throw in.wrong("a context names a life twice");
      }
    }
    return LogContext.of(numbers);
  }

  private static Seen seen(JsonIn in) throws IOException {
    String node = null;
    UUID epoch = null;
    Long number = null;
    in.beginObject();
    for (String name = in.field(); name != null; name = in.field()) {
      switch (name) {
        case "node" -> {
          in.once(node, name);
          node = in.text();
        }
        case "epoch" -> {
          in.once(epoch, name);
          epoch = in.uuid();
        }
        case "number" -> {
          in.once(number, name);
          number = in.whole();
        }
        default -> in.skip();
      }
    }
    return new Seen(
        new Life(in.required(node, "node"), in.required(epoch, "epoch")),
        in.required(number, "number"));
  }
}
