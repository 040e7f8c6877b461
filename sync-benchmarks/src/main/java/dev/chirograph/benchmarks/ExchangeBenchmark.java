package dev.chirograph.benchmarks;

import dev.chirograph.log.LogAnswer;
import dev.chirograph.log.LogPeer;
import dev.chirograph.log.LogReplicator;
import dev.chirograph.log.LogRequest;
import dev.chirograph.memory.MemoryLog;
import dev.chirograph.spi.ReplicaLog.Merge;
import dev.chirograph.spi.ReplicaLog.Page;
import dev.chirograph.spi.ReplicaLog.Position;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Two nodes with logs in memory that talk over HTTP on the loopback interface, signed: what the
 * protocol and its carrier cost.
 */
final class ExchangeBenchmark implements Benchmark {

  @Override
  public String name() {
    return "exchange";
  }

  @Override
  public String about() {
    return "two logs in memory over HTTP: entries pulled per second, the latency of a push";
  }

  @Override
  public void run(Plan plan, Results results) throws Exception {
    results.note(
        "logs in memory, signed requests, the server of the JDK, no compression for pulls");
    int items = plan.size(200_000, 2_000);
    for (int round = 0; round < plan.rounds(); round++) {
      pull(filled(items), items, results);
      push(plan.size(1_000, 20), results);
    }
  }

  private static MemoryLog filled(int items) {
    MemoryLog log = MemoryLog.of("there");
    Entries.batches(items, false).forEach(log::append);
    return log;
  }

  private static void pull(MemoryLog there, int items, Results results) throws Exception {
    LogReplicator node = LogReplicator.builder("there", there).reader("here").build();
    try (ServedLog served = ServedLog.of(node, "here")) {
      LogPeer peer = served.peer("here").withoutGzip().build();
      read(peer, items); // warm
      long start = System.nanoTime();
      int read = read(peer, items);
      double seconds = (System.nanoTime() - start) / 1e9;
      results.add("pull", Map.of("taken in", false), "entries/s", read / seconds);

      MemoryLog here = MemoryLog.of("here");
      start = System.nanoTime();
      read = 0;
      Position position = Position.START;
      while (read < items) {
        Page page = page(peer, position);
        here.merge(Merge.of("there", page));
        read += page.items().size();
        position = page.next();
      }
      seconds = (System.nanoTime() - start) / 1e9;
      results.add("pull", Map.of("taken in", true), "entries/s", read / seconds);
    }
  }

  private static int read(LogPeer peer, int items) {
    int read = 0;
    Position position = Position.START;
    while (read < items) {
      Page page = page(peer, position);
      read += page.items().size();
      position = page.next();
    }
    return read;
  }

  private static Page page(LogPeer peer, Position after) {
    LogRequest pull = new LogRequest.Pull(after, 1_000, 8 << 20, Duration.ZERO);
    return ((LogAnswer.Pulled) peer.call(pull)).page();
  }

  private static void push(int entries, Results results) throws Exception {
    AtomicReference<@Nullable CountDownLatch> arrived = new AtomicReference<>();
    LogReplicator receiver =
        LogReplicator.builder("there", MemoryLog.of("there"))
            .reader("here")
            .onChange(
                item -> {
                  CountDownLatch latch = arrived.get();
                  if (latch != null) {
                    latch.countDown();
                  }
                })
            .build();
    try (ServedLog served = ServedLog.of(receiver, "here");
        LogReplicator sender =
            LogReplicator.builder("here", MemoryLog.of("here"))
                .peer("there", served.peer("here").build())
                .build()) {
      sender.start();
      for (int i = 0; i < entries; i++) {
        CountDownLatch latch = new CountDownLatch(1);
        arrived.set(latch);
        long start = System.nanoTime();
        sender.append(Entries.bodies(1, false));
        latch.await();
        if (i >= entries / 2) { // the first half warms up
          results.add("push", Map.of(), "ms until visible", (System.nanoTime() - start) / 1e6);
        }
      }
    }
  }
}
