package dev.chirograph.http;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A member of a JSON object that is being read. Not safe for use by several threads. */
final class Member<T> {

  private final String name;
  private final JsonIn.Value<T> value;
  private @Nullable T read;

  private Member(String name, JsonIn.Value<T> value) {
    this.name = name;
    this.value = value;
  }

  static <T> Member<T> of(String name, JsonIn.Value<T> value) {
    return new Member<>(name, value);
  }

  static Member<String> text(String name) {
    return of(name, JsonIn::text);
  }

  static Member<Long> whole(String name) {
    return of(name, JsonIn::whole);
  }

  boolean isNamed(String other) {
    return name.equals(other);
  }

  /** Reads the value at hand. */
  void read(JsonIn in) throws IOException {
    in.once(read, name);
    read = value.read(in);
  }

  T required(JsonIn in) throws IOException {
    return in.required(read, name);
  }

  Optional<T> optional() {
    return Optional.ofNullable(read);
  }

  T or(T other) {
    return read == null ? other : read;
  }
}
