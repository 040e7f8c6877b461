package dev.chirograph.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.http.HttpLogPeer;
import dev.chirograph.log.LogReplicator;
import dev.chirograph.log.LogRequest.Find;
import dev.chirograph.log.LogRequest.Pull;
import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.memory.MemoryLog;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.ReplicaLog.Position;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The same over HTTP/2, where requests share a connection. */
@Timeout(120)
class Http2Test {

  @TempDir private Path spool;

  private final Deployment m = new Deployment("M");
  private final HttpClient client = HttpClient.newBuilder().version(Version.HTTP_2).build();
  private HttpLogPeer peer;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    m.building()
        .reader("A")
        .patience(Duration.ofSeconds(60))
        .queue(MemoryBackend.create(InstantSource.system()).queue("M", "contents"))
        .contents(MemoryBlobStore.of("M"), spool);
    m.start(Server::http2);
    URI base = URI.create("http://localhost:" + m.port() + "/app/sync");
    peer =
        HttpLogPeer.builder("A", "M", base)
            .key(Deployment.keyOf("A"))
            .client(client)
            .timeout(Duration.ofSeconds(20))
            .build();
    HttpRequest request = HttpRequest.newBuilder(base).build();
    assertThat(client.send(request, BodyHandlers.discarding()).version()).isEqualTo(Version.HTTP_2);
  }

  @AfterEach
  void close() {
    m.close();
  }

  @Test
  void pagesPushesAndComparisonsPass() {
    List<Body> bodies = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      bodies.add(Deployment.body("m" + i, "p".repeat(i % 500)));
    }
    m.log().append(bodies);
    MemoryLog log = MemoryLog.of("A");
    try (LogReplicator a =
        LogReplicator.builder("A", log).peer("M", peer).patience(Duration.ZERO).build()) {
      a.pull("M");
      assertThat(log.read(Position.START, 10_000, Long.MAX_VALUE).items()).isEqualTo(m.items());
      a.append(List.of(Deployment.body("a", "{}")));
      a.push("M");
      assertThat(m.keys()).contains("a");
      a.append(List.of(Deployment.body("b", "{}")));
      a.resync("M");
      a.pull("M");
      assertThat(m.keys()).contains("b");
    }
    assertThat(m.handler().refusals().values()).containsOnly(0L);
  }

  @Test
  void aPullThatWaitsHoldsUpNoOther() throws InterruptedException {
    m.append("X");
    Position head = m.log().bounds().head();
    Thread waiting = new Thread(() -> peer.call(new Pull(head, 10, 1_000, Duration.ofSeconds(60))));
    waiting.start();
    peer.call(new Find(List.of(Key.utf8("X"))));
    assertThat(waiting.isAlive()).isTrue();
    m.append("Y");
    waiting.join();
  }

  @Test
  void contentsPassAndOneThatIsNotReadToItsEndHoldsUpNothing() throws IOException {
    byte[] bytes = new byte[2_000_000];
    new Random(3).nextBytes(bytes);
    m.node().add(Key.utf8("k"), "1", () -> new ByteArrayInputStream(bytes), "{}");
    Content content = m.items().get(0).content();
    for (int i = 0; i < 20; i++) {
      InputStream unread = peer.content(content, 0);
      assertThat(unread.read()).isEqualTo(bytes[0] & 0xff);
      unread.close();
    }
    try (InputStream in = peer.content(content, 1_000_000)) {
      assertThat(in.readAllBytes()).hasSize(1_000_000);
    }
  }

  @Test
  void refusalsAndCutsAreTheSameErrors() {
    assertThatThrownBy(() -> peer.content(new Content("0".repeat(64), 1, ""), 0))
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND));
    m.close();
    SyncException failure =
        (SyncException) catchThrowable(() -> peer.call(new Find(List.of(Key.utf8("X")))));
    assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
  }
}
