package dev.chirograph.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.SerializedString;
import dev.chirograph.Key;
import dev.chirograph.spi.LogEntry;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogItem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** Writes items of a log. Not safe for use by several threads. */
final class ItemOut {

  private static final SerializableString ID = new SerializedString("id");
  private static final SerializableString OPERATION = new SerializedString("operation");
  private static final SerializableString KEY = new SerializedString("key");
  private static final SerializableString VERSION = new SerializedString("version");
  private static final SerializableString CONTENT = new SerializedString("content");
  private static final SerializableString SHA256 = new SerializedString("sha256");
  private static final SerializableString SIZE = new SerializedString("size");
  private static final SerializableString LOCATION = new SerializedString("location");
  private static final SerializableString PAYLOAD = new SerializedString("payload");
  private static final SerializableString NODE = new SerializedString("node");
  private static final SerializableString EPOCH = new SerializedString("epoch");
  private static final SerializableString NUMBER = new SerializedString("number");
  private static final SerializableString AT = new SerializedString("at");
  private static final SerializableString ADDED = new SerializedString("added");

  private final JsonGenerator out;

  // Entries of one commit share their time: its text is made once.
  private Instant instant = Instant.EPOCH;
  private String at = instant.toString();

  ItemOut(JsonGenerator out) {
    this.out = out;
  }

  /** About how many bytes an item takes; too few rather than too many. */
  static long estimate(LogItem item) {
    return 220L + item.last().body().payload().length();
  }

  void items(List<LogItem> items) throws IOException {
    out.writeStartArray();
    for (LogItem item : items) {
      out.writeStartObject();
      entry(item.last());
      if (item.added().isPresent()) {
        out.writeFieldName(ADDED);
        out.writeStartObject();
        entry(item.added().get());
        out.writeEndObject();
      }
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private void entry(LogEntry entry) throws IOException {
    Body body = entry.body();
    text(ID, body.id().toString());
    text(OPERATION, Words.name(body.operation()));
    out.writeFieldName(KEY);
    key(out, body.key());
    text(VERSION, body.version());
    if (!body.content().equals(Content.NONE)) {
      content(body.content());
    }
    if (!body.payload().isEmpty()) {
      text(PAYLOAD, body.payload());
    }
    text(NODE, entry.dot().node());
    text(EPOCH, entry.dot().epoch().toString());
    out.writeFieldName(NUMBER);
    out.writeNumber(entry.dot().number());
    text(AT, text(entry.at()));
  }

  private void content(Content content) throws IOException {
    out.writeFieldName(CONTENT);
    out.writeStartObject();
    text(SHA256, content.sha256());
    out.writeFieldName(SIZE);
    out.writeNumber(content.size());
    if (!content.location().isEmpty()) {
      text(LOCATION, content.location());
    }
    out.writeEndObject();
  }

  private void text(SerializableString name, String value) throws IOException {
    out.writeFieldName(name);
    out.writeString(value);
  }

  private String text(Instant time) {
    if (!time.equals(instant)) {
      instant = time;
      at = time.toString();
    }
    return at;
  }

  /** A text where the bytes of the key are one, else an object with the bytes in base64. */
  static void key(JsonGenerator out, Key key) throws IOException {
    String text = key.text();
    if (isText(text, key)) {
      out.writeString(text);
    } else {
      out.writeStartObject();
      out.writeStringField("base64", Base64.getEncoder().encodeToString(key.toBytes()));
      out.writeEndObject();
    }
  }

  private static boolean isText(String text, Key key) {
    return text.indexOf('\uFFFD') < 0
        || Arrays.equals(text.getBytes(StandardCharsets.UTF_8), key.toBytes());
  }
}
