package dev.chirograph.testkit;

import dev.chirograph.memory.MemoryBackend;
import dev.chirograph.spi.WorkQueue;
import java.time.Duration;

class MemoryQueueTest extends WorkQueueConformance {

  private final ManualClock clock = ManualClock.create();
  private final MemoryBackend backend = MemoryBackend.create(clock);

  @Override
  protected WorkQueue open(String tenant, String name) {
    return backend.queue(tenant, name);
  }

  @Override
  protected void advance(Duration time) {
    clock.advance(time);
  }
}
