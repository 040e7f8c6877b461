package dev.chirograph.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.chirograph.SyncException;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON from front to back and accepts only what is asked for. Whatever is wrong with the
 * text, and nothing else, is a {@link WireException}; trouble with the stream stays as it is.
 */
final class JsonIn implements Closeable {

  private final JsonParser parser;

  JsonIn(JsonParser parser) {
    this.parser = parser;
  }

  /** Reads one value. */
  interface Value<T> {
    T read(JsonIn in) throws IOException;
  }

  /** Reads a whole document. */
  static <T> T document(JsonIn in, Value<T> value) throws IOException {
    return next(
        in,
        document -> {
          T read = value.read(document);
          if (document.parser.nextToken() != null) {
            throw document.wrong("there is something behind the end");
          }
          return read;
        });
  }

  /** Reads the next of several documents, one behind the other. */
  static <T> T next(JsonIn in, Value<T> value) throws IOException {
    try {
      in.parser.nextToken();
      return value.read(in);
    } catch (StreamConstraintsException e) {
      throw new WireException.TooLarge("a text, a name or a number is longer than allowed");
    } catch (JsonProcessingException e) {
      // The message of the cause may quote what was read.
      throw in.wrong("it is no JSON, or ends early");
    } catch (SyncException e) {
      throw in.wrong(String.valueOf(e.getMessage()));
    }
  }

  /** Refuses anything that follows. */
  void end() throws IOException {
    next(
        this,
        in -> {
          if (in.parser.currentToken() != null) {
            throw in.wrong("there is something behind the end");
          }
          return "";
        });
  }

  /** Reads the object at hand; members that are not asked for are left out. */
  void object(Member<?>... members) throws IOException {
    beginObject();
    for (String name = field(); name != null; name = field()) {
      Member<?> asked = null;
      for (Member<?> member : members) {
        asked = member.isNamed(name) ? member : asked;
      }
      if (asked == null) {
        skip();
      } else {
        asked.read(this);
      }
    }
  }

  /** Steps into the object at hand. */
  void beginObject() throws IOException {
    require(JsonToken.START_OBJECT, "object");
  }

  /** The name of the next field, whose value is then at hand; null at the end of the object. */
  @Nullable String field() throws IOException {
    String name = parser.nextFieldName();
    if (name != null) {
      parser.nextToken();
    } else {
      require(JsonToken.END_OBJECT, "end of an object");
    }
    return name;
  }

  /** Leaves out the value at hand, whatever it is. */
  void skip() throws IOException {
    parser.skipChildren();
  }

  boolean isArray() {
    return parser.currentToken() == JsonToken.START_ARRAY;
  }

  boolean isNull() {
    return parser.currentToken() == JsonToken.VALUE_NULL;
  }

  boolean isText() {
    return parser.currentToken() == JsonToken.VALUE_STRING;
  }

  String text() throws IOException {
    require(JsonToken.VALUE_STRING, "text");
    String text = parser.getText();
    if (!Json.isText(text)) {
      throw wrong("a text holds a lone surrogate");
    }
    return text;
  }

  /** A text of at most so many characters. */
  String text(int most) throws IOException {
    String text = text();
    if (text.length() > most) {
      throw new WireException.TooLarge("a text has more than " + most + " characters");
    }
    return text;
  }

  boolean truth() throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_TRUE) {
      return true;
    }
    require(JsonToken.VALUE_FALSE, "true or false");
    return false;
  }

  /** A whole number from a least to a most. */
  int whole(int least, int most) throws IOException {
    long number = whole();
    if (number < least || number > most) {
      throw wrong("a number is not between " + least + " and " + most);
    }
    return (int) number;
  }

  long whole() throws IOException {
    require(JsonToken.VALUE_NUMBER_INT, "whole number");
    return parser.getLongValue();
  }

  UUID uuid() throws IOException {
    return uuid(text());
  }

  private UUID uuid(String text) throws IOException {
    if (text.length() == 36) {
      try {
        return UUID.fromString(text);
      } catch (IllegalArgumentException e) {
        throw wrong("a UUID is malformed");
      }
    }
    throw wrong("a UUID does not have 36 characters");
  }

  byte[] base64() throws IOException {
    try {
      return Base64.getDecoder().decode(text());
    } catch (IllegalArgumentException e) {
      throw wrong("base64 is malformed");
    }
  }

  /** One of a few words. */
  <T> T word(Map<String, T> words) throws IOException {
    T meant = words.get(text());
    if (meant == null) {
      throw wrong("a word is none of " + words.keySet());
    }
    return meant;
  }

  /**
   * An array.
   *
   * @param most how many values there may be
   */
  <T> List<T> array(int most, Value<T> value) throws IOException {
    require(JsonToken.START_ARRAY, "array");
    List<T> values = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (values.size() == most) {
        throw new WireException.TooLarge("an array has more than " + most + " values");
      }
      values.add(value.read(this));
    }
    return values;
  }

  /** The value of a field that has to be there. */
  <T> T required(@Nullable T value, String field) throws IOException {
    if (value == null) {
      throw wrong("the field '" + field + "' is missing");
    }
    return value;
  }

  /** The value at hand, unless it is null. */
  <T> Optional<T> orNull(Value<T> value) throws IOException {
    return isNull() ? Optional.empty() : Optional.of(value.read(this));
  }

  /** Refuses a field that comes twice. */
  void once(@Nullable Object before, String field) throws IOException {
    if (before != null) {
      throw wrong("the field '" + field + "' comes twice");
    }
  }

  private void require(JsonToken expected, String what) throws IOException {
    if (parser.currentToken() != expected) {
      throw wrong("there is no " + what + " where one belongs");
    }
  }

  WireException wrong(String why) {
    return new WireException(
        why
            + " (line "
            + parser.currentLocation().getLineNr()
            + ", column "
            + parser.currentLocation().getColumnNr()
            + ")");
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }
}
