package dev.chirograph.log;

import dev.chirograph.SyncException;
import dev.chirograph.log.LogAnswer.Pulled;
import dev.chirograph.spi.ReplicaLog.Bounds;
import dev.chirograph.spi.ReplicaLog.Page;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
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
  private final Changes wake = new Changes();
  private volatile boolean paused;
  private volatile boolean closed;
  private volatile boolean resync;
  private Instant compared = Instant.MIN;
  private int failures;
  private volatile boolean failing;
  private volatile boolean arrived;

  // What is known of the peer, for whoever asks.
  private volatile long lagItems;
  private volatile @Nullable Instant level;
  private volatile @Nullable Instant success;
  private volatile @Nullable String error;

  PullLoop(String name, LogPeer peer, LogLink link, Counters counters, LogSettings settings) {
    this.name = name;
    this.peer = peer;
    this.link = link;
    this.counters = counters;
    this.settings = settings;
  }

  @Override
  public void run() {
    while (!closed) {
      long counted = wake.count();
      Duration pause = turn();
      try {
        if (!pause.isZero()) {
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
    if (paused) {
      return settings.poll();
    }
    Instant began = settings.clock().instant();
    try {
      if (step()) {
        return Duration.ZERO;
      }
      return arrived ? Duration.ZERO : rest(began);
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

  /** What is left of the interval when a peer does not wait with its empty page. */
  private Duration rest(Instant began) {
    Duration took = Duration.between(began, settings.clock().instant());
    if (took.isNegative()) { // a clock that was set back
      return settings.poll();
    }
    Duration left = settings.poll().minus(took);
    return left.isNegative() ? Duration.ZERO : left;
  }

  /**
   * One request.
   *
   * @return whether there is more to do at once
   * @throws SyncException when it failed
   */
  synchronized boolean step() {
    if (resync || settings.clock().instant().isAfter(compared.plus(settings.compareEvery()))) {
      // The first comparison comes after the interval, unless somebody asks for it.
      if (resync || !compared.equals(Instant.MIN)) {
        link.compare();
      }
      resync = false;
      compared = settings.clock().instant();
    }
    boolean more;
    try {
      LogRequest request = link.next();
      LogAnswer answer = peer.call(request);
      more = link.answered(request, answer);
      heard(answer, more);
    } catch (RuntimeException | Error e) {
      link.failed();
      failures++;
      failing = true;
      error = SyncException.of(e).summary();
      throw e;
    }
    failures = 0;
    failing = false;
    return more;
  }

  private void heard(LogAnswer answer, boolean more) {
    Instant now = settings.clock().instant();
    success = now;
    error = null;
    if (answer instanceof Pulled pulled) {
      Page page = pulled.page();
      arrived = !page.items().isEmpty();
      Bounds bounds = page.bounds();
      lagItems = more ? bounds.head().number() - page.next().number() : 0;
      if (!more) {
        level = now;
      }
      settings.listen(
          listener -> listener.lag("log of " + name, lagItems, lag(now).orElse(Duration.ZERO)));
    }
  }

  private Optional<Duration> lag(Instant now) {
    Instant last = level;
    return last == null
        ? Optional.empty()
        : Optional.of(lagItems == 0 && error == null ? Duration.ZERO : Duration.between(last, now));
  }

  PeerStatus status() {
    return new PeerStatus(
        name,
        paused,
        resync || link.comparing(),
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
    resync = true;
    wake.grew();
  }

  void close() {
    closed = true;
    wake.grew();
  }
}
