package dev.chirograph.servlet;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.http.HttpEndpoint;
import dev.chirograph.http.Refusal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Strangers, eavesdroppers and whoever asks for too much, over real HTTP, whatever the server. */
@Timeout(120)
abstract class RefusalsOverHttp {

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

  @Test
  void whatWasOverheardCannotBeRepeated() throws IOException {
    start();
    m.append("X");
    m.node().push("A");
    byte[] push = a.wire().heard();
    assertThat(new String(push, ISO_8859_1)).startsWith("POST /app/sync/v1/entries HTTP/1.1\r\n");
    String before = a.state();
    for (int i = 1; i <= 3; i++) {
      assertThat(raw(a, push)).startsWith("HTTP/1.1 401").contains("problem:replayed");
      assertThat(a.handler().refusals()).containsEntry(Refusal.REPLAYED, (long) i);
    }
    assertThat(a.state()).isEqualTo(before);
    // Nor be sent to somebody else, or changed.
    assertThat(raw(m, push)).startsWith("HTTP/1.1 421");
    String forged = new String(push, ISO_8859_1).replace("\"key\":\"X\"", "\"key\":\"W\"");
    String fresh = forged.replaceFirst("nonce=\"....", "nonce=\"0000");
    assertThat(raw(a, fresh.getBytes(ISO_8859_1))).startsWith("HTTP/1.1 401");
    assertThat(a.state()).isEqualTo(before);
  }

  @Test
  void aChangedBodyIsRefused() throws IOException {
    start();
    m.append("X");
    m.node().push("A");
    String push = new String(a.wire().heard(), ISO_8859_1);
    assertThat(push).contains("\"key\":\"X\"");
    Deployment other = new Deployment("A").peer(m).start(this::server);
    try (other) {
      // The same name and keys, and no nonce remembered: only the body tells.
      String before = other.state();
      String forged = push.replace("\"key\":\"X\"", "\"key\":\"W\"");
      assertThat(raw(other, forged.getBytes(ISO_8859_1)))
          .startsWith("HTTP/1.1 401")
          .contains("problem:wrong-body");
      assertThat(other.state()).isEqualTo(before);
    }
  }

  @Test
  void whatIsUnsignedOrTooLargeIsRefused() throws IOException {
    start();
    String before = a.state();
    String head =
        "POST /app/sync/v1/entries HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    assertThat(raw(a, (head + "Content-Length: 12\r\n\r\n{\"items\":[]}").getBytes(ISO_8859_1)))
        .startsWith("HTTP/1.1 401");
    assertThat(raw(a, (head + "Content-Length: 1048577\r\n\r\n").getBytes(ISO_8859_1)))
        .startsWith("HTTP/1.1 413");
    assertThat(a.state()).isEqualTo(before);
    assertThat(a.handler().refusals())
        .containsEntry(Refusal.UNSIGNED, 1L)
        .containsEntry(Refusal.TOO_LARGE, 1L);
  }

  @Test
  void aPushThatIsTooLargeIsRefusedAndPulled() {
    start();
    for (int i = 0; i < 8; i++) {
      m.node().append(List.of(Deployment.body("large-" + i, incompressible(i))));
    }
    m.node().push("A");
    assertThat(a.keys()).isEmpty();
    assertThat(m.node().status().peers().get(0).dropped()).isEqualTo(8);
    a.node().pull("M");
    assertThat(a.keys()).hasSize(8);
  }

  private static String incompressible(int seed) {
    StringBuilder text = new StringBuilder();
    new Random(seed).ints(200_000, 'a', 'z').forEach(c -> text.append((char) c));
    return text.toString();
  }

  @Test
  void aCallerThatIsNoPeerIsRefused() {
    Deployment stranger = new Deployment("S").peer(m);
    start();
    stranger.start(this::server);
    try (stranger) {
      m.append("X");
      assertThatThrownBy(() -> stranger.node().pull("M"))
          .isInstanceOfSatisfying(
              SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.PERMISSION_DENIED));
      assertThat(m.handler().refusals()).containsEntry(Refusal.NOT_ADMITTED, 1L);
    }
  }

  @Test
  void pathsInAnotherFormLeadNowhere() throws IOException {
    start();
    for (String path :
        List.of(
            "/app/sync/v1/%65ntries",
            "/app/%6cog/v1/entries",
            "/app/sync/../log/v1/entries",
            "/app/sync//v1/entries",
            "/app/sync/v1/entries;x=y",
            "/app/sync/v1%2fentries")) {
      String request =
          "GET "
              + path
              + "?limit=1&bytes=1&wait=0 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
      assertThat(raw(a, request.getBytes(ISO_8859_1)))
          .as(path)
          .matches("(?s)HTTP/1.1 (400|401|404) .*");
    }
  }

  @Test
  void otherMethodsGetAnAnswer() throws IOException {
    start();
    for (String method : List.of("HEAD", "PUT", "DELETE", "OPTIONS", "PATCH")) {
      String request =
          method + " /app/sync/v1/entries HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
      assertThat(raw(a, request.getBytes(ISO_8859_1))).as(method).startsWith("HTTP/1.1 405 ");
    }
  }

  /** Sends bytes, and answers with all that comes back. */
  private static String raw(Deployment to, byte[] bytes) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), to.port())) {
      socket.setSoTimeout(10_000);
      OutputStream out = socket.getOutputStream();
      out.write(bytes);
      out.flush();
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      byte[] buffer = new byte[4_096];
      while (!answer.toString(ISO_8859_1).contains("}")) {
        int read = socket.getInputStream().read(buffer);
        if (read < 0) {
          break;
        }
        answer.write(buffer, 0, read);
      }
      return answer.toString(ISO_8859_1);
    }
  }
}
