package dev.chirograph.relocate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chirograph.Environment;
import dev.chirograph.Key;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.spi.relocate.Location;
import dev.chirograph.testkit.Fault;
import dev.chirograph.testkit.Faults;
import dev.chirograph.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Limits, and what buckets get that ask to slow down; all in virtual time. */
class RelocateThrottleTest {

  private final RelocateLab lab = new RelocateLab();

  private Duration moving(Relocator.Builder builder) {
    Instant before = lab.clock.instant();
    lab.allocations.assign("project", "grant-12");
    Relocator relocator = builder.build();
    relocator.collect();
    relocator.drain();
    return Duration.between(before, lab.clock.instant());
  }

  private void files(int number, String content) {
    for (int i = 0; i < number; i++) {
      lab.file("f" + i, "project", "k/" + i, content);
    }
  }

  @Test
  void requestsAreSpreadForEachPrefixOfABucket() {
    files(50, "one");
    // 2 requests to the bucket that is left, 2 to the other; one second's worth comes at once
    assertThat(moving(lab.builder().requestsPerSecond(10)))
        .isBetween(Duration.ofMillis(8_900), Duration.ofMillis(9_100));
    assertThat(lab.at("f49").bucket()).isEqualTo(RelocateLab.GRANT);
  }

  @Test
  void prefixesDoNotWaitForEachOther() {
    for (int i = 0; i < 50; i++) {
      lab.file("f" + i, "project", "k" + i + "/1", "one");
    }
    assertThat(moving(lab.builder().requestsPerSecond(10))).isZero();
  }

  @Test
  void bytesCountWhoeverCopiesThem() {
    files(30, "0123456789");
    assertThat(moving(lab.builder().bytesPerSecond(100)))
        .isBetween(Duration.ofMillis(1_850), Duration.ofMillis(2_000));
  }

  @Test
  void whatIsNoLimitIsRefused() {
    assertThatThrownBy(() -> lab.builder().requestsPerSecond(0))
        .hasMessage("the requests per second must be positive: 0.0");
    assertThatThrownBy(() -> lab.builder().bytesPerSecond(Double.NaN))
        .hasMessageContaining("the bytes per second must be positive");
  }

  @Test
  void aBucketThatAsksToSlowDownIsGivenARestAndNoMoveFails() {
    files(20, "one");
    ManualClock clock = lab.clock;
    Instant end = clock.instant().plusSeconds(30);
    Faults storm =
        Faults.builder()
            .when(
                call -> call.what().startsWith("BlobStore") && clock.instant().isBefore(end),
                Fault.SLOW_DOWN)
            .build();
    Duration took = moving(lab.builder(storm));
    assertThat(took).isGreaterThan(Duration.ofSeconds(29));
    assertThat(storm.fired()).as("refused calls in half a minute").hasSizeBetween(5, 12);
    assertThat(lab.queue.statistics().total().waiting()).isZero();
    assertThat(lab.queue.statistics().total().delayed()).as("archiving alone").isEqualTo(20);
    for (int i = 0; i < 20; i++) {
      assertThat(lab.at("f" + i).bucket()).isEqualTo(RelocateLab.GRANT);
    }
  }

  @Test
  void aCallIsNotMadeAgainForEver() {
    assertThat(calls(Kind.RATE_LIMITED)).isEqualTo(9);
  }

  @Test
  void otherTroubleIsNotRepeatedHere() {
    assertThat(calls(Kind.UNAVAILABLE)).isEqualTo(1);
  }

  /** How often a call is made that always fails. */
  private int calls(Kind kind) {
    Throttle throttle = new Throttle(0, 0, lab.clock.environment());
    int[] calls = new int[1];
    assertThatThrownBy(
            () ->
                throttle.call(
                    Location.latest("bucket", Key.utf8("key")),
                    () -> {
                      calls[0]++;
                      throw new SyncException(kind, "not now");
                    }))
        .hasMessage("not now");
    return calls[0];
  }

  @Test
  void aRestDoublesWithRefusalsAndHalvesWithAnswers() {
    Environment environment = lab.clock.environment();
    Respite respite = new Respite(environment);
    respite.refused();
    respite.refused();
    assertThat(rest(respite)).as("those of one time count once").isBetween(200L, 400L);
    respite.refused();
    assertThat(rest(respite)).isBetween(400L, 1_200L);
    respite.served();
    respite.served();
    assertThat(rest(respite)).isZero();
    respite.refused();
    assertThat(rest(respite)).isBetween(200L, 600L);
  }

  /** How many milliseconds it makes a thread wait. */
  private long rest(Respite respite) {
    Instant before = lab.clock.instant();
    respite.await();
    return Duration.between(before, lab.clock.instant()).toMillis();
  }
}
