package dev.chirograph.table;

import dev.chirograph.Change;
import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.spi.StateStore;
import dev.chirograph.spi.table.RowKey;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the replica's database was like when it was last asked, under the name it gave to that. It
 * stands for certain facts about the tables: where others are remembered by now, because several
 * agents have taken turns, it says nothing.
 */
final class Tag {

  private static final String SPACE = "table-tag";
  private static final String SEPARATOR = " ";

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

  /** The name, where it stands for these facts. */
  Optional<String> value(List<TableMemory.Facts> facts) {
    String prefix = digest(facts) + SEPARATOR;
    return Optional.ofNullable(now)
        .filter(one -> one.startsWith(prefix))
        .map(one -> one.substring(prefix.length()));
  }

  /** From now on it is this name, and stands for these facts. */
  void set(String value, List<TableMemory.Facts> facts) {
    now = digest(facts) + SEPARATOR + value;
  }

  private static String digest(List<TableMemory.Facts> facts) {
    return new RowKey(facts.toString()).digest();
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
