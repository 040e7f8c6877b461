package dev.chirograph.http;

import static dev.chirograph.http.CannedReplica.failure;
import static dev.chirograph.http.CannedReplica.server;
import static dev.chirograph.http.CannedReplica.status;
import static dev.chirograph.http.CannedReplica.table;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.table.ReplicaTable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client makes of answers that are refusals, and when it may come again. */
@Timeout(60)
class HttpReplicaStatusTest {

  @ParameterizedTest
  @CsvSource({
    "400, UNEXPECTED, false",
    "401, PERMISSION_DENIED, true",
    "403, PERMISSION_DENIED, true",
    "404, NOT_FOUND, false",
    "405, UNEXPECTED, false",
    "408, UNAVAILABLE, true",
    "409, CONFLICT, false",
    "413, TOO_LARGE, false",
    "414, UNEXPECTED, false",
    "415, UNEXPECTED, false",
    "422, UNEXPECTED, false",
    "429, RATE_LIMITED, true",
    "431, UNEXPECTED, false",
    "500, UNAVAILABLE, true",
    "501, UNSUPPORTED, false",
    "502, UNAVAILABLE, true",
    "503, UNAVAILABLE, true",
    "504, UNAVAILABLE, true",
    "301, UNEXPECTED, true",
    "204, UNEXPECTED, true",
  })
  void aStatusSaysWhatItIs(int status, Kind kind, boolean again) {
    try (Canned server = server(status(status, "Location: http://localhost/elsewhere"))) {
      SyncException failure = failure(server);
      assertThat(failure.kind()).isEqualTo(kind);
      assertThat(failure.mayRetry()).isEqualTo(again);
      assertThat(server.requests()).hasSize(2); // and nothing is repeated or followed
    }
  }

  private static String problem(int status, String reason, String kind, String detail) {
    String problem =
        "{\"type\":\"urn:chirograph:problem:%s\",\"kind\":\"%s\",\"detail\":\"%s\"}"
            .formatted(reason, kind, detail);
    return "HTTP/1.1 "
        + status
        + " x\r\nContent-Type: application/problem+json\r\nConnection: close\r\n"
        + "Content-Length: "
        + problem.length()
        + "\r\n\r\n"
        + problem;
  }

  /** What a row is at fault for is kept with it, and says nothing of addresses. */
  @ParameterizedTest
  @CsvSource({
    "409, already-exists, ALREADY_EXISTS",
    "400, invalid-argument, INVALID_ARGUMENT",
    "413, too-large, TOO_LARGE",
  })
  void aProblemSaysMoreThanItsStatus(int status, String word, Kind kind) {
    try (Canned server = server(problem(status, word, word, "its 'amount' is no number"))) {
      SyncException failure = failure(server);
      assertThat(failure.kind()).isEqualTo(kind);
      assertThat(failure).hasMessage("acme/north does not take it: its 'amount' is no number");
    }
    try (Canned server = server(status(413))) {
      assertThat(failure(server)).hasMessage("acme/north does not take it: status 413");
    }
  }

  /** Otherwise all rows would be taken for bad ones, each by itself. */
  @ParameterizedTest
  @CsvSource({
    "400, malformed",
    "415, malformed",
    "414, too-large",
    "405, method",
    "431, too-large"
  })
  void L11_whatAHandlerDoesNotUnderstandIsNoFaultOfARow(int status, String reason) {
    try (Canned server = server(problem(status, reason, "invalid-argument", "why"))) {
      SyncException failure = failure(server);
      assertThat(failure.kind()).isEqualTo(Kind.UNEXPECTED);
      assertThat(failure.mayRetry()).isFalse();
      assertThat(failure).hasMessageContaining("why");
    }
  }

  @Test
  void aLeaseThatAnotherAgentHasIsTheOnlyConflictThatIsNone() {
    try (Canned server = server(problem(409, "leased", "conflict", "another agent"))) {
      assertThat(table(server).lease("agent", Duration.ofMinutes(1))).isEmpty();
    }
    for (String answer : List.of(problem(409, "conflict", "conflict", "?"), status(409))) {
      try (Canned server = server(answer)) {
        ReplicaTable table = table(server);
        assertThatThrownBy(() -> table.lease("agent", Duration.ofMinutes(1)))
            .isInstanceOfSatisfying(
                SyncException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "429, 17, 17",
    "503, 3, 3",
    "503, 0, 0",
    "429, soon, -1",
    "429, -1, -1",
    "400, 5, -1",
    "503, 'Sat, 21 Nov 2026 10:00:20 GMT', 20",
    "429, 'Sat, 21 Nov 2026 12:00:00 GMT', 7200",
    "503, 'Sat, 21 Nov 2026 09:59:59 GMT', 0",
    "503, 'Sat, 21 Nov 2026 10:00:20', -1",
    "503, '2026-11-21T10:00:20Z', -1",
  })
  void whoAsksToBeLeftAloneIsHeard(int status, String header, int seconds) {
    String now = "Date: Sat, 21 Nov 2026 10:00:00 GMT";
    try (Canned server = server(status(status, "Retry-After: " + header, now))) {
      assertThat(failure(server).retryAfter())
          .isEqualTo(seconds < 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(seconds)));
    }
  }

  /** Whose clock it is counts: that of this machine may be wrong. */
  @ParameterizedTest
  @ValueSource(strings = {"", "Date: now", "Date: Sat, 21 Nov 2026"})
  void aTimeWithoutAClockSaysNothing(String date) {
    String later = "Retry-After: Sat, 21 Nov 2026 10:00:20 GMT";
    String[] headers = date.isEmpty() ? new String[] {later} : new String[] {later, date};
    try (Canned server = server(status(503, headers))) {
      assertThat(failure(server).retryAfter()).isEmpty();
    }
  }
}
