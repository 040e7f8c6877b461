package dev.chirograph.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.http.HttpEndpoint;
import dev.chirograph.http.HttpLogPeer;
import dev.chirograph.log.LogAnswer;
import dev.chirograph.log.LogAnswer.Found;
import dev.chirograph.log.LogAnswer.Pulled;
import dev.chirograph.log.LogRequest.Find;
import dev.chirograph.log.LogRequest.Pull;
import dev.chirograph.log.PeerStatus;
import dev.chirograph.spi.LogContext;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.ReplicaLog.Merge;
import dev.chirograph.spi.ReplicaLog.Position;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nodes that agree over real HTTP, whatever the server. */
@Timeout(120)
abstract class LogOverHttp {

  private final Deployment m = new Deployment("M");
  private final Deployment a = new Deployment("A");

  abstract Server server(HttpEndpoint endpoint);

  private void start() {
    m.peer(a).start(this::server);
    a.peer(m).start(this::server);
  }

  @AfterEach
  void close() {
    m.close();
    a.close();
  }

  // ---- agreement

  @Test
  void theTimelineComesOutExactly() {
    m.timeout(Duration.ofMillis(1_500));
    start();
    m.append("X"); // T0
    a.wire().cut();
    m.node().push("A"); // nobody is there yet
    a.wire().heal();

    a.node().pull("M"); // T1
    assertThat(a.keys()).containsExactly("X");
    Position t1 = a.log().pointer("M").orElseThrow();
    assertThat(t1).isEqualTo(m.log().bounds().head());

    m.append("Y"); // T2
    a.wire().cut();
    m.node().push("A"); // T3: times out
    a.wire().heal();
    assertThat(m.node().status().peers().get(0).dropped()).isEqualTo(2);
    assertThat(a.keys()).containsExactly("X");

    m.append("Z"); // T4
    m.node().push("A"); // T5
    assertThat(a.keys()).containsExactly("X", "Z");
    assertThat(a.log().pointer("M")).contains(t1);

    a.changed().clear();
    a.node().pull("M"); // T6
    assertThat(a.changed()).containsExactly("Y");

    assertThat(a.keys()).containsExactly("X", "Z", "Y"); // T7
    assertThat(m.keys()).containsExactly("X", "Y", "Z");
    assertThat(a.log().pointer("M")).contains(m.log().bounds().head());
    assertThat(a.node().status().peers().get(0).lagItems()).isZero();
  }

  @Test
  void pushBeforePullAfterAndBothAtOnceLeaveOneOfEach() throws InterruptedException {
    start();
    m.append("before");
    m.node().push("A");
    a.node().pull("M");
    a.node().pull("M");
    assertThat(a.keys()).containsExactly("before");
    assertThat(a.changed()).containsExactly("before");

    m.append("after");
    a.node().pull("M");
    m.node().push("A");
    assertThat(a.keys()).containsExactly("before", "after");
    assertThat(a.changed()).containsExactly("before", "after");

    for (int round = 0; round < 30; round++) {
      m.append("both-" + round);
      CountDownLatch go = new CountDownLatch(2);
      Thread pushing = together(go, () -> m.node().push("A"));
      Thread pulling = together(go, () -> a.node().pull("M"));
      pushing.join();
      pulling.join();
    }
    assertThat(a.keys()).doesNotHaveDuplicates().hasSize(32);
    assertThat(a.changed()).doesNotHaveDuplicates().hasSize(32);
    assertThat(new HashSet<>(a.items())).isEqualTo(new HashSet<>(m.items()));
    assertThat(m.handler().refusals().values()).containsOnly(0L);
    assertThat(a.handler().refusals().values()).containsOnly(0L);
  }

  private static Thread together(CountDownLatch go, Runnable task) {
    Thread thread =
        new Thread(
            () -> {
              go.countDown();
              try {
                go.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              task.run();
            });
    thread.start();
    return thread;
  }

  @Test
  void manyPagesArriveWhole() {
    start();
    for (int batch = 0; batch < 5; batch++) {
      int first = batch * 1_000;
      List<Body> bodies = new ArrayList<>();
      for (int i = first; i < first + 1_000; i++) {
        bodies.add(Deployment.body("k" + i, "\uD83D\uDE00 " + "p".repeat(i % 300)));
      }
      m.log().append(bodies);
    }
    a.node().pull("M");
    assertThat(a.items()).isEqualTo(m.items());
  }

  @Test
  void whatDiffersIsFoundByComparing() {
    start();
    for (int i = 0; i < 500; i++) {
      m.append("m" + i);
      a.append("a" + i);
    }
    // Both believe that they have read the other to its end.
    a.log().merge(believing("M", m));
    m.log().merge(believing("A", a));
    a.node().resync("M");
    a.node().pull("M");
    assertThat(a.keys()).hasSize(1_000);
    assertThat(m.keys()).hasSize(1_000);
    assertThat(new HashSet<>(a.items())).isEqualTo(new HashSet<>(m.items()));
  }

  private static Merge believing(String peer, Deployment of) {
    return new Merge(
        peer, List.of(), Optional.of(of.log().bounds().head()), LogContext.EMPTY, Optional.empty());
  }

  @Test
  void nodesThatRunHearOfEachOtherAtOnceAndAgainAfterACut() {
    m.timeout(Duration.ofSeconds(1));
    a.timeout(Duration.ofSeconds(1));
    m.building().patience(Duration.ofSeconds(2)).poll(Duration.ofMillis(50));
    a.building().patience(Duration.ofSeconds(2)).poll(Duration.ofMillis(50));
    start();
    m.node().start();
    a.node().start();
    m.append("one");
    await().atMost(Duration.ofSeconds(10)).until(() -> a.keys().contains("one"));
    a.append("two");
    await().atMost(Duration.ofSeconds(10)).until(() -> m.keys().contains("two"));
    a.wire().cut();
    m.wire().cut();
    m.append("three");
    a.append("four");
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> m.node().status().peers().get(0).lastError().isPresent());
    PeerStatus cut = m.node().status().peers().get(0);
    assertThat(cut.lastError().orElseThrow()).startsWith("UNAVAILABLE: A (");
    a.wire().heal();
    m.wire().heal();
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> m.keys().contains("four") && a.keys().contains("three"));
  }

  // ---- waiting

  private static final Duration LONG = Duration.ofSeconds(100);

  /** A pull of A that begins to wait at M for what follows its end. */
  private FutureTask<LogAnswer> waiting() {
    HttpLogPeer peer = peerOfA();
    Pull pull = new Pull(m.log().bounds().head(), 10, 1_000, LONG);
    FutureTask<LogAnswer> waiting = new FutureTask<>(() -> peer.call(pull));
    Thread thread = new Thread(waiting, "waiting");
    thread.setDaemon(true);
    thread.start();
    // Others are answered meanwhile.
    assertThat(peer.call(new Find(List.of(Key.utf8("X"))))).isInstanceOf(Found.class);
    assertThat(waiting).isNotDone();
    return waiting;
  }

  private HttpLogPeer peerOfA() {
    return HttpLogPeer.builder("A", "M", URI.create(m.wire().base()))
        .key(Deployment.keyOf("A"))
        .build();
  }

  @Test
  void whoWaitsIsAnsweredAsSoonAsThereIsSomething() throws Exception {
    m.building().patience(LONG).poll(LONG);
    start();
    m.append("X");
    FutureTask<LogAnswer> waiting = waiting();
    m.append("Y");
    Pulled pulled = (Pulled) waiting.get(20, TimeUnit.SECONDS);
    assertThat(pulled.page().items()).extracting(item -> item.key().text()).containsExactly("Y");
  }

  @Test
  void whoWaitsIsAnsweredWhenTheNodeCloses() throws Exception {
    m.building().patience(LONG).poll(LONG);
    start();
    m.append("X");
    FutureTask<LogAnswer> waiting = waiting();
    m.node().close();
    Pulled pulled = (Pulled) waiting.get(20, TimeUnit.SECONDS);
    assertThat(pulled.page().items()).isEmpty();
  }

  /** As proxies do. The client of the JDK asks again by itself, with the nonce that was used. */
  @Test
  void whoseConnectionIsCutWhileHeWaitsMayAskAgain() {
    m.building().patience(LONG).poll(LONG);
    start();
    m.append("X");
    FutureTask<LogAnswer> waiting = waiting();
    m.wire().heal();
    assertThatThrownBy(() -> waiting.get(20, TimeUnit.SECONDS))
        .cause()
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE));
    assertThat(peerOfA().call(new Pull(Position.START, 10, 1_000, LONG)))
        .isInstanceOf(Pulled.class);
  }
}
