package dev.chirograph.jdbc;

import dev.chirograph.spi.SupportsWakeup.Subscription;
import java.util.concurrent.atomic.AtomicBoolean;

/** A subscription inside this process and to others. */
final class ListeningSubscription implements Subscription {

  private final Subscription inProcess;
  private final Notifications remote;
  private final AtomicBoolean open = new AtomicBoolean(true);

  ListeningSubscription(Subscription inProcess, Notifications remote) {
    this.inProcess = inProcess;
    this.remote = remote;
  }

  @Override
  public void close() {
    if (open.getAndSet(false)) {
      inProcess.close();
      remote.unsubscribe();
    }
  }
}
