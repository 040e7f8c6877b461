package dev.chirograph.relocate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chirograph.Key;
import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.memory.MemoryQueue;
import dev.chirograph.spi.Job;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PausingQueueTest {

  private final MemoryQueue queue = MemoryBackend.create().queue("tenant", "queue");
  private final AtomicBoolean paused = new AtomicBoolean(true);
  private final PausingQueue pausing = new PausingQueue(queue, paused::get);
  private final AtomicInteger woken = new AtomicInteger();

  @Test
  void whoWaitsIsWokenWhenAPauseEndsAndNotAfterItWentAway() {
    var subscription = pausing.onWork(woken::incrementAndGet);
    pausing.wake();
    assertThat(woken).hasValue(1);
    subscription.close();
    pausing.wake();
    assertThat(woken).hasValue(1);
  }

  @Test
  void thereIsNoWorkDuringAPause() {
    pausing.enqueue(List.of(Job.builder("kind", "scope", Key.utf8("a")).build()));
    assertThat(pausing.lease("kind", 1, Duration.ofMinutes(1))).isEmpty();
    paused.set(false);
    assertThat(pausing.lease("kind", 1, Duration.ofMinutes(1))).isPresent();
  }
}
