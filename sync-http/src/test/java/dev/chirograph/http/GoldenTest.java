package dev.chirograph.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chirograph.Key;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.log.LogReplicator;
import dev.chirograph.log.LogRequest;
import dev.chirograph.log.LogRequest.Pull;
import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.memory.MemoryBlobStore;
import dev.chirograph.memory.MemoryLog;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes over the wire is what the golden files say, byte order of fields aside. */
class GoldenTest {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  static Stream<String> names() {
    return Samples.requests().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void requestsAreWrittenAndReadAsTheGoldenFilesSay(String name) throws IOException {
    LogRequest request = Objects.requireNonNull(Samples.requests().get(name));
    String golden = golden(name + ".request");
    if (request instanceof Pull pull) {
      assertThat("GET /v1/entries?" + PullQuery.write(pull)).isEqualTo(golden.strip());
      assertThat(PullQuery.read(golden.strip().substring("GET /v1/entries?".length())))
          .isEqualTo(request);
      return;
    }
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    Requests.write(request, written);
    assertSame(written, golden);
    assertThat(Requests.read(Route.of(request), stream(golden), 100)).isEqualTo(request);
  }

  @ParameterizedTest
  @MethodSource("names")
  void answersAreWrittenAndReadAsTheGoldenFilesSay(String name) throws IOException {
    String golden = golden(name + ".answer");
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    Answers.write(Objects.requireNonNull(Samples.answers().get(name)), written);
    assertSame(written, golden);
    assertThat(Answers.read(Objects.requireNonNull(Samples.requests().get(name)), stream(golden)))
        .isEqualTo(Samples.answers().get(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"problem-refused", "problem-invalid"})
  void problemsAreWrittenAndReadAsTheGoldenFilesSay(String name) throws IOException {
    Problem problem =
        name.equals("problem-refused")
            ? Problem.of(new RefusedException(Refusal.REPLAYED, 401, "the request was made before"))
            : new Problem(400, Kind.INVALID_ARGUMENT, "invalid-argument", "a pull asks for 1 item");
    String golden = golden(name);
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    written.write(problem.toBytes());
    assertSame(written, golden);
    assertThat(Problem.read(problem.status(), stream(golden))).isEqualTo(problem);
  }

  @Test
  void contentsAreAnsweredAsTheGoldenFileSays(@TempDir Path spool) throws IOException {
    LogReplicator node =
        LogReplicator.builder("bergen", MemoryLog.of("bergen"))
            .reader("oslo")
            .queue(MemoryBackend.create(InstantSource.system()).queue("bergen", "contents"))
            .contents(MemoryBlobStore.of("bergen"), spool)
            .build();
    node.add(Key.utf8("k"), "1", () -> stream("test"), "{}");
    String golden = golden("content");
    String[] request = golden.substring(0, golden.indexOf("\n\n")).split("[ \n]", 3);
    HttpCall call =
        HttpCall.builder(request[0], "", request[1])
            .headers(
                Map.of("Chirograph-Target", List.of("bergen"), "Range", List.of(range(request[2]))))
            .build();
    LogHandler handler =
        LogHandler.builder(node).trustTransport(ignored -> Optional.of("oslo")).build();
    try (HttpReply reply = handler.handle(call)) {
      Map<String, String> headers = new TreeMap<>(reply.headers());
      headers.put("Content-Length", String.valueOf(reply.length().orElseThrow()));
      StringBuilder answer = new StringBuilder(reply.status() + "\n");
      headers.forEach((name, value) -> answer.append(name + ": " + value + "\n"));
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      reply.writeTo(body);
      answer.append("\n" + body.toString(UTF_8) + "\n");
      assertThat(answer).hasToString(golden.substring(golden.indexOf("---\n") + 4));
    }
  }

  private static String range(String header) {
    return header.substring("Range: ".length());
  }

  private static void assertSame(ByteArrayOutputStream written, String golden) throws IOException {
    String now = written.toString(UTF_8);
    assertThat(MAPPER.readTree(now)).as(now).isEqualTo(MAPPER.readTree(golden));
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(UTF_8));
  }

  static String golden(String name) throws IOException {
    for (String suffix : new String[] {".json", ".txt"}) {
      try (InputStream in = GoldenTest.class.getResourceAsStream("/golden/" + name + suffix)) {
        if (in != null) {
          return new String(in.readAllBytes(), UTF_8);
        }
      }
    }
    throw new IOException("there is no golden file " + name);
  }
}
