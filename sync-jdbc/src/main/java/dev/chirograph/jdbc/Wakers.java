package dev.chirograph.jdbc;

import dev.chirograph.spi.SupportsWakeup.Subscription;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Those who want to know when work arrives. Safe for use by several threads. */
final class Wakers {

  private static final Logger LOG = LoggerFactory.getLogger(Wakers.class);

  private final List<Waker> wakers = new CopyOnWriteArrayList<>();

  /** Each is itself, even if its action is subscribed twice. */
  private static final class Waker {
    private final Runnable action;
    private volatile boolean open = true;

    private Waker(Runnable action) {
      this.action = action;
    }
  }

  Subscription add(Runnable action) {
    Waker waker = new Waker(action);
    wakers.add(waker);
    return () -> {
      waker.open = false; // somebody may be waking them all at this moment
      wakers.remove(waker);
    };
  }

  void wake() {
    for (Waker waker : wakers) {
      try {
        if (waker.open) {
          waker.action.run();
        }
      } catch (RuntimeException e) {
        // The jobs are in the queue, and the others want to know.
        LOG.warn("A subscriber failed when it was woken; it finds the work by polling", e);
      }
    }
  }
}
