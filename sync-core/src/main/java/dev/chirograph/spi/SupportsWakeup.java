package dev.chirograph.spi;

/** A queue that tells when work arrives, so that workers need not wait for their next poll. */
public interface SupportsWakeup {

  /**
   * Calls back soon after jobs were enqueued by anybody, from any thread, possibly too often and,
   * when a connection is lost, sometimes not at all: polling stays necessary.
   *
   * @return closing it ends the calls
   */
  Subscription onWork(Runnable wake);

  /** A subscription that can be ended. Closing twice is harmless. */
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
