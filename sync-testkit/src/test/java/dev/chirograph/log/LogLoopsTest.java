package dev.chirograph.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Environment;
import dev.chirograph.Key;
import dev.chirograph.Pacing;
import dev.chirograph.RetryPolicy;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.SyncListener;
import dev.chirograph.log.LogAnswer.Pulled;
import dev.chirograph.log.LogRequest.Hashes;
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
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.spi.SupportsDeadLetters;
import dev.chirograph.spi.SupportsPeers;
import dev.chirograph.spi.SupportsRepair;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Threads that go on for years: none spins, none dies, and none hides what went wrong. */
@Timeout(60)
class LogLoopsTest {

  private final MemoryLog here = MemoryLog.of("here");
  private final MemoryLog there = MemoryLog.of("there");
  private final LogReplicator other =
      LogReplicator.builder("there", there).reader("here").patience(Duration.ZERO).build();
  private final AtomicInteger calls = new AtomicInteger();
  private final List<LogRequest> requests = new CopyOnWriteArrayList<>();
  private LogReplicator replicator = LogReplicator.builder("here", here).build();

  @AfterEach
  void close() {
    replicator.close();
    other.close();
  }

  /** The other node, and what becomes of requests to it. */
  private LogPeer peer(UnaryOperator<LogRequest> before) {
    return new LogPeer() {
      @Override
      public LogAnswer call(LogRequest request) {
        calls.incrementAndGet();
        requests.add(request);
        return other.answer("here", before.apply(request));
      }

      @Override
      public InputStream content(Content content, long from) {
        throw new SyncException(Kind.NOT_FOUND, "no contents here");
      }
    };
  }

  private LogReplicator.Builder builder(UnaryOperator<LogRequest> before) {
    return LogReplicator.builder("here", here).peer("there", peer(before));
  }

  private static Body body(String key, String version, String payload) {
    return new Body(
        UUID.randomUUID(), Operation.ADD, Key.utf8(key), version, Content.NONE, payload);
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private PeerStatus status() {
    return replicator.status().peers().get(0);
  }

  private static ReplicaLog failing(MemoryLog log, String method, AtomicInteger times) {
    return (ReplicaLog)
        Proxy.newProxyInstance(
            LogLoopsTest.class.getClassLoader(),
            new Class<?>[] {SupportsPeers.class, SupportsRepair.class},
            (proxy, called, arguments) -> {
              if (called.getName().equals(method)) {
                times.incrementAndGet();
                throw new SyncException(Kind.UNAVAILABLE, method + " does not work");
              }
              try {
                return called.invoke(log, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  // ---- loops that do not spin

  @Test
  void anUpkeepThatFailsIsDoneAgainOnlyAfterItsPause() throws Exception {
    AtomicInteger tried = new AtomicInteger();
    AtomicInteger pauses = new AtomicInteger();
    CountDownLatch ended = new CountDownLatch(1);
    Pacing pacing =
        new Pacing() {
          @Override
          public long nanoTime() {
            return System.nanoTime();
          }

          @Override
          public void pause(Duration duration) throws InterruptedException {
            if (pauses.incrementAndGet() == 3) {
              ended.await();
            }
          }
        };
    replicator =
        LogReplicator.builder("here", failing(here, "compact", tried))
            .environment(Environment.system().withPacing(pacing))
            .build();
    replicator.start();
    await(() -> pauses.get() == 3);
    assertThat(tried).hasValue(3);
  }

  @Test
  void aPeerThatHasNothingAndDoesNotWaitIsAskedAfterAPause() throws Exception {
    replicator =
        builder(request -> request)
            .patience(Duration.ofMinutes(1))
            .poll(Duration.ofMinutes(1))
            .build();
    replicator.start();
    await(() -> calls.get() > 0);
    TimeUnit.MILLISECONDS.sleep(300);
    assertThat(calls).hasValue(1);
  }

  @Test
  void anInterruptBySomebodyElseDoesNotMakeTheLoopSpin() throws Exception {
    AtomicReference<Thread> puller = new AtomicReference<>();
    LogReplicator waiting =
        LogReplicator.builder("there", there).reader("here").patience(Duration.ofHours(1)).build();
    LogPeer peer =
        new LogPeer() {
          @Override
          public LogAnswer call(LogRequest request) {
            puller.set(Thread.currentThread());
            calls.incrementAndGet();
            return waiting.answer("here", request);
          }

          @Override
          public InputStream content(Content content, long from) {
            throw new SyncException(Kind.NOT_FOUND, "no contents here");
          }
        };
    replicator =
        LogReplicator.builder("here", here)
            .peer("there", peer)
            .patience(Duration.ofHours(1))
            .poll(Duration.ofMillis(10))
            .build();
    replicator.start();
    await(() -> puller.get() != null);
    puller.get().interrupt();
    TimeUnit.MILLISECONDS.sleep(300);
    // Each that is answered at once is followed by a pause.
    assertThat(calls.get()).isLessThan(20);
    there.append(List.of(body("x", "1", "")));
    await(() -> here.find(List.of(Key.utf8("x"))).size() == 1);
    waiting.close();
  }

  @Test
  void thePausesGrowWhileAComparisonFails() throws Exception {
    replicator =
        builder(
                request -> {
                  if (request instanceof Hashes) {
                    throw new SyncException(Kind.UNAVAILABLE, "timed out");
                  }
                  return request;
                })
            .retries(
                RetryPolicy.builder().pauses(Duration.ofMillis(10), Duration.ofHours(1)).build())
            .poll(Duration.ofMillis(1))
            .patience(Duration.ofMillis(1))
            .build();
    here.append(List.of(body("own", "1", "")));
    replicator.resync("there");
    replicator.start();
    await(() -> requests.stream().filter(request -> request instanceof Hashes).count() == 3);
    there.append(List.of(body("later", "1", "")));
    await(() -> here.find(List.of(Key.utf8("later"))).size() == 1);
    TimeUnit.MILLISECONDS.sleep(300);
    // 5, 10, 20, 40, 80, 160 milliseconds at least.
    assertThat(requests.stream().filter(request -> request instanceof Hashes).count())
        .isLessThan(15);
    assertThat(status().comparing()).isTrue();
  }

  // ---- pulling here and now

  @Test
  void pullingHereAndNowWaitsForNobody() {
    LogReplicator patient =
        LogReplicator.builder("there", there).reader("here").patience(Duration.ofHours(1)).build();
    replicator =
        LogReplicator.builder("here", here)
            .peer("there", LogPeer.of("here", patient))
            .patience(Duration.ofHours(1))
            .build();
    replicator.pull("there");
    there.append(List.of(body("x", "1", "")));
    replicator.pull("there");
    replicator.pull("there");
    assertThat(here.find(List.of(Key.utf8("x")))).hasSize(1);
    patient.close();
  }

  @Test
  void aPullThatIsInterruptedSaysSo() {
    replicator = builder(request -> request).build();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> replicator.pull("there"))
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE));
    assertThat(Thread.interrupted()).isTrue();
  }

  // ---- peers that are gone

  @Test
  void LOG_10_whatIsOnItsWayFromARetiredPeerBringsItNotBack() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch mayAnswer = new CountDownLatch(1);
    replicator =
        builder(
                request -> {
                  asked.countDown();
                  try {
                    mayAnswer.await();
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                  return request;
                })
            .reader("far")
            .build();
    there.append(List.of(body("x", "1", "")));
    replicator.start();
    asked.await();
    replicator.retire("there");
    replicator.retire("far");
    mayAnswer.countDown();
    TimeUnit.MILLISECONDS.sleep(200);
    assertThat(here.members()).isEmpty();
    assertThat(here.find(List.of(Key.utf8("x")))).isEmpty();
    assertThat(replicator.status().peers()).isEmpty();
    Pull pull = new Pull(Position.START, 1, 1, Duration.ZERO);
    for (String gone : List.of("there", "far")) {
      assertThatThrownBy(() -> replicator.answer(gone, pull))
          .isInstanceOfSatisfying(
              SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.PERMISSION_DENIED));
    }
    assertThatThrownBy(() -> replicator.resume("there"))
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID_ARGUMENT));
    assertThat(here.members()).isEmpty();
  }

  @Test
  void LOG_10_withoutThreadsDeletesWaitForAllPeersToo() {
    replicator = builder(request -> request).backups(Duration.ofMillis(1)).build();
    Body delete =
        new Body(UUID.randomUUID(), Operation.DELETE, Key.utf8("x"), "1", Content.NONE, "");
    replicator.append(List.of(delete));
    replicator.compact();
    assertThat(here.members()).hasSize(1);
  }

  // ---- pushes

  @Test
  void L9_whatIsLargeIsPushedInSeveralRequests() {
    replicator = builder(request -> request).page(1_000, 1_000).build();
    replicator.append(
        java.util.stream.IntStream.range(0, 10)
            .mapToObj(i -> body("k" + i, "1", "x".repeat(400)))
            .toList());
    replicator.push("there");
    assertThat(requests)
        .hasSize(5)
        .allSatisfy(request -> assertThat(((Push) request).items()).hasSize(2));
    assertThat(status().pushed()).isEqualTo(10);
  }

  @Test
  void onlyTheVersionsThatWereAppendedArePushed() {
    replicator = builder(request -> request).build();
    here.append(List.of(body("k", "1", ""), body("k", "2", "")));
    replicator.append(List.of(body("k", "3", "")));
    replicator.push("there");
    List<LogItem> items = ((Push) requests.get(0)).items();
    assertThat(items.stream().map(LogItem::version)).containsExactly("3");
  }

  @Test
  void L12_aPushThatEndsWithAnErrorOfAnyKindCounts() {
    List<String> failed = new CopyOnWriteArrayList<>();
    replicator =
        builder(
                request -> {
                  throw new IllegalStateException("broken");
                })
            .pushRetries(
                RetryPolicy.builder()
                    .pauses(Duration.ofMillis(1), Duration.ofMillis(1))
                    .attempts(2)
                    .build())
            .listener(
                new SyncListener() {
                  @Override
                  public void peerFailed(String peer, SyncException error) {
                    failed.add(peer);
                  }
                })
            .build();
    replicator.append(List.of(body("k", "1", "")));
    replicator.push("there");
    assertThat(calls).hasValue(2);
    assertThat(status().dropped()).isOne();
    assertThat(failed).containsExactly("there");
  }

  // ---- what is told

  @Test
  void aLagIsNeverNegative() {
    List<Long> lags = new CopyOnWriteArrayList<>();
    replicator =
        builder(request -> request)
            .listener(
                new SyncListener() {
                  @Override
                  public void lag(String what, long items, Duration age) {
                    lags.add(items);
                  }
                })
            .build();
    MemoryLog.Backup empty = there.backup();
    there.append(List.of(body("a", "1", ""), body("b", "1", "")));
    replicator.pull("there");
    there.restore(empty);
    replicator.pull("there");
    assertThat(lags).isNotEmpty().allSatisfy(items -> assertThat(items).isNotNegative());
  }

  @Test
  void whatIsPausedIsNotLevel() throws Exception {
    replicator = builder(request -> request).build();
    replicator.pull("there");
    assertThat(status().lag()).contains(Duration.ZERO);
    replicator.pause("there");
    await(() -> !status().lag().orElseThrow().isZero());
  }

  @Test
  void anItemThatIsTakenAfterAllIsHeardOf() {
    List<String> heard = new CopyOnWriteArrayList<>();
    Picky picky = new Picky(here, "bad");
    MemoryQueue queue = MemoryBackend.create().queue("tenant", "log");
    there.append(List.of(body("bad", "1", "")));
    replicator =
        LogReplicator.builder("here", picky.log())
            .peer("there", peer(request -> request))
            .queue(queue)
            .onChange(item -> heard.add(item.key().text()))
            .build();
    replicator.pull("there");
    replicator.drain();
    assertThat(heard).isEmpty();
    picky.heal();
    queue.replay(SupportsDeadLetters.Selection.all());
    replicator.drain();
    assertThat(heard).containsExactly("bad");
  }

  @Test
  void anErrorOfWhoeverHearsKeepsNobodyElseFromHearing() {
    List<String> heard = new CopyOnWriteArrayList<>();
    there.append(List.of(body("a", "1", ""), body("b", "1", "")));
    replicator =
        builder(request -> request)
            .onChange(
                item -> {
                  heard.add(item.key().text());
                  throw new AssertionError("broken");
                })
            .build();
    replicator.pull("there");
    assertThat(heard).containsExactly("a", "b");
    assertThat(((Pulled) other.answer("here", new Pull(Position.START, 9, 9, Duration.ZERO))))
        .isNotNull();
  }

  @Test
  void L12_whatIsDroppedBecauseAPeerHasForgottenItIsTold() {
    List<String> dropped = new CopyOnWriteArrayList<>();
    replicator = builder(request -> request).onDrop(item -> dropped.add(item.key().text())).build();
    there.append(List.of(body("kept", "1", ""), body("gone", "1", ""), body("gone", "2", "")));
    replicator.pull("there");
    there.append(
        List.of(
            new Body(
                UUID.randomUUID(), Operation.DELETE, Key.utf8("gone"), "1", Content.NONE, "")));
    Instant later = Instant.now().plusSeconds(60);
    there.compact(later, later);
    assertThat(there.compact(later, later)).isOne();
    replicator.resync("there");
    replicator.pull("there");
    assertThat(dropped).containsExactly("gone");
    assertThat(here.find(List.of(Key.utf8("gone")))).hasSize(1);
  }

  @Test
  void limitsWithWhichNobodyCouldCompareAreRefused() {
    LogReplicator.Builder builder = builder(request -> request);
    LogLimits narrow = new LogLimits(2_047, 1 << 20, 1 << 10);
    assertThatThrownBy(() -> builder.limits(narrow))
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID_ARGUMENT));
  }
}
