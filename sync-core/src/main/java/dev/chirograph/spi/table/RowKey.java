package dev.chirograph.spi.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The identity of a row: the texts of its key columns, joined so that different keys give different
 * texts. Where a table has no key, the SHA-256 digest of the row's text in lower-case hexadecimal.
 *
 * @param text as {@link RowFormat} writes it
 */
public record RowKey(String text) {
  public RowKey {
    Objects.requireNonNull(text, "text");
  }

  /** The identity of a row with these texts in its key columns. */
  public static RowKey of(List<? extends @Nullable String> cells) {
    StringBuilder text = new StringBuilder();
    cells.forEach(cell -> RowFormat.append(text, cell));
    return new RowKey(text.substring(Math.min(1, text.length())));
  }

  /** The texts of the columns; null where one is null. */
  public List<@Nullable String> cells() {
    List<@Nullable String> cells = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    boolean none = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == RowFormat.SEPARATOR) {
        cells.add(none ? null : cell.toString());
        cell.setLength(0);
        none = false;
      } else if (c == RowFormat.ESCAPE && i + 1 < text.length()) {
        char next = text.charAt(++i);
        if (next == RowFormat.NONE) {
          none = true;
        } else {
          cell.append(next);
        }
      } else {
        cell.append(c);
      }
    }
    cells.add(none ? null : cell.toString());
    return cells;
  }

  /** SHA-256 of the text, in lower-case hexadecimal: a name of fixed length. */
  public String digest() {
    return TextHash.sha256(text);
  }

  @Override
  public String toString() {
    return text;
  }
}
