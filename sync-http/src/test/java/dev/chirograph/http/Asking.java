package dev.chirograph.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.log.LogRequest;
import dev.chirograph.log.LogRequest.Find;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/** Asks a server for something, and tells what came of it. */
final class Asking {

  static final LogRequest FIND = new Find(List.of(Key.utf8("k")));
  static final String NOTHING = "{\"items\":[]}";
  static final String SECRET = "0123456789abcdef0123456789abcdef";

  private Asking() {}

  static HttpLogPeer.Builder peer(String base) {
    return HttpLogPeer.builder("oslo", "bergen", URI.create(base))
        .key(SigningKey.of("oslo-1", SECRET.getBytes(ISO_8859_1)))
        .timeout(Duration.ofSeconds(30));
  }

  static SyncException failure(Canned server) {
    return failure(peer(server.base()).build());
  }

  static SyncException failureInTime(Canned server) {
    return failure(peer(server.base()).timeout(Duration.ofMillis(500)).build());
  }

  static SyncException failure(HttpLogPeer peer) {
    SyncException failure = catchThrowableOfType(SyncException.class, () -> peer.call(FIND));
    assertThat(failure).isNotNull();
    assertThat(failure.getMessage()).contains("bergen").doesNotContain(SECRET);
    return failure;
  }
}
