package dev.chirograph.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.spi.Job;
import dev.chirograph.spi.SupportsWakeup.Subscription;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Workers are woken for what they can do. */
class QueueWakingTest {

  private final JdbcQueue queue = JdbcQueue.of(TestDatabases.h2(), "waking");
  private final AtomicInteger calls = new AtomicInteger();

  @Test
  void jobsThatHaveToWaitWakeNobody() {
    Subscription subscription = queue.onWork(calls::incrementAndGet);

    queue.enqueue(List.of(job("later", Duration.ofDays(7))));
    assertThat(calls).hasValue(0);
    queue.enqueue(List.of(job("later still", Duration.ofDays(8)), job("now", Duration.ZERO)));
    assertThat(calls).hasValue(1);
    queue.enqueue(List.of(job("later", Duration.ZERO)));
    assertThat(calls).hasValue(2);
    subscription.close();
  }

  private static Job job(String key, Duration delay) {
    return Job.builder("k", "s", Key.utf8(key)).delay(delay).build();
  }
}
