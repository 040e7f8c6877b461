package dev.chirograph.http;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How many requests are answered at once, in all and for each customer, so that memory has a bound
 * and none keeps the others out. Safe for use by several threads.
 */
final class Permits {

  private final Semaphore all;
  private final int each;
  private final Map<String, Integer> held = new ConcurrentHashMap<>();

  Permits(int all, int each) {
    this.all = new Semaphore(all);
    this.each = each;
  }

  /**
   * Begins a request.
   *
   * @return what ends it
   * @throws RefusedException when there are too many
   */
  Permit begin(String customer) throws RefusedException {
    if (!all.tryAcquire()) {
      throw tooMany();
    }
    if (held.merge(customer, 1, Integer::sum) > each) {
      end(customer);
      throw tooMany();
    }
    AtomicBoolean begun = new AtomicBoolean(true);
    return () -> {
      if (begun.getAndSet(false)) {
        end(customer);
      }
    };
  }

  private void end(String customer) {
    held.computeIfPresent(customer, (name, number) -> number == 1 ? null : number - 1);
    all.release();
  }

  private static RefusedException tooMany() {
    return new RefusedException(
        Refusal.TOO_MANY, 429, "too many requests are being answered; ask again in a second");
  }

  /** A request that is being answered; to end it again does nothing. */
  interface Permit {
    void end();
  }
}
