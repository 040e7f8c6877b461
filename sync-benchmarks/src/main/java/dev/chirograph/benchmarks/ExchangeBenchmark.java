package dev.chirograph.benchmarks;

import com.sun.net.httpserver.HttpServer;
import dev.chirograph.Key;
import dev.chirograph.Slice;
import dev.chirograph.http.HttpLogPeer;
import dev.chirograph.http.JdkLogHandler;
import dev.chirograph.http.LogHandler;
import dev.chirograph.http.LogKeys;
import dev.chirograph.http.SigningKey;
import dev.chirograph.log.LogAnswer;
import dev.chirograph.log.LogPeer;
import dev.chirograph.log.LogReplicator;
import dev.chirograph.log.LogRequest;
import dev.chirograph.memory.MemoryLog;
import dev.chirograph.spi.LogEntry;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Merge;
import dev.chirograph.spi.ReplicaLog.Page;
import dev.chirograph.spi.ReplicaLog.Position;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Two nodes with logs in memory that talk over HTTP on the loopback interface, signed: what the
 * protocol and its carrier cost.
 */
final class ExchangeBenchmark implements Benchmark {

  private static final SigningKey KEY =
      SigningKey.of(
          "benchmark", "both nodes of the benchmark know it".getBytes(StandardCharsets.UTF_8));

  @Override
  public String name() {
    return "exchange";
  }

  @Override
  public String about() {
    return "two logs over HTTP: pulling, the latency of a push, comparing: time, bytes, requests";
  }

  @Override
  public void run(Plan plan, Results results) throws Exception {
    // The JDK's server waits 40 ms in the middle of many answers otherwise.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    results.note(
        "logs in memory, signed requests, the server of the JDK, no compression for pulls");
    int items = plan.size(1_000_000, 2_000);
    for (int round = 0; round < plan.rounds(); round++) {
      MemoryLog there = filled(items);
      pull(there, plan.size(200_000, 2_000), results);
      push(plan.size(1_000, 20), results);
      for (int different : List.of(0, 10, 10_000)) {
        compare(there, items, Math.min(different, items / 4), results);
      }
    }
  }

  private static Body body(String key) {
    return new Body(
        UUID.randomUUID(),
        Operation.ADD,
        Key.utf8(key),
        "1.0",
        Content.NONE,
        "{\"team\":\"photos\",\"size\":1234567,\"type\":\"image/jpeg\"}");
  }

  private static MemoryLog filled(int items) {
    MemoryLog log = MemoryLog.of("there");
    List<Body> batch = new ArrayList<>();
    for (int i = 0; i < items; i++) {
      batch.add(body("objects/%08d".formatted(i)));
      if (batch.size() == 1_000 || i == items - 1) {
        log.append(batch);
        batch.clear();
      }
    }
    return log;
  }

  /** A node behind a server. */
  private record Served(LogReplicator replicator, HttpServer server, ExecutorService threads)
      implements AutoCloseable {

    static Served of(LogReplicator replicator, String caller) throws IOException {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      ExecutorService threads = Executors.newCachedThreadPool();
      server.setExecutor(threads);
      LogHandler handler =
          LogHandler.builder(replicator).keys(LogKeys.fixed(Map.of(caller, List.of(KEY)))).build();
      server.createContext("/log", JdkLogHandler.of(handler));
      server.start();
      return new Served(replicator, server, threads);
    }

    int port() {
      return server.getAddress().getPort();
    }

    @Override
    public void close() {
      replicator.close();
      server.stop(0);
      threads.shutdownNow();
    }
  }

  private static HttpLogPeer.Builder peer(String from, String to, int port) {
    return HttpLogPeer.builder(from, to, URI.create("http://localhost:" + port + "/log")).key(KEY);
  }

  private static void pull(MemoryLog there, int items, Results results) throws Exception {
    LogReplicator node = LogReplicator.builder("there", there).reader("here").build();
    try (Served served = Served.of(node, "here")) {
      LogPeer peer = peer("here", "there", served.port()).withoutGzip().build();
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
    try (Served served = Served.of(receiver, "here");
        LogReplicator sender =
            LogReplicator.builder("here", MemoryLog.of("here"))
                .peer("there", peer("here", "there", served.port()).build())
                .build()) {
      sender.start();
      for (int i = 0; i < entries; i++) {
        CountDownLatch latch = new CountDownLatch(1);
        arrived.set(latch);
        long start = System.nanoTime();
        sender.append(List.of(body("pushed/" + i)));
        latch.await();
        if (i >= entries / 2) { // the first half warms up
          results.add("push", Map.of(), "ms until visible", (System.nanoTime() - start) / 1e6);
        }
      }
    }
  }

  private static void compare(MemoryLog there, int items, int different, Results results)
      throws Exception {
    MemoryLog here = MemoryLog.of("here");
    copy(there, here, items, different);
    LogReplicator node = LogReplicator.builder("there", there).reader("here").build();
    try (Served served = Served.of(node, "here");
        CountingRelay relay = CountingRelay.to(served.port())) {
      LongAdder requests = new LongAdder();
      LogPeer peer = counted(peer("here", "there", relay.port()).build(), requests);
      try (LogReplicator comparing =
          LogReplicator.builder("here", here).peer("there", peer).patience(Duration.ZERO).build()) {
        comparing.resync("there");
        long start = System.nanoTime();
        comparing.pull("there");
        double millis = (System.nanoTime() - start) / 1e6;
        Map<String, Object> parameters = Map.of("items", items, "different", different);
        results.add("comparison", parameters, "ms", millis);
        results.add("comparison", parameters, "bytes", (double) relay.bytes());
        results.add("comparison", parameters, "requests", (double) requests.sum());
        long missing = items - here.digests(List.of(Slice.Bucket.ALL)).get(0).count();
        if (missing != 0) {
          throw new IllegalStateException(missing + " items are missing after a comparison");
        }
      }
    }
  }

  /** All items but some, spread over the log, as if they had been read to the end. */
  private static void copy(MemoryLog from, MemoryLog into, int items, int without) {
    Position position = Position.START;
    int seen = 0;
    int every = without == 0 ? Integer.MAX_VALUE : items / without;
    int left = without;
    Page page;
    do {
      page = from.read(position, 1_000, Long.MAX_VALUE);
      List<LogItem> kept = new ArrayList<>();
      for (LogItem item : page.items()) {
        if (left > 0 && seen++ % every == 0) {
          left--;
        } else {
          kept.add(item);
        }
      }
      into.merge(Merge.of("there", kept));
      position = page.next();
    } while (!page.reachesHead());
    into.merge(Merge.of("there", new Page(List.of(), position, page.bounds(), page.validity())));
  }

  private static LogPeer counted(LogPeer peer, LongAdder requests) {
    return new LogPeer() {
      @Override
      public LogAnswer call(LogRequest request) {
        requests.increment();
        return peer.call(request);
      }

      @Override
      public InputStream content(LogEntry.Content content, long from) {
        return peer.content(content, from);
      }
    };
  }
}
