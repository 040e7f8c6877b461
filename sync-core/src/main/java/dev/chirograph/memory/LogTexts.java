package dev.chirograph.memory;

import dev.chirograph.SyncException;
import dev.chirograph.spi.LogEntry;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogItem;
import java.util.List;

/** Refuses entries of which no other node could be told: a lone surrogate has no form in UTF-8. */
final class LogTexts {

  private LogTexts() {}

  static void check(LogItem item) {
    check(item.last());
    item.added().ifPresent(LogTexts::check);
  }

  private static void check(LogEntry entry) {
    check(entry.body());
  }

  static void check(Body body) {
    for (String text : List.of(body.version(), body.payload(), body.content().location())) {
      if (text.codePoints()
          .anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
        throw SyncException.invalid(
            "the entry "
                + body.id()
                + " about "
                + body.key()
                + " holds a lone surrogate, which is no text");
      }
    }
  }
}
