package dev.chirograph.http;

import static dev.chirograph.http.Asking.NOTHING;
import static dev.chirograph.http.Asking.failure;
import static dev.chirograph.http.Asking.failureInTime;
import static dev.chirograph.http.Asking.peer;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.log.LogRequest.Pull;
import dev.chirograph.spi.ReplicaLog.Position;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A peer that does not answer is unavailable, and in time. */
@Timeout(60)
class NoAnswerTest {

  @Test
  void aPeerThatIsNotThereIsUnavailable() throws IOException {
    int port;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }
    SyncException failure = failure(peer("http://localhost:" + port).build());
    assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
    assertThat(failure.mayRetry()).isTrue();
  }

  @Test
  void aPeerThatCannotBeFoundIsUnavailable() {
    assertThat(failure(peer("http://nobody.invalid").build()).kind()).isEqualTo(Kind.UNAVAILABLE);
  }

  @Test
  void aPeerThatIsSilentIsUnavailable() {
    try (Canned server = Canned.running(out -> new CountDownLatch(1).await())) {
      SyncException failure = failureInTime(server);
      assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
      assertThat(failure).hasMessageContaining("in time");
    }
  }

  @Test
  void aPeerThatFallsSilentBehindTheHeadersIsUnavailable() {
    try (Canned server =
        Canned.running(
            out -> {
              out.write(
                  "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"
                      .getBytes(ISO_8859_1));
              new CountDownLatch(1).await();
            })) {
      SyncException failure = failureInTime(server);
      assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
      assertThat(failure).hasMessageContaining("in time");
    }
  }

  @Test
  void aPeerThatDripsIsUnavailable() {
    try (Canned server =
        Canned.running(
            out -> {
              out.write(
                  "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n".getBytes(ISO_8859_1));
              while (true) {
                out.write(' ');
                out.flush();
                new CountDownLatch(1).await(20, TimeUnit.MILLISECONDS);
              }
            })) {
      assertThat(failureInTime(server).kind()).isEqualTo(Kind.UNAVAILABLE);
    }
  }

  @Test
  void aPullWaitsAsLongAsThePeerMay() {
    try (Canned server =
        Canned.running(
            out -> {
              new CountDownLatch(1).await(900, TimeUnit.MILLISECONDS);
              out.write(Canned.ok("application/json", NOTHING).getBytes(ISO_8859_1));
            })) {
      Pull pull = new Pull(Position.START, 1, 1, Duration.ofSeconds(20));
      SyncException failure =
          catchThrowableOfType(
              SyncException.class,
              () -> peer(server.base()).timeout(Duration.ofMillis(500)).build().call(pull));
      assertThat(failure.kind()).isEqualTo(Kind.CORRUPT); // it came, and was no page
    }
  }

  @Test
  void anInterruptEndsTheWaiting() throws InterruptedException {
    CountDownLatch asked = new CountDownLatch(1);
    try (Canned server =
        Canned.running(
            out -> {
              asked.countDown();
              new CountDownLatch(1).await();
            })) {
      AtomicReference<SyncException> failure = new AtomicReference<>();
      AtomicReference<Boolean> flag = new AtomicReference<>(false);
      HttpLogPeer peer = peer(server.base()).timeout(Duration.ofMinutes(5)).build();
      Thread thread =
          new Thread(
              () -> {
                failure.set(failure(peer));
                flag.set(Thread.currentThread().isInterrupted());
              });
      thread.start();
      asked.await();
      thread.interrupt();
      thread.join();
      assertThat(failure.get().kind()).isEqualTo(Kind.UNAVAILABLE);
      assertThat(flag.get()).isTrue();
    }
  }
}
