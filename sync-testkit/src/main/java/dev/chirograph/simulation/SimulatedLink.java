package dev.chirograph.simulation;

import dev.chirograph.DeleteLimit;
import dev.chirograph.SyncException;
import dev.chirograph.SyncException.Kind;
import dev.chirograph.log.LogAnswer;
import dev.chirograph.log.LogLink;
import dev.chirograph.log.LogRequest;
import java.time.Duration;
import java.util.Optional;

/** The link of a process to one neighbour, and whoever drives it. */
final class SimulatedLink {

  private static final int TIMEOUT = 400;
  private static final int POLL = 60;
  private static final int ENDLESS = 10_000;

  private final SimulatedProcess from;
  private final SimulatedNode node;
  private final SimulatedNode to;
  private final LogLink link;
  private final int during;
  private Optional<LogRequest> waiting = Optional.empty();
  private long calls;

  SimulatedLink(SimulatedProcess from, SimulatedNode to) {
    this.from = from;
    this.node = from.node;
    this.to = to;
    this.during = from.life();
    LogLink.Options options =
        new LogLink.Options(
            1 + from.random.nextInt(6),
            1 << 20,
            Duration.ZERO,
            DeleteLimit.of(Long.MAX_VALUE, 1).allowEmptySource(),
            item -> {},
            (item, why) -> {
              node.tally.count(Happening.REFUSED);
              node.trace.accept(from.name + " refuses " + item.key() + " of " + to.name);
            });
    this.link = LogLink.of(from.log(), to.name, options);
  }

  SimulatedNode to() {
    return to;
  }

  void compare() {
    node.tally.count(Happening.COMPARISON);
    link.compare();
  }

  private boolean isOver() {
    return !from.lives(during) || !from.has(this) || node.network.isCalm();
  }

  void tick() {
    if (isOver()) {
      return;
    }
    waiting = from.attempt(link::next);
    if (waiting.isEmpty()) {
      later();
      return;
    }
    LogRequest request = waiting.get();
    long call = ++calls;
    node.network.send(node.number, to.number, () -> ask(request));
    node.network.in(TIMEOUT, () -> timedOut(call));
  }

  private void later() {
    node.network.in(1 + from.random.nextInt(POLL), this::tick);
  }

  private void ask(LogRequest request) {
    to.answer(node, request)
        .ifPresent(
            answer -> node.network.send(to.number, node.number, () -> answered(request, answer)));
  }

  private void timedOut(long call) {
    if (!isOver() && waiting.isPresent() && call == calls) {
      waiting = Optional.empty();
      link.failed();
      later();
    }
  }

  /** Late and repeated answers come here, too. */
  private void answered(LogRequest request, LogAnswer answer) {
    if (!from.lives(during) || !from.has(this)) {
      return;
    }
    boolean more = take(request, answer);
    if (waiting.isPresent() && waiting.get() == request) {
      waiting = Optional.empty();
      node.network.in(more ? 1 : 1 + from.random.nextInt(2 * POLL), this::tick);
    }
  }

  private boolean take(LogRequest request, LogAnswer answer) {
    try {
      return from.attempt(() -> link.answered(request, answer)).orElse(true);
    } catch (SyncException e) {
      if (e.kind() != Kind.CONFLICT) {
        throw e;
      }
      node.tally.count(Happening.ANEW);
      node.trace.accept(
          from.name + " begins to compare with " + to.name + " again: " + e.getMessage());
      return true;
    }
  }

  /** Asks without a network in between until there is nothing more. */
  void finish() {
    link.failed();
    boolean more = true;
    for (int i = 0; more; i++) {
      if (i == ENDLESS) {
        throw new AssertionError("the link from " + from.name + " to " + to.name + " does not end");
      }
      LogRequest request = link.next();
      more = take(request, to.answer(node, request).orElseThrow());
    }
  }
}
