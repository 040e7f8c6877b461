package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Page;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.ReplicaLog.Validity;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import javax.sql.DataSource;

/**
 * Reads on from where it was, all the time, and keeps where it saw which entry. Not safe for use by
 * several threads.
 */
final class LogFollower {

  private static final int PAGE = 300;

  private final JdbcLog log;
  private final Map<Long, long[]> seen = new HashMap<>();
  private Position after = Position.START;
  private int pages;
  private long read;

  LogFollower(DataSource dataSource) {
    this.log = JdbcLog.of(dataSource, "here");
  }

  /**
   * Follows a log to which things are added only: its positions have no holes, and nothing comes
   * twice.
   */
  void poll(AtomicBoolean writing) {
    follow(writing, this::note);
    assertThat(after.number()).as("positions that were read").isEqualTo(read);
  }

  /** Reads until nobody writes any more and nothing is left. */
  void follow(AtomicBoolean writing, Consumer<LogItem> items) {
    boolean last = false;
    while (true) {
      boolean atEnd = !writing.get();
      Page page = log.read(after, PAGE, Long.MAX_VALUE);
      assertThat(page.validity()).isEqualTo(Validity.OK);
      assertThat(page.next().number()).isGreaterThanOrEqualTo(after.number() + page.items().size());
      page.items().forEach(items);
      pages++;
      after = page.next();
      if (last && page.reachesHead()) {
        return;
      }
      last = atEnd;
    }
  }

  private void note(LogItem item) {
    read++;
    long writer = item.last().body().id().getMostSignificantBits();
    int entry = (int) item.last().body().id().getLeastSignificantBits();
    long[] of = seen.getOrDefault(writer, new long[0]);
    if (entry >= of.length) {
      of = Arrays.copyOf(of, Math.max(1_000, entry * 2));
      seen.put(writer, of);
    }
    assertThat(of[entry]).as("where " + item.key() + " was read before").isZero();
    of[entry] = read;
  }

  /** Entries that were committed and not read. */
  List<Integer> missed(LogAdding writer) {
    return entries(writer, entry -> writer.committed(entry) && place(writer, entry) == 0);
  }

  /** Entries that were read and not committed. */
  List<Integer> unasked(LogAdding writer) {
    return entries(writer, entry -> !writer.committed(entry) && place(writer, entry) != 0);
  }

  /** Entries that were read at another position than the one that was answered. */
  List<Integer> elsewhere(LogAdding writer) {
    return entries(
        writer,
        entry -> writer.position(entry) != 0 && writer.position(entry) != place(writer, entry));
  }

  private static List<Integer> entries(LogAdding writer, IntPredicate which) {
    return IntStream.range(0, writer.written()).filter(which).boxed().toList();
  }

  private long place(LogAdding writer, int entry) {
    long[] of = seen.getOrDefault((long) writer.writer(), new long[0]);
    return entry < of.length ? of[entry] : 0;
  }

  JdbcLog log() {
    return log;
  }

  int pages() {
    return pages;
  }

  /** How many items were read. */
  long read() {
    return read;
  }
}
