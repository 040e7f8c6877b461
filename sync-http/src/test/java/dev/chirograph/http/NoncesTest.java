package dev.chirograph.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is remembered of requests that were made. */
class NoncesTest {

  private final ManualClock clock = ManualClock.create();

  private Nonces.Taken take(Nonces nonces, String caller, String nonce, int seconds) {
    return nonces.take(caller, nonce, clock.instant().plusSeconds(seconds), clock.instant());
  }

  @Test
  void aNonceIsTakenOnceByEachCaller() {
    Nonces nonces = Nonces.inMemory(10);
    assertThat(take(nonces, "oslo", "a", 60)).isEqualTo(Nonces.Taken.YES);
    assertThat(take(nonces, "oslo", "a", 60)).isEqualTo(Nonces.Taken.REPEATED);
    assertThat(take(nonces, "hamar", "a", 60)).isEqualTo(Nonces.Taken.YES);
    assertThat(take(nonces, "oslo", "b", 60)).isEqualTo(Nonces.Taken.YES);
  }

  @Test
  void aBusyCallerTakesNoRoomFromOthers() {
    Nonces nonces = Nonces.inMemory(2);
    for (String nonce : List.of("a", "b")) {
      assertThat(take(nonces, "oslo", nonce, 60)).isEqualTo(Nonces.Taken.YES);
    }
    assertThat(take(nonces, "oslo", "c", 60)).isEqualTo(Nonces.Taken.FULL);
    assertThat(take(nonces, "oslo", "a", 60)).isEqualTo(Nonces.Taken.REPEATED);
    assertThat(take(nonces, "hamar", "a", 60)).isEqualTo(Nonces.Taken.YES);
    clock.advance(Duration.ofSeconds(61));
    assertThat(take(nonces, "oslo", "c", 60)).isEqualTo(Nonces.Taken.YES);
  }

  @Test
  void noNonceComesBackBecauseTheClockDoes() {
    Nonces nonces = Nonces.inMemory(10);
    Instant before = clock.instant();
    Instant until = before.plusSeconds(60);
    assertThat(nonces.take("oslo", "a", until, before)).isEqualTo(Nonces.Taken.YES);
    Instant later = before.plusSeconds(61);
    assertThat(nonces.take("oslo", "b", later.plusSeconds(60), later)).isEqualTo(Nonces.Taken.YES);
    // Or because somebody has looked at it before, and only now comes with the request.
    assertThat(nonces.take("oslo", "a", until, before)).isEqualTo(Nonces.Taken.REPEATED);
    assertThat(nonces.take("oslo", "c", later.plusSeconds(60), before)).isEqualTo(Nonces.Taken.YES);
  }

  @Test
  void manyNoncesAreForgottenAsTimeGoesBy() {
    Nonces nonces = Nonces.inMemory(1_000);
    for (int i = 0; i < 100_000; i++) {
      clock.advance(Duration.ofMillis(100));
      assertThat(take(nonces, "oslo", "n" + i, 60)).isEqualTo(Nonces.Taken.YES);
    }
  }
}
