package dev.chirograph.examples.offices;

import java.util.Locale;

/** Tells people what happens, and when. */
final class Say {

  private final long begun = System.nanoTime();
  private int steps;

  /** Opens the next step. */
  void step(String title) {
    steps++;
    System.out.printf(Locale.ROOT, "%n%5.1f s  %d. %s%n", seconds(), steps, title);
  }

  void line(String format, Object... values) {
    System.out.printf(Locale.ROOT, "         " + format + "%n", values);
  }

  /** Since the beginning. */
  double seconds() {
    return (System.nanoTime() - begun) / 1e9;
  }
}
