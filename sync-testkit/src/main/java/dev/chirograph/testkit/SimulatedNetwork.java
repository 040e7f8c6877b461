package dev.chirograph.testkit;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.SplittableRandom;

/**
 * Time that jumps from event to event, and a network between nodes that loses, repeats, delays and
 * reorders messages and may be cut in two. All of it follows from a seed; for one thread.
 */
final class SimulatedNetwork {

  private static final int SLOW = 20;

  private final SplittableRandom random;
  private final Queue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
  private final double lost;
  private final double twice;
  private final int delay;
  private long now;
  private long scheduled;
  private long group;
  private boolean calm;
  private long sent;

  private record Event(long at, long number, Runnable action) {}

  /**
   * A network.
   *
   * @param lost what part of the messages does not arrive, from 0 to 1
   * @param twice what part arrives twice
   * @param delay how many milliseconds a message takes at most, as a rule
   */
  SimulatedNetwork(SplittableRandom random, double lost, double twice, int delay) {
    this.random = random;
    this.lost = lost;
    this.twice = twice;
    this.delay = delay;
  }

  /** Milliseconds since the beginning. */
  long now() {
    return now;
  }

  /** How many messages were sent. */
  long sent() {
    return sent;
  }

  /** Does something later. */
  void in(long millis, Runnable action) {
    events.add(new Event(now + millis, scheduled++, action));
  }

  /** Lets so much time pass, and happen what happens meanwhile. */
  void pass(long millis) {
    long end = now + millis;
    while (!events.isEmpty() && events.peek().at() <= end) {
      next();
    }
    now = end;
  }

  /** Lets everything happen that was to happen; what happens then must come to an end. */
  void drain() {
    while (!events.isEmpty()) {
      next();
    }
  }

  private void next() {
    Event event = events.remove();
    now = Math.max(now, event.at());
    event.action().run();
  }

  /** From now on nothing is lost, repeated, slow or cut off any more. */
  void calm() {
    calm = true;
    heal();
  }

  boolean isCalm() {
    return calm;
  }

  /** Nodes on different sides do not reach each other. */
  void cut(long sides) {
    group = sides;
  }

  void heal() {
    group = 0;
  }

  private boolean reaches(int from, int to) {
    return ((group >>> from) & 1) == ((group >>> to) & 1);
  }

  /** Sends a message; it is delivered never, once or twice. */
  void send(int from, int to, Runnable delivery) {
    sent++;
    if (calm) {
      in(1, delivery);
      return;
    }
    if (random.nextDouble() < lost) {
      return;
    }
    deliver(from, to, delivery);
    if (random.nextDouble() < twice) {
      deliver(from, to, delivery);
    }
  }

  private void deliver(int from, int to, Runnable delivery) {
    int most = random.nextInt(SLOW) == 0 ? delay * SLOW : delay;
    in(
        1 + random.nextInt(most),
        () -> {
          if (reaches(from, to)) {
            delivery.run();
          }
        });
  }
}
