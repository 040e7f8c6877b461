package dev.chirograph.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Environment;
import dev.chirograph.Key;
import dev.chirograph.RetryPolicy;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.SyncListener;
import dev.chirograph.log.LogAnswer.Pulled;
import dev.chirograph.log.LogRequest.Pull;
import dev.chirograph.log.LogRequest.Push;
import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.memory.MemoryLog;
import dev.chirograph.memory.MemoryQueue;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog;
import dev.chirograph.spi.ReplicaLog.Merge;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.SupportsDeadLetters;
import dev.chirograph.spi.SupportsPeers;
import dev.chirograph.spi.SupportsRepair;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several nodes that replicate all the time, in threads of their own. */
class LogReplicatorTest {

  private final Map<String, MemoryLog> logs = new LinkedHashMap<>();
  private final Map<String, LogReplicator> nodes = new ConcurrentHashMap<>();
  private final Set<String> cut = ConcurrentHashMap.newKeySet();
  private final List<String> failed = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    nodes.values().forEach(LogReplicator::close);
  }

  /** A way that can be cut at either end. */
  private LogPeer way(String from, String to) {
    return new LogPeer() {
      @Override
      public LogAnswer call(LogRequest request) {
        checkCut();
        LogAnswer answer = nodes.get(to).answer(from, request);
        checkCut();
        return answer;
      }

      private void checkCut() {
        if (cut.contains(from) || cut.contains(to)) {
          throw new SyncException(Kind.UNAVAILABLE, to + " cannot be reached");
        }
      }

      @Override
      public InputStream content(Content content, long from) {
        throw new SyncException(Kind.NOT_FOUND, "no contents here");
      }
    };
  }

  private LogReplicator.Builder builder(String name, String... peers) {
    LogReplicator.Builder builder =
        LogReplicator.builder(name, logs.computeIfAbsent(name, MemoryLog::of))
            .patience(Duration.ofSeconds(5))
            .poll(Duration.ofMillis(200))
            .retries(
                RetryPolicy.builder().pauses(Duration.ofMillis(10), Duration.ofMillis(50)).build())
            .listener(
                new SyncListener() {
                  @Override
                  public void peerFailed(String peer, SyncException error) {
                    failed.add(name + " " + peer);
                  }
                });
    for (String peer : peers) {
      builder.peer(peer, way(name, peer));
    }
    return builder;
  }

  private void mesh(String... names) {
    for (String name : names) {
      List<String> others = new ArrayList<>(List.of(names));
      others.remove(name);
      nodes.put(name, builder(name, others.toArray(String[]::new)).build());
    }
    nodes.values().forEach(LogReplicator::start);
  }

  private static Body body(Operation operation, String key) {
    return new Body(UUID.randomUUID(), operation, Key.utf8(key), "1", Content.NONE, "{}");
  }

  private void append(String node, Operation operation, String key) {
    nodes.get(node).append(List.of(body(operation, key)));
  }

  private static Set<LogItem> items(MemoryLog log) {
    return new HashSet<>(log.read(Position.START, 10_000, Long.MAX_VALUE).items());
  }

  private boolean allEqual(int size) {
    Set<LogItem> first = items(logs.values().iterator().next());
    return first.size() == size && logs.values().stream().allMatch(log -> items(log).equals(first));
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  @Test
  void allNodesHoldTheSameInTheEnd() throws Exception {
    mesh("a", "b", "c");
    for (int i = 0; i < 100; i++) {
      append(List.of("a", "b", "c").get(i % 3), Operation.ADD, "k" + i);
    }
    append("b", Operation.DEPRECATE, "k0");
    append("c", Operation.DELETE, "k1");
    await(() -> allEqual(100));
    assertThat(nodes.get("a").status().peers())
        .allSatisfy(peer -> assertThat(peer.lastError()).isEmpty());
  }

  @Test
  void aPeerThatIsCutOffDisturbsNoOtherAndCatchesUp() throws Exception {
    mesh("a", "b", "c");
    cut.add("c");
    for (int i = 0; i < 50; i++) {
      append("a", Operation.ADD, "a" + i);
      append("c", Operation.ADD, "c" + i);
    }
    await(() -> items(logs.get("b")).size() >= 50);
    await(() -> failed.contains("a c"));
    await(() -> status("a", "c").lastError().isPresent());
    assertThat(items(logs.get("c"))).hasSize(50);

    cut.clear();
    await(() -> allEqual(100));
  }

  @Test
  void aPeerThatDoesNotWaitIsNotAskedAllTheTime() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    LogResponder hasty = LogResponder.of(MemoryLog.of("b"));
    LogPeer peer =
        new LogPeer() {
          @Override
          public LogAnswer call(LogRequest request) {
            asked.incrementAndGet();
            return hasty.answer("a", request);
          }

          @Override
          public InputStream content(Content content, long from) {
            throw new SyncException(Kind.NOT_FOUND, "no contents here");
          }
        };
    nodes.put("a", builder("a").peer("b", peer).build().start());
    await(() -> asked.get() >= 2);
    TimeUnit.MILLISECONDS.sleep(500);
    assertThat(asked.get()).isLessThan(20);
  }

  @Test
  void aPeerThatCallsIsAskedAgainAtOnce() throws Exception {
    RetryPolicy patient =
        RetryPolicy.builder().pauses(Duration.ofMinutes(5), Duration.ofMinutes(5)).build();
    nodes.put("a", builder("a", "b").retries(patient).build());
    nodes.put("b", builder("b", "a").build());
    cut.add("b");
    nodes.get("a").start();
    await(() -> status("a", "b").lastError().isPresent());

    cut.clear();
    append("b", Operation.ADD, "x");
    nodes.get("b").pull("a");

    await(() -> items(logs.get("a")).size() == 1);
  }

  private PeerStatus status(String node, String peer) {
    return nodes.get(node).status().peers().stream()
        .filter(status -> status.peer().equals(peer))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void inARingEntriesComeRoundByPullAndNothingEchoes() throws Exception {
    nodes.put("a", builder("a", "b").reader("c").build());
    nodes.put("b", builder("b", "c").reader("a").build());
    nodes.put("c", builder("c", "a").reader("b").build());
    nodes.values().forEach(LogReplicator::start);
    for (int i = 0; i < 30; i++) {
      append("a", Operation.ADD, "k" + i);
    }
    await(() -> allEqual(30));
    Map<String, Position> heads = new LinkedHashMap<>();
    logs.forEach((name, log) -> heads.put(name, log.bounds().head()));
    assertThat(heads.values()).allSatisfy(head -> assertThat(head.number()).isEqualTo(30));
    assertThat(items(logs.get("c")))
        .allSatisfy(item -> assertThat(item.last().dot().node()).isEqualTo("a"));

    TimeUnit.MILLISECONDS.sleep(500); // several rounds of the ring
    logs.forEach((name, log) -> assertThat(log.bounds().head()).isEqualTo(heads.get(name)));
  }

  @Test
  void aPausedPeerIsNotAskedUntilItIsResumed() throws Exception {
    mesh("a", "b");
    await(() -> status("a", "b").lastSuccess().isPresent());
    nodes.get("a").pause("b");
    assertThat(status("a", "b").paused()).isTrue();
    TimeUnit.MILLISECONDS.sleep(300); // the request at hand ends
    logs.get("b").append(List.of(body(Operation.ADD, "x"))); // behind the back of the pushes
    TimeUnit.MILLISECONDS.sleep(300);
    nodes.get("a").resume("b");
    await(() -> allEqual(1));
  }

  @Test
  void resyncFindsWhatNoPointerCouldBring() throws Exception {
    MemoryLog a = logs.computeIfAbsent("a", MemoryLog::of);
    MemoryLog b = logs.computeIfAbsent("b", MemoryLog::of);
    b.append(List.of(body(Operation.ADD, "y")));
    a.merge(TwoLogs.skippingTo(b));
    mesh("a", "b");
    append("a", Operation.ADD, "x");
    append("b", Operation.ADD, "z");
    await(() -> items(b).size() == 3 && items(a).size() == 2);

    nodes.get("b").resync("a");
    nodes.get("a").resync("b");
    await(() -> allEqual(3));
  }

  @Test
  void whoIsNotKnownIsRefused() {
    nodes.put("a", builder("a", "b").build());
    assertThatThrownBy(() -> nodes.get("a").answer("mallory", new Push(List.of())))
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.PERMISSION_DENIED));
    assertThatThrownBy(() -> nodes.get("a").content("mallory", "00".repeat(32), 0))
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.PERMISSION_DENIED));
  }

  @Test
  void anEmptyPullWaitsForWhatComes() throws Exception {
    nodes.put("a", builder("a").reader("b").patience(Duration.ofSeconds(20)).build());
    Pull pull = new Pull(Position.START, 10, 1_000, Duration.ofSeconds(20));
    Thread writer =
        new Thread(
            () -> {
              try {
                TimeUnit.MILLISECONDS.sleep(300);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              append("a", Operation.ADD, "x");
            });
    writer.start();
    Pulled answer = (Pulled) nodes.get("a").answer("b", pull);
    writer.join();
    assertThat(answer.page().items()).hasSize(1);
  }

  @Test
  void anEmptyPullIsAnsweredWhenItsPatienceEnds() {
    nodes.put("a", builder("a").reader("b").build());
    Pulled answer =
        (Pulled)
            nodes.get("a").answer("b", new Pull(Position.START, 10, 1_000, Duration.ofMillis(100)));
    assertThat(answer.page().items()).isEmpty();
  }

  @Test
  void deletesWaitForPeersThatHaveNeverAsked() throws Exception {
    // What was noted a moment ago is old enough by this clock.
    InstantSource late = () -> Instant.now().plus(Duration.ofDays(8));
    nodes.put("a", builder("a", "b").environment(Environment.system().withClock(late)).build());
    cut.add("b");
    nodes.get("a").start();
    append("a", Operation.DELETE, "x");
    assertThat(nodes.get("a").compact() + nodes.get("a").compact()).isZero();
    nodes.get("a").retire("b");
    // The upkeep that was started may be the one that forgets it.
    nodes.get("a").compact();
    nodes.get("a").compact();
    await(() -> items(logs.get("a")).isEmpty());
  }

  @Test
  void deletesAreRememberedForAsLongAsBackupsAreOld() {
    nodes.put("a", builder("a", "b").build());
    append("a", Operation.DELETE, "x");
    logs.get("a").passed("b", logs.get("a").bounds().head());
    assertThat(nodes.get("a").compact() + nodes.get("a").compact()).isZero();
  }

  @Test
  void anItemThatIsNotTakenBecomesAJobAndStopsNothing() {
    MemoryQueue queue = MemoryBackend.create().queue("tenant", "log");
    List<String> bad = new CopyOnWriteArrayList<>(List.of("bad"));
    logs.put("a", MemoryLog.of("a"));
    Refusing log = new Refusing(logs.get("a"), bad);
    nodes.put("b", builder("b").reader("a").build());
    LogReplicator a =
        LogReplicator.builder("a", log.proxy())
            .peer("b", way("a", "b"))
            .queue(queue)
            .patience(Duration.ZERO)
            .build();
    nodes.put("a", a);
    append("b", Operation.ADD, "good1");
    append("b", Operation.ADD, "bad");
    append("b", Operation.ADD, "good2");

    a.pull("b");
    assertThat(items(logs.get("a"))).hasSize(2);
    assertThat(logs.get("a").pointer("b")).contains(logs.get("b").bounds().head());
    assertThat(status("a", "b").refused()).isOne();
    assertThat(queue.statistics().total().waiting()).isOne();
    a.drain();
    assertThat(queue.statistics().total().dead()).isOne();

    bad.clear();
    queue.replay(SupportsDeadLetters.Selection.all());
    a.drain();
    assertThat(items(logs.get("a"))).hasSize(3);
  }

  /** A log that does not take items of some keys. */
  private record Refusing(MemoryLog log, List<String> keys) {
    ReplicaLog proxy() {
      return (ReplicaLog)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {SupportsPeers.class, SupportsRepair.class},
              (proxy, method, arguments) -> {
                if (method.getName().equals("merge")
                    && ((Merge) arguments[0])
                        .items().stream().anyMatch(item -> keys.contains(item.key().text()))) {
                  throw SyncException.invalid("not taken here");
                }
                try {
                  return method.invoke(log, arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });
    }
  }
}
