package dev.chirograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.ReplicaLog.Merge;
import dev.chirograph.spi.ReplicaLog.Page;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.ReplicaLog.Validity;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Writers who race each other, and a reader who polls all the time and keeps what it was told. */
final class LogRace {

  private static final int WRITERS = 6;

  private final ReplicaLog log;
  private final int rounds;
  private final AtomicInteger busy = new AtomicInteger(WRITERS);
  private final AtomicInteger written = new AtomicInteger();
  private final Map<Id, LogItem> read = new LinkedHashMap<>();

  private record Id(Key key, String version) {}

  LogRace(ReplicaLog log, int rounds) {
    this.log = log;
    this.rounds = rounds;
  }

  void run() {
    Crowd.of(
        WRITERS + 1,
        number -> {
          if (number == WRITERS) {
            poll();
          } else {
            write(number);
          }
          return number;
        });
  }

  /** How many items were written. */
  int written() {
    return written.get();
  }

  /** What the reader knows of every version. */
  Collection<LogItem> read() {
    return read.values();
  }

  private void write(int writer) {
    try {
      long number = 0;
      for (int round = 0; round < rounds; round++) {
        List<Body> bodies =
            IntStream.rangeClosed(0, round % 4).mapToObj(i -> LogHarness.entry()).toList();
        written.addAndGet(bodies.size());
        if (writer % 3 == 0) {
          long first = number;
          String node = "peer" + writer;
          List<LogItem> items =
              IntStream.range(0, bodies.size())
                  .mapToObj(i -> LogHarness.foreign(node, first + i + 1, bodies.get(i)))
                  .toList();
          log.merge(Merge.of(node, items));
          number += items.size();
        } else {
          log.append(bodies);
        }
        if (round % 5 == 0) {
          // The item moves while the reader may be anywhere.
          log.append(List.of(LogHarness.entry(Operation.DEPRECATE, bodies.get(0))));
        }
      }
    } finally {
      busy.decrementAndGet();
    }
  }

  /** Reads on and on, and never hears the same twice. */
  private void poll() {
    Position position = Position.START;
    while (true) {
      // All was written before the page that is read now, or there is another one.
      boolean last = busy.get() == 0;
      Page page = log.read(position, 7, LogHarness.NO_LIMIT);
      assertThat(page.validity()).isEqualTo(Validity.OK);
      assertThat(page.next().number())
          .isGreaterThanOrEqualTo(position.number() + page.items().size());
      List<LogItem> known = new ArrayList<>();
      for (LogItem item : page.items()) {
        LogItem before = read.put(new Id(item.key(), item.version()), item);
        if (item.equals(before)) {
          known.add(item);
        }
      }
      assertThat(known).as("items told twice, after %s", position).isEmpty();
      position = page.next();
      if (last && page.reachesHead()) {
        return;
      }
    }
  }
}
