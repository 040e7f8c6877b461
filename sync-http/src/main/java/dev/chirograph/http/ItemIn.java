package dev.chirograph.http;

import dev.chirograph.Key;
import dev.chirograph.spi.LogEntry;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Dot;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.LogItem;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads items of a log. Not safe for use by several threads. */
final class ItemIn {

  private final JsonIn in;

  // Neighbours often share these: each is made once.
  private String node = "";
  private String at = "1970-01-01T00:00:00Z";
  private Instant instant = Instant.EPOCH;

  ItemIn(JsonIn in) {
    this.in = in;
  }

  /**
   * Items.
   *
   * @param most how many there may be
   */
  List<LogItem> items(int most) throws IOException {
    return in.array(most, ignored -> item());
  }

  private LogItem item() throws IOException {
    Fields fields = new Fields();
    read(fields, true);
    LogEntry last = entry(fields);
    return fields.added == null ? LogItem.of(last) : new LogItem(last, Optional.of(fields.added));
  }

  /** What was read of an entry so far. */
  private static final class Fields {
    private @Nullable UUID id;
    private @Nullable Operation operation;
    private @Nullable Key key;
    private @Nullable String version;
    private @Nullable Content content;
    private @Nullable String payload;
    private @Nullable String node;
    private @Nullable UUID epoch;
    private @Nullable Long number;
    private @Nullable Instant at;
    private @Nullable LogEntry added;
  }

  private void read(Fields fields, boolean whole) throws IOException {
    in.beginObject();
    for (String name = in.field(); name != null; name = in.field()) {
      switch (name) {
        case "id" -> {
          in.once(fields.id, name);
          fields.id = in.uuid();
        }
        case "operation" -> {
          in.once(fields.operation, name);
          fields.operation = in.word(Words.OPERATIONS);
        }
        case "key" -> {
          in.once(fields.key, name);
          fields.key = key(in);
        }
        case "version" -> {
          in.once(fields.version, name);
          fields.version = in.text();
        }
        case "content" -> {
          in.once(fields.content, name);
          fields.content = content();
        }
        case "payload" -> {
          in.once(fields.payload, name);
          fields.payload = in.text();
        }
        case "node" -> {
          in.once(fields.node, name);
          fields.node = shared(in.text());
        }
        case "epoch" -> {
          in.once(fields.epoch, name);
          fields.epoch = in.uuid();
        }
        case "number" -> {
          in.once(fields.number, name);
          fields.number = in.whole();
        }
        case "at" -> {
          in.once(fields.at, name);
          fields.at = time(in.text());
        }
        case "added" -> {
          in.once(fields.added, name);
          fields.added = added(whole);
        }
        default -> in.skip();
      }
    }
  }

  private LogEntry added(boolean allowed) throws IOException {
    if (!allowed) {
      throw in.wrong("the entry that added a version has itself another that did");
    }
    Fields fields = new Fields();
    read(fields, false);
    return entry(fields);
  }

  private LogEntry entry(Fields fields) throws IOException {
    Dot dot =
        new Dot(
            in.required(fields.node, "node"),
            in.required(fields.epoch, "epoch"),
            in.required(fields.number, "number"));
    Body body =
        new Body(
            in.required(fields.id, "id"),
            in.required(fields.operation, "operation"),
            in.required(fields.key, "key"),
            in.required(fields.version, "version"),
            fields.content == null ? Content.NONE : fields.content,
            fields.payload == null ? "" : fields.payload);
    return new LogEntry(dot, in.required(fields.at, "at"), body);
  }

  private Content content() throws IOException {
    String sha256 = null;
    Long size = null;
    String location = null;
    in.beginObject();
    for (String name = in.field(); name != null; name = in.field()) {
      switch (name) {
        case "sha256" -> {
          in.once(sha256, name);
          sha256 = in.text();
        }
        case "size" -> {
          in.once(size, name);
          size = in.whole();
        }
        case "location" -> {
          in.once(location, name);
          location = in.text();
        }
        default -> in.skip();
      }
    }
    return new Content(
        in.required(sha256, "sha256"), in.required(size, "size"), location == null ? "" : location);
  }

  private String shared(String name) {
    if (!name.equals(node)) {
      node = name;
    }
    return node;
  }

  private Instant time(String text) throws IOException {
    if (!text.equals(at)) {
      try {
        instant = Instant.parse(text);
        at = text;
      } catch (DateTimeException e) {
        throw in.wrong("a time is not of the form 2026-01-01T00:00:00.123456789Z");
      }
    }
    return instant;
  }

  /** A key, as a text or as an object with its bytes in base64. */
  static Key key(JsonIn in) throws IOException {
    if (in.isText()) {
      return Key.utf8(in.text());
    }
    byte[] bytes = null;
    in.beginObject();
    for (String name = in.field(); name != null; name = in.field()) {
      if (name.equals("base64")) {
        in.once(bytes, name);
        bytes = in.base64();
      } else {
        in.skip();
      }
    }
    return Key.ofBytes(in.required(bytes, "base64"));
  }
}
