package dev.chirograph.relocate;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a plan that was written to a file, page by page. A line without its break was cut. */
final class PlanReader {

  /** Longer than any line: ids and keys of 1,024 bytes take three characters for each. */
  private static final int LONGEST = 1 << 16;

  private final Reader in;
  private long number;

  /**
   * @param in is best buffered
   * @throws SyncException CORRUPT when it is no plan
   */
  PlanReader(Reader in) throws IOException {
    this.in = in;
    if (!PlanLine.NAMES.equals(line())) {
      throw new SyncException(
          Kind.CORRUPT, "this is no plan: its first line is not '" + PlanLine.NAMES + "'");
    }
  }

  /** The next lines; empty at the end. */
  List<PlanLine> page(int most) throws IOException {
    List<PlanLine> page = new ArrayList<>();
    String line = line();
    while (line != null) {
      page.add(PlanLine.of(line, number));
      line = page.size() == most ? null : line();
    }
    return page;
  }

  private @Nullable String line() throws IOException {
    number++;
    StringBuilder line = new StringBuilder();
    int next = in.read();
    while (next >= 0 && next != '\n' && line.length() < LONGEST) {
      line.append((char) next);
      next = in.read();
    }
    if (next < 0 && line.length() == 0) {
      return null;
    }
    if (next != '\n') {
      throw PlanLine.broken(number, null);
    }
    return line.toString();
  }
}
