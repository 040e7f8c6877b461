package dev.chirograph.table;

import dev.chirograph.Change;
import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.spi.StateStore;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the replica's database was like when it was last asked, under the name it gave to that. */
final class Tag {

  private static final String SPACE = "table-tag";

  private final @Nullable String before;
  private @Nullable String now;

  private Tag(@Nullable String before) {
    this.before = before;
    this.now = before;
  }

  static Tag read(StateStore state, String engine) {
    return new Tag(
        state
            .read(SPACE, List.of(Key.utf8(engine)))
            .get(0)
            .map(stored -> new String(stored.value(), StandardCharsets.UTF_8))
            .orElse(null));
  }

  Optional<String> value() {
    return Optional.ofNullable(now);
  }

  void set(String value) {
    now = value;
  }

  /** Keeps it, where it has changed. */
  void write(TableSettings settings, String engine) {
    String value = now;
    if (value != null && !value.equals(before)) {
      byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
      settings.keep(SPACE, List.of(Change.put(Key.utf8(engine), bytes, new Expect.Anything())));
    }
  }
}
