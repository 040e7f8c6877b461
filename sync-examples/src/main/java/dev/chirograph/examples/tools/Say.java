package dev.chirograph.examples.tools;

import java.io.PrintStream;
import java.util.Locale;

/** Tells people what happens and how long it takes. */
public final class Say {

  private final long begun = System.nanoTime();
  private final PrintStream out;
  private int steps;
  private long since = System.nanoTime();

  public Say(PrintStream out) {
    this.out = out;
  }

  /** Opens the next step. */
  public void step(String title) {
    steps++;
    since = System.nanoTime();
    out.printf("%n%d. %s%n", steps, title);
  }

  /** Closes the last step. */
  public void end(String verdict) {
    out.printf(Locale.ROOT, "%n%s %.1f s in all.%n", verdict, (System.nanoTime() - begun) / 1e9);
  }

  public void line(String format, Object... values) {
    out.printf(Locale.ROOT, "   " + format + "%n", values);
  }

  /** Says that so many items took the time since the step was opened. */
  public void pace(String what, long items) {
    double seconds = seconds();
    line("%s in %.1f s, %,.0f objects/s", what, seconds, items / Math.max(0.001, seconds));
  }

  /** The seconds since the step was opened. */
  public double seconds() {
    return (System.nanoTime() - since) / 1e9;
  }

  public PrintStream out() {
    return out;
  }
}
