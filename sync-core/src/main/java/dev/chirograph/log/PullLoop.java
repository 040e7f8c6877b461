package dev.chirograph.log;

import dev.chirograph.SyncException;
import dev.chirograph.log.LogAnswer.Pulled;
import dev.chirograph.log.LogRequest.Pull;
import dev.chirograph.spi.ReplicaLog.Page;
import dev.chirograph.spi.ReplicaLog.Validity;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives the link to one peer: asks, takes the answer, waits, and begins again. A peer that fails
 * is asked again after a pause that grows, and disturbs no other.
 *
 * <p>Safe for use by several threads: one request is under way at a time.
 */
final class PullLoop implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(PullLoop.class);

  private final String name;
  private final LogPeer peer;
  private final LogLink link;
  private final Counters counters;
  private final LogSettings settings;
  private final Runnable back;
  private final Changes wake = new Changes();
  private final Object taking = new Object();
  private final AtomicBoolean resync = new AtomicBoolean();
  private volatile boolean paused;
  private volatile boolean retired;
  private volatile boolean closed;
  private Instant compared = Instant.MIN;
  private int failures;
  private volatile boolean failing;
  private volatile boolean foundNothing;

  // What is known of the peer, for whoever asks.
  private volatile boolean comparing;
  private volatile long lagItems;
  private volatile @Nullable Instant level;
  private volatile @Nullable Instant success;
  private volatile @Nullable String error;

  /**
   * A loop that was not started.
   *
   * @param back what is done when the peer answers again after a failure
   */
  PullLoop(
      String name,
      LogPeer peer,
      LogLink link,
      Counters counters,
      LogSettings settings,
      Runnable back) {
    this.name = name;
    this.peer = peer;
    this.link = link;
    this.counters = counters;
    this.settings = settings;
    this.back = back;
  }

  String name() {
    return name;
  }

  @Override
  public void run() {
    while (!closed) {
      long counted = wake.count();
      Duration pause = turn();
      try {
        if (!closed && !pause.isZero()) {
          wake.await(counted, pause);
        }
      } catch (InterruptedException e) {
        disregarded();
      }
    }
  }

  /** Only closing ends the loop, and it has said so before it interrupts. */
  private void disregarded() {
    if (!closed) {
      LOG.warn("the thread that pulls from {} was interrupted by somebody else, and goes on", name);
    }
  }

  /** One request; answers how long to wait before the next. */
  private Duration turn() {
    if (paused || retired) {
      return settings.poll();
    }
    long began = settings.pacing().nanoTime();
    try {
      return step(settings.patience()) ? Duration.ZERO : rest(began);
    } catch (RuntimeException | Error e) { // an error of a host's code must not end the loop
      if (closed) {
        return Duration.ZERO;
      }
      SyncException why = SyncException.of(e);
      LOG.debug("pulling from {} failed", name, e);
      settings.listen(listener -> listener.peerFailed(name, why));
      return settings.retries().pause(failures, settings.random());
    }
  }

  /** What is left of the interval when a peer did not wait with its empty page. */
  private Duration rest(long began) {
    Duration left = settings.poll().minusNanos(settings.pacing().nanoTime() - began);
    return foundNothing && !left.isNegative() ? left : Duration.ZERO;
  }

  /**
   * One request.
   *
   * @param patience how long the peer may wait with an empty page, at most
   * @return whether there is more to do at once
   * @throws SyncException when it failed
   */
  synchronized boolean step(Duration patience) {
    try {
      compareWhenDue();
      LogRequest request = link.next();
      boolean more = taken(request, peer.call(within(patience, request)));
      comparing = link.comparing();
      // While a comparison fails again and again, what succeeds in between makes no success.
      failures = comparing ? failures : 0;
      boolean failed = failing;
      failing = false;
      if (failed) {
        back.run();
      }
      return more;
    } catch (RuntimeException | Error e) {
      SyncException why = SyncException.of(e);
      link.failed(why);
      failures++;
      failing = true;
      error = why.summary();
      throw e;
    }
  }

  private void compareWhenDue() {
    Instant now = settings.clock().instant();
    boolean asked = resync.getAndSet(false);
    boolean first = compared.equals(Instant.MIN);
    boolean due = now.isAfter(compared.plus(settings.compareEvery()));
    if (asked || (due && !first)) {
      link.compare();
      comparing = true;
    }
    if (asked || due) { // the first one comes after the interval, unless somebody asks for it
      compared = now;
    }
  }

  private static LogRequest within(Duration patience, LogRequest request) {
    return request instanceof Pull pull && pull.patience().compareTo(patience) > 0
        ? new Pull(pull.after(), pull.gap(), pull.limit(), pull.maxBytes(), patience)
        : request;
  }

  private boolean taken(LogRequest request, LogAnswer answer) {
    synchronized (taking) {
      if (retired) {
        link.failed();
        return false;
      }
      boolean more = link.answered(request, answer);
      heard(answer);
      return more;
    }
  }

  private void heard(LogAnswer answer) {
    Instant now = settings.clock().instant();
    success = now;
    error = null;
    foundNothing = false;
    if (answer instanceof Pulled pulled) {
      Page page = pulled.page();
      foundNothing = page.items().isEmpty();
      lagItems = left(page);
      if (page.reachesHead()) {
        level = now;
      }
      settings.listen(
          listener -> listener.lag("log of " + name, lagItems, lag(now).orElse(Duration.ZERO)));
    }
  }

  /** Where the peer does not know the place, all that it has is still to be looked at. */
  private static long left(Page page) {
    long head = page.bounds().head().number();
    return page.validity() == Validity.OK ? Math.max(0, head - page.next().number()) : head;
  }

  private Optional<Duration> lag(Instant now) {
    Instant last = level;
    return last == null
        ? Optional.empty()
        : Optional.of(isLevel() ? Duration.ZERO : Duration.between(last, now));
  }

  private boolean isLevel() {
    return lagItems == 0 && error == null && !paused;
  }

  PeerStatus status() {
    return new PeerStatus(
        name,
        paused,
        resync.get() || comparing,
        lagItems,
        lag(settings.clock().instant()),
        counters.merged(),
        counters.refused(),
        counters.pushed(),
        counters.dropped(),
        Optional.ofNullable(success),
        Optional.ofNullable(error));
  }

  void pause() {
    paused = true;
  }

  void resume() {
    paused = false;
    wake.grew();
  }

  /** The peer has just called: if it could not be reached before, it is worth another try. */
  void nudge() {
    if (failing) {
      wake.grew();
    }
  }

  void resync() {
    resync.set(true);
    wake.grew();
  }

  /** Takes nothing from the peer any more, not even what is on its way. */
  void retire() {
    synchronized (taking) {
      retired = true;
    }
  }

  boolean isRetired() {
    return retired;
  }

  void close() {
    closed = true;
    wake.grew();
  }
}
