package dev.chirograph.simulation;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Tells what happens, where anybody listens: words are not put together for nobody. */
final class TableTrace {

  static final TableTrace NONE = new TableTrace(null, "");

  private final @Nullable Consumer<String> listener;
  private final String prefix;

  private TableTrace(@Nullable Consumer<String> listener, String prefix) {
    this.listener = listener;
    this.prefix = prefix;
  }

  static TableTrace to(Consumer<String> listener) {
    return new TableTrace(listener, "");
  }

  /** The same, of one office. */
  TableTrace of(String office) {
    return new TableTrace(listener, office + ": ");
  }

  void tell(Object... words) {
    Consumer<String> out = listener;
    if (out != null) {
      StringBuilder line = new StringBuilder(prefix);
      for (Object word : words) {
        line.append(word).append(' ');
      }
      out.accept(line.toString().stripTrailing());
    }
  }
}
