package dev.chirograph.benchmarks;

import dev.chirograph.Key;
import dev.chirograph.SyncListener;
import java.lang.management.ManagementFactory;

/** Hears of the moves that are made, and remembers when. Safe for use by several threads. */
final class Moves implements SyncListener {

  private long start;
  private Key last = Key.utf8("-");
  private int some;
  private long made;
  private long begun;
  private double first;
  private double ofSome;
  private double ofBegun;
  private double age;

  /** Counts anew. */
  synchronized void begin(RelocateRun.Command command) {
    start = System.nanoTime();
    last = Key.utf8(HandlesTable.id(command.last()));
    some = command.some();
    made = 0;
    begun = 0;
    first = 0;
    ofSome = 0;
    ofBegun = 0;
  }

  @Override
  public synchronized void itemDone(ItemEvent event) {
    if (event.result() != ItemResult.UPDATED) {
      return;
    }
    double now = (System.nanoTime() - start) / 1e6;
    made++;
    if (made == 1) {
      first = now;
      age = ManagementFactory.getRuntimeMXBean().getUptime();
    }
    if (made == some) {
      ofSome = now;
    }
    if (event.key().compareTo(last) <= 0) {
      begun++;
      ofBegun = now;
    }
    notifyAll();
  }

  /** Returns when so many moves were made, and so many of those that had begun before. */
  synchronized void await(long all, long begunBefore) throws InterruptedException {
    while (made < all || begun < begunBefore) {
      wait();
    }
  }

  synchronized long made() {
    return made;
  }

  synchronized double firstMillis() {
    return first;
  }

  synchronized double someMillis() {
    return ofSome;
  }

  synchronized double begunMillis() {
    return ofBegun;
  }

  synchronized double ageMillis() {
    return age;
  }
}
