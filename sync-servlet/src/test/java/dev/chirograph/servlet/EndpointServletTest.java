package dev.chirograph.servlet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.http.LogHandler;
import dev.chirograph.log.LogReplicator;
import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.memory.MemoryLog;
import dev.chirograph.spi.BlobStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages that a container makes of errors tell nobody what goes on inside. */
class EndpointServletTest {

  /** The SHA-256 of "x". */
  private static final String X =
      "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";

  @TempDir private Path spool;

  private static BlobStore broken(BlobStore store) {
    InputStream breaking =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("s3://secret-bucket");
          }
        };
    return (BlobStore)
        Proxy.newProxyInstance(
            EndpointServletTest.class.getClassLoader(),
            new Class<?>[] {BlobStore.class},
            (proxy, method, arguments) ->
                method.getName().equals("open") ? breaking : method.invoke(store, arguments));
  }

  @Test
  void anAnswerThatBreaksOffBeforeItBeganTellsNothing() throws Exception {
    try (LogReplicator node =
        LogReplicator.builder("bergen", MemoryLog.of("bergen"))
            .reader("oslo")
            .queue(MemoryBackend.create(InstantSource.system()).queue("bergen", "contents"))
            .contents(broken(MemoryBlobStore.of("bergen")), spool)
            .build()) {
      node.add(Key.utf8("k"), "1", () -> new ByteArrayInputStream("x".getBytes(UTF_8)), "{}");
      LogHandler handler =
          LogHandler.builder(node).trustTransport(call -> Optional.of("oslo")).build();
      try (Server server = Server.jetty(handler)) {
        HttpResponse<String> answer = asked(server, X);
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).isEmpty();
      }
    }
  }

  private static HttpResponse<String> asked(Server server, String sha256) throws Exception {
    URI uri = URI.create("http://localhost:" + server.port() + "/app/sync/v1/content/" + sha256);
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(uri).header("Chirograph-Target", "bergen").build(),
            BodyHandlers.ofString());
  }
}
