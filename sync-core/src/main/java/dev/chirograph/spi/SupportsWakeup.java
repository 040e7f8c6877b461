package dev.chirograph.spi;

/** A queue or a log that tells when something arrives, so that nobody need wait for a poll. */
public interface SupportsWakeup {

  /**
   * Calls back soon after jobs were enqueued that may be done at once, or something new was written
   * to the log, by anybody; from any thread, possibly too often and, when a connection is lost,
   * sometimes not at all: polling stays necessary, also for jobs that have to wait first.
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
