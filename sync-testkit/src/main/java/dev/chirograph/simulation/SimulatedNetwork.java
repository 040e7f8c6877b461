package dev.chirograph.simulation;

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
  private final Terms terms;
  private final Tally tally;
  private final Queue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
  private long now;
  private long scheduled;
  private long sides;
  private boolean oneWay;
  private boolean calm;

  private record Event(long at, long number, Runnable action) {}

  SimulatedNetwork(SplittableRandom random, Terms terms, Tally tally) {
    this.random = random;
    this.terms = terms;
    this.tally = tally;
  }

  /** Milliseconds since the beginning. */
  long now() {
    return now;
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

  /**
   * Nodes on different sides do not reach each other.
   *
   * @param bits the side of each node
   * @param only whether only the first side does not reach the second
   */
  void cut(long bits, boolean only) {
    sides = bits;
    oneWay = only;
    tally.count(Happening.CUT);
  }

  void heal() {
    sides = 0;
  }

  private boolean reaches(int from, int to) {
    long here = (sides >>> from) & 1;
    long there = (sides >>> to) & 1;
    return here == there || (oneWay && here == 1);
  }

  /** Sends a message; it is delivered never, once or twice. */
  void send(int from, int to, Runnable delivery) {
    tally.count(Happening.SENT);
    if (calm) {
      in(1, delivery);
      return;
    }
    if (random.nextDouble() < terms.lost()) {
      tally.count(Happening.LOST);
      return;
    }
    deliver(from, to, delivery);
    if (random.nextDouble() < terms.twice()) {
      tally.count(Happening.REPEATED);
      deliver(from, to, delivery);
    }
  }

  private void deliver(int from, int to, Runnable delivery) {
    boolean slow = random.nextInt(SLOW) == 0;
    if (slow) {
      tally.count(Happening.DELAYED);
    }
    in(
        1 + random.nextInt(slow ? terms.delay() * SLOW : terms.delay()),
        () -> {
          if (reaches(from, to)) {
            delivery.run();
          } else {
            tally.count(Happening.CUT_OFF);
          }
        });
  }
}
