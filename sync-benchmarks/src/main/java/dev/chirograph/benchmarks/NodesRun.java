package dev.chirograph.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import com.zaxxer.hikari.HikariDataSource;
import dev.chirograph.Slice;
import dev.chirograph.jdbc.JdbcLog;
import dev.chirograph.log.LogAnswer;
import dev.chirograph.log.LogPeer;
import dev.chirograph.log.LogReplicator;
import dev.chirograph.log.LogRequest;
import dev.chirograph.servers.Database;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Page;
import dev.chirograph.spi.ReplicaLog.Position;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * A JVM of its own that holds two nodes, each with a log in a database, which talk over HTTP. Reads
 * a command a line, and answers each with a line of JSON.
 */
final class NodesRun {

  /**
   * What became of one command.
   *
   * @param cpuMillis what this JVM, with both nodes and what counts between them, computed for it
   * @param items that the calling node holds now
   * @param heapMiB the most heap that a collection ever left in use in this JVM
   */
  record Answer(
      double millis, double cpuMillis, long requests, long bytes, long items, double heapMiB) {}

  static final ObjectMapper JSON = new ObjectMapper();

  /** Catches up with the other node. */
  static final String PULL = "pull";

  /** Compares with the other node and exchanges what differs. */
  static final String COMPARE = "compare";

  /** With a number behind it: drops so many items here, spread over the log. */
  static final String DROP = "drop ";

  private static final OperatingSystemMXBean OS =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private final JdbcLog log;
  private final LogReplicator node;
  private final CountingRelay relay;
  private final LongAdder requests = new LongAdder();
  private final HeapWatch heap = HeapWatch.start();

  private NodesRun(JdbcLog log, ServedLog there, CountingRelay relay) {
    this.log = log;
    this.relay = relay;
    LogPeer peer = counted(there.peer("here", relay.port()).withoutGzip().build());
    this.node =
        LogReplicator.builder("here", log).peer("there", peer).patience(Duration.ZERO).build();
  }

  /** Arguments: URL, user and password of the calling node's database, and of the other's. */
  public static void main(String[] arguments) throws Exception {
    Database here = new Database(arguments[0], arguments[1], arguments[2]);
    Database there = new Database(arguments[3], arguments[4], arguments[5]);
    try (HikariDataSource poolHere = Postgres.pool(here, 4);
        HikariDataSource poolThere = Postgres.pool(there, 4);
        ServedLog served =
            ServedLog.of(
                LogReplicator.builder("there", JdbcLog.of(poolThere, "there"))
                    .reader("here")
                    .build(),
                "here");
        CountingRelay relay = CountingRelay.to(served.port())) {
      NodesRun run = new NodesRun(JdbcLog.of(poolHere, "here"), served, relay);
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        System.out.println(JSON.writeValueAsString(run.answer(line)));
      }
    }
  }

  private LogPeer counted(LogPeer peer) {
    return new LogPeer() {
      @Override
      public LogAnswer call(LogRequest request) {
        requests.increment();
        return peer.call(request);
      }

      @Override
      public InputStream content(Content content, long from) {
        return peer.content(content, from);
      }
    };
  }

  private Answer answer(String command) {
    long requestsBefore = requests.sum();
    long bytesBefore = relay.bytes();
    long cpu = OS.getProcessCpuTime();
    long start = System.nanoTime();
    act(command);
    return new Answer(
        (System.nanoTime() - start) / 1e6,
        (OS.getProcessCpuTime() - cpu) / 1e6,
        requests.sum() - requestsBefore,
        relay.bytes() - bytesBefore,
        count(),
        heap.mostMiB());
  }

  private void act(String command) {
    if (command.equals(PULL)) {
      node.pull("there");
    } else if (command.equals(COMPARE)) {
      node.resync("there");
      node.pull("there");
    } else if (command.startsWith(DROP)) {
      drop(Integer.parseInt(command.substring(DROP.length())));
    } else {
      throw new IllegalArgumentException(command);
    }
  }

  private long count() {
    return log.digests(List.of(Slice.Bucket.ALL)).get(0).count();
  }

  private void drop(int number) {
    long every = count() / Math.max(1, number);
    long seen = 0;
    int left = number;
    Page page;
    Position after = Position.START;
    do {
      page = log.read(after, 1_000, Long.MAX_VALUE);
      List<LogItem> gone = new ArrayList<>();
      for (LogItem item : page.items()) {
        if (seen++ % every == 0 && left > 0) {
          gone.add(item);
          left--;
        }
      }
      log.forget(gone);
      after = page.next();
    } while (!page.reachesHead());
  }
}
