package dev.chirograph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {

  private static final RetryPolicy POLICY =
      RetryPolicy.builder()
          .pauses(Duration.ofMillis(100), Duration.ofSeconds(2))
          .attempts(4)
          .attempts(SyncException.Kind.PERMISSION_DENIED, 2)
          .build();

  @Test
  void itEndsAfterTheAttemptsOfTheKind() {
    SyncException unavailable = new SyncException(SyncException.Kind.UNAVAILABLE, "down");
    SyncException denied = new SyncException(SyncException.Kind.PERMISSION_DENIED, "no");

    assertThat(POLICY.again(unavailable, 1)).isTrue();
    assertThat(POLICY.again(unavailable, 3)).isTrue();
    assertThat(POLICY.again(unavailable, 4)).isFalse();
    assertThat(POLICY.again(denied, 1)).isTrue();
    assertThat(POLICY.again(denied, 2)).isFalse();
  }

  @Test
  void whatCannotHelpIsNotRepeated() {
    assertThat(POLICY.again(SyncException.invalid("bad"), 1)).isFalse();
    assertThat(
            POLICY.again(
                new SyncException(
                    SyncException.Kind.UNAVAILABLE, SyncException.Advice.EXHAUSTED, "down", null),
                1))
        .isFalse();
  }

  @Test
  void pausesDoubleUpToTheLongest() {
    long[] whole = {100, 200, 400, 800, 1600, 2000, 2000};
    SplittableRandom random = new SplittableRandom(1);
    for (int failures = 1; failures <= whole.length; failures++) {
      long most = whole[failures - 1];
      long smallest = Long.MAX_VALUE;
      long largest = 0;
      for (int i = 0; i < 2000; i++) {
        long pause = POLICY.pause(failures, random).toMillis();
        smallest = Math.min(smallest, pause);
        largest = Math.max(largest, pause);
      }
      assertThat(smallest).isBetween(most / 2, most / 2 + most / 20);
      assertThat(largest).isBetween(most - most / 20, most);
    }
  }

  @Test
  void whoAsksToBeLeftAloneIsForAMinuteAtMost() {
    SplittableRandom random = new SplittableRandom(1);
    for (long[] asked : new long[][] {{10, 10}, {3_600, 60}}) {
      SyncException error =
          SyncException.later(
              SyncException.Kind.RATE_LIMITED, "slow down", Duration.ofSeconds(asked[0]));
      assertThat(POLICY.again(error, 1)).isTrue();
      assertThat(POLICY.pause(error, 1, random)).isEqualTo(Duration.ofSeconds(asked[1]));
    }
    SyncException silent = new SyncException(SyncException.Kind.RATE_LIMITED, "slow down");
    assertThat(POLICY.pause(silent, 1, random))
        .isBetween(Duration.ofMillis(50), Duration.ofMillis(100));
    SyncException little =
        SyncException.later(SyncException.Kind.RATE_LIMITED, "slow down", Duration.ofMillis(1));
    assertThat(POLICY.pause(little, 1, random)).isGreaterThanOrEqualTo(Duration.ofMillis(50));
  }

  @Test
  void manyFailuresDoNotOverflow() {
    RetryPolicy policy =
        RetryPolicy.builder().pauses(Duration.ofMillis(1), Duration.ofDays(20_000)).build();
    assertThat(policy.pause(Integer.MAX_VALUE, new SplittableRandom(1)))
        .isBetween(Duration.ofDays(10_000), Duration.ofDays(20_000));
  }

  @Test
  void unusableNumbersAreRefused() {
    RetryPolicy.Builder builder = RetryPolicy.builder();
    assertThatThrownBy(() -> builder.attempts(0)).isInstanceOf(SyncException.class);
    assertThatThrownBy(() -> builder.pauses(Duration.ZERO, Duration.ofSeconds(1)))
        .isInstanceOf(SyncException.class);
    assertThatThrownBy(() -> builder.pauses(Duration.ofSeconds(2), Duration.ofSeconds(1)))
        .isInstanceOf(SyncException.class);
  }
}
