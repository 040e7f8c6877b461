package dev.chirograph.servlet;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.chirograph.Expect;
import dev.chirograph.Key;
import dev.chirograph.ObjectVersion;
import dev.chirograph.RetryPolicy;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.http.HttpEndpoint;
import dev.chirograph.http.HttpLogPeer;
import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.spi.BlobStore;
import dev.chirograph.spi.BlobStore.BlobRef;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.SupportsContents.State;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Contents over real HTTP, whatever the server. */
@Timeout(120)
abstract class ContentsOverHttp {

  private static final int SIZE = 3_000_000;

  @TempDir private Path spool;

  private final byte[] bytes = new byte[SIZE];
  private final MemoryBlobStore there = MemoryBlobStore.of("there");
  private final MemoryBlobStore here = MemoryBlobStore.of("here");
  private final Deployment m = new Deployment("M");
  private final Deployment a = new Deployment("A");
  private int storeBreaksAfter = Integer.MAX_VALUE;

  abstract Server server(HttpEndpoint endpoint);

  @BeforeEach
  void start() {
    new Random(7).nextBytes(bytes);
    keep(m, breaking(there));
    keep(a, here);
    m.peer(a).start(this::server);
    a.peer(m).start(this::server);
  }

  private void keep(Deployment node, BlobStore store) {
    node.building()
        .queue(MemoryBackend.create(InstantSource.system()).queue(store.name(), "contents"))
        .contents(store, spool.resolve(store.name()))
        .jobRetries(
            RetryPolicy.builder()
                .pauses(Duration.ofMillis(1), Duration.ofMillis(2))
                .attempts(5)
                .build());
  }

  @AfterEach
  void close() {
    m.close();
    a.close();
  }

  /** The same store, whose contents can break off while they are read. */
  private BlobStore breaking(BlobStore store) {
    return (BlobStore)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {BlobStore.class},
            (proxy, method, arguments) -> {
              try {
                Object answer = method.invoke(store, arguments);
                return method.getName().equals("open") ? breaking((InputStream) answer) : answer;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private InputStream breaking(InputStream in) {
    return new FilterInputStream(in) {
      private int left = storeBreaksAfter;

      @Override
      public int read(byte[] to, int offset, int length) throws IOException {
        if (left <= 0) {
          throw new IOException("the store broke off");
        }
        int read = super.read(to, offset, Math.min(length, left));
        left -= Math.max(read, 0);
        return read;
      }
    };
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private Content content() {
    return new Content(sha256(bytes), SIZE, "");
  }

  private static byte[] stored(BlobStore store, String sha256) throws IOException {
    try (InputStream in =
        store.open(BlobRef.latest(Key.utf8("sha256/" + sha256)), 0, new Expect.Anything())) {
      return in.readAllBytes();
    }
  }

  private HttpLogPeer peer(Deployment to) {
    return HttpLogPeer.builder("A", "M", URI.create("http://localhost:" + to.port() + "/app/sync"))
        .key(Deployment.keyOf("A"))
        .timeout(Duration.ofSeconds(5))
        .build();
  }

  @Test
  void aContentArrivesInTheBackground() throws IOException {
    m.node().add(Key.utf8("k"), "1", () -> new ByteArrayInputStream(bytes), "{}");
    a.node().pull("M");
    a.node().drain();
    assertThat(stored(here, sha256(bytes))).isEqualTo(bytes);
  }

  @Test
  void aDownloadThatBrokeOffGoesOnWhereItWas() throws IOException {
    m.node().add(Key.utf8("k"), "1", () -> new ByteArrayInputStream(bytes), "{}");
    a.node().pull("M");
    m.wire().breakAfter(1_000_000);
    m.wire().heal(); // connections that are open know nothing of that
    a.node().drain();
    m.wire().breakAfter(Long.MAX_VALUE);
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              a.node().drain();
              return a.log().content(sha256(bytes)).orElseThrow().state() == State.HELD;
            });
    assertThat(stored(here, sha256(bytes))).isEqualTo(bytes);
    assertThat(new String(m.wire().heard(), ISO_8859_1)).containsPattern("Range: bytes=[1-9]");
  }

  @Test
  void aRangeIsAnsweredExactly() throws IOException {
    m.node().add(Key.utf8("k"), "1", () -> new ByteArrayInputStream(bytes), "{}");
    HttpLogPeer peer = peer(m);
    for (int from : new int[] {0, 1, SIZE / 2, SIZE - 1}) {
      try (InputStream in = peer.content(content(), from)) {
        assertThat(in.readAllBytes()).hasSize(SIZE - from).endsWith(bytes[SIZE - 1]);
      }
    }
    assertThatThrownBy(() -> peer.content(content(), SIZE))
        .isInstanceOfSatisfying(
            SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID_ARGUMENT));
    Content unknown = new Content("0".repeat(64), 1, "");
    for (long from : new long[] {0, 5}) {
      assertThatThrownBy(() -> peer.content(unknown, from))
          .isInstanceOfSatisfying(
              SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND));
    }
  }

  @Test
  void anEmptyContentArrivesToo() throws IOException {
    m.node().add(Key.utf8("k"), "1", InputStream::nullInputStream, "{}");
    a.node().pull("M");
    a.node().drain();
    assertThat(stored(here, sha256(new byte[0]))).isEmpty();
  }

  @Test
  void aStoreThatBreaksOffIsNeverTakenForAnEnd() {
    m.node().add(Key.utf8("k"), "1", () -> new ByteArrayInputStream(bytes), "{}");
    storeBreaksAfter = 500_000;
    assertThat(catchThrowable(() -> drained(content()))).isNotNull();
    // The same where the log does not know how long it is, so that nothing is announced.
    byte[] other = "x".repeat(1_000_000).getBytes(ISO_8859_1);
    Content unknown = new Content(sha256(other), other.length, "");
    there.put(
        Key.utf8("sha256/" + unknown.sha256()),
        ObjectVersion.builder().size(other.length).build(),
        () -> new ByteArrayInputStream(other),
        new Expect.Anything());
    assertThat(catchThrowable(() -> drained(unknown))).isNotNull();
    storeBreaksAfter = Integer.MAX_VALUE;
    assertThat(drained(unknown)).isEqualTo(other);
    assertThat(drained(content())).isEqualTo(bytes);
  }

  private byte[] drained(Content content) {
    try (InputStream in = peer(m).content(content, 0)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new SyncException(Kind.UNAVAILABLE, "it broke off", e);
    }
  }
}
