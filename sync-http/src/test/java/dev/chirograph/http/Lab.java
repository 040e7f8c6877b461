package dev.chirograph.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.http.HttpCall.Builder;
import dev.chirograph.log.LogAnswer;
import dev.chirograph.log.LogReplicator;
import dev.chirograph.log.LogRequest;
import dev.chirograph.log.LogRequest.Pull;
import dev.chirograph.memory.MemoryLog;
import dev.chirograph.spi.LogEntry.Body;
import dev.chirograph.spi.LogEntry.Content;
import dev.chirograph.spi.LogEntry.Operation;
import dev.chirograph.spi.LogItem;
import dev.chirograph.spi.ReplicaLog.Position;
import dev.chirograph.testkit.ManualClock;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;

/** A node "bergen" with a log, whom "oslo" may ask; and requests that can be spoilt. */
final class Lab {

  static final SigningKey KEY = key("oslo-1", 1);
  static final SigningKey NEXT = key("oslo-2", 2);
  static final String BASE = "/some%20base/log";

  final ManualClock clock = ManualClock.create();
  final MemoryLog log = MemoryLog.builder("bergen").clock(clock).build();
  final LogReplicator node =
      LogReplicator.builder("bergen", log)
          .reader("oslo")
          .patience(Duration.ZERO)
          .environment(clock.environment())
          .build();
  final SplittableRandom random = new SplittableRandom(1);

  /** A body that must not be read. */
  static final InputStream UNREADABLE =
      new InputStream() {
        @Override
        public int read() {
          throw new AssertionError("the body must not be read");
        }
      };

  static SigningKey key(String id, int seed) {
    byte[] secret = new byte[32];
    Arrays.fill(secret, (byte) seed);
    return SigningKey.of(id, secret);
  }

  LogHandler.Builder handler() {
    return LogHandler.builder(node).keys(LogKeys.fixed(Map.of("oslo", List.of(KEY)))).clock(clock);
  }

  static Body body(String key) {
    return new Body(UUID.randomUUID(), Operation.ADD, Key.utf8(key), "1", Content.NONE, "{}");
  }

  static List<LogItem> items(int number) {
    List<LogItem> items = new ArrayList<>();
    for (int i = 1; i <= number; i++) {
      items.add(LogItem.of(Samples.entry(i, Operation.ADD, Key.utf8("pushed/" + i), Content.NONE)));
    }
    return items;
  }

  /** All that the log says about itself; equal when nothing has changed. */
  String state() {
    return log.bounds()
        + " "
        + log.read(Position.START, 1_000, Long.MAX_VALUE)
        + " "
        + log.members();
  }

  // ---- requests

  /** A request of oslo to bergen, that can be changed before it is made. */
  final class Ask {
    String caller = "oslo";
    String target = "bergen";
    SigningKey key = KEY;
    String method;
    String path;
    String query = "";
    byte[] body = new byte[0];
    final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    Ask(LogRequest request) {
      Route route = Route.of(request);
      method = route.method();
      path = route.path();
      if (request instanceof Pull pull) {
        query = PullQuery.write(pull);
        return;
      }
      headers.put("Content-Type", List.of("application/json"));
      body = bytes(out -> Requests.write(request, out));
    }

    /** Signs it as it is now. */
    Ask sign() {
      Connection connection =
          new Connection(
              caller,
              target,
              () -> key,
              new Sender(target, HttpClient.newHttpClient(), 1 << 14),
              clock,
              random);
      String address = "http://bergen" + BASE + path + (query.isEmpty() ? "" : "?" + query);
      HttpRequest request = connection.signed(method, URI.create(address), body).build();
      headers.putAll(request.headers().map());
      return this;
    }

    Ask set(String header, String... values) {
      headers.put(header, List.of(values));
      return this;
    }

    Ask remove(String header) {
      headers.remove(header);
      return this;
    }

    HttpCall call() {
      return call(new ByteArrayInputStream(body));
    }

    HttpCall call(InputStream stream) {
      Builder call = HttpCall.builder(method, BASE, path).query(query).headers(headers);
      return call.body(stream).build();
    }
  }

  Ask ask(LogRequest request) {
    return new Ask(request);
  }

  Ask push(int items) {
    return ask(new LogRequest.Push(items(items)));
  }

  Ask pull() {
    return ask(new Pull(Position.START, 100, 1 << 20, Duration.ZERO));
  }

  // ---- answers

  /** What a handler answered. */
  record Answered(int status, Map<String, String> headers, byte[] body) {

    Problem problem() {
      try {
        return Problem.read(status, new ByteArrayInputStream(body));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    LogAnswer answer(LogRequest request) {
      try {
        InputStream in = new ByteArrayInputStream(body);
        return Answers.read(
            request, "gzip".equals(headers.get("Content-Encoding")) ? Gzip.in(in) : in);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  static Answered handle(LogHandler handler, HttpCall call) {
    try (HttpReply reply = handler.handle(call)) {
      return new Answered(reply.status(), reply.headers(), bytes(reply::writeTo));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Refused for this reason, counted, and nothing has changed. */
  void assertRefused(LogHandler by, HttpCall call, int status, Refusal refusal) {
    boolean secret = refusal == Refusal.UNKNOWN_CALLER || refusal == Refusal.UNKNOWN_KEY;
    assertRefused(by, call, status, refusal, secret ? Refusal.WRONG_SIGNATURE : refusal);
  }

  /** The same where the caller is told another reason. */
  void assertRefused(LogHandler by, HttpCall call, int status, Refusal refusal, Refusal told) {
    String before = state();
    Map<Refusal, Long> counted = new EnumMap<>(by.refusals());
    Answered answered = handle(by, call);
    assertThat(answered.status()).isEqualTo(status);
    assertThat(answered.headers()).containsEntry("Content-Type", "application/problem+json");
    assertThat(answered.problem().reason()).isEqualTo(Words.word(told));
    assertThat(state()).isEqualTo(before);
    counted.merge(refusal, 1L, Long::sum);
    assertThat(by.refusals()).isEqualTo(counted);
  }

  static byte[] zipped(byte[] bytes) {
    return bytes(
        out -> {
          try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(bytes);
          }
        });
  }

  interface Writing {
    void to(ByteArrayOutputStream out) throws IOException;
  }

  static byte[] bytes(Writing writing) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      writing.to(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
