package dev.chirograph.http;

import static dev.chirograph.http.TableLab.ACME_TOKEN;
import static dev.chirograph.http.TableLab.NORTH;
import static dev.chirograph.http.TableLab.puts;
import static dev.chirograph.http.TableLab.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.chirograph.SyncException;
import dev.chirograph.spi.table.ReplicaTable;
import java.net.URI;

/** A database behind a server that answers with what it is told. */
final class CannedReplica {

  /** What the server takes at once. */
  static final String LIMITS =
      Canned.ok(
          "application/json",
          "{\"limits\":{\"rows\":3,\"bytes\":1000,\"row\":2000,\"slices\":7,\"keys\":2,\"page\":2,\"body\":1000}}");

  private CannedReplica() {}

  static HttpReplica.Builder replica(String base) {
    return HttpReplica.builder(URI.create(base), NORTH).token(ACME_TOKEN);
  }

  /** Tells limits to whoever asks for them, and answers everything else in this way. */
  static Canned server(String answer) {
    return Canned.byPath(path -> path.endsWith("?fields=limits") ? LIMITS : answer);
  }

  static ReplicaTable table(Canned server) {
    return replica(server.base()).build().table("invoice");
  }

  /** What a write fails with; it quotes neither the token nor the row. */
  static SyncException failure(Canned server) {
    ReplicaTable table = table(server);
    SyncException failure =
        catchThrowableOfType(
            SyncException.class, () -> table.write(puts(1, row("1", "secret", "1.00", "1"))));
    assertThat(failure).isNotNull();
    assertThat(failure.getMessage()).contains("acme/north").doesNotContain(ACME_TOKEN, "secret");
    return failure;
  }

  /** An answer that is only a status. */
  static String status(int status, String... more) {
    StringBuilder answer = new StringBuilder("HTTP/1.1 " + status + " x\r\n");
    for (String header : more) {
      answer.append(header).append("\r\n");
    }
    return answer + "Connection: close\r\nContent-Length: 0\r\n\r\n";
  }
}
