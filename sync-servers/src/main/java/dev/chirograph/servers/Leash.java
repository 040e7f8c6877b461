package dev.chirograph.servers;

import java.io.IOException;
import java.util.Arrays;

/**
 * Runs another main class and ends the JVM as soon as standard input ends. The parent holds the
 * other end of it, so the child goes even when the parent is killed.
 */
final class Leash {
  private Leash() {}

  /** The first argument is the main class, the rest are its own. */
  public static void main(String[] arguments) throws ReflectiveOperationException {
    Thread watch = new Thread(Leash::exitAtEndOfInput, "leash");
    watch.setDaemon(true);
    watch.start();
    Class.forName(arguments[0])
        .getMethod("main", String[].class)
        .invoke(null, (Object) Arrays.copyOfRange(arguments, 1, arguments.length));
  }

  private static void exitAtEndOfInput() {
    try {
      while (System.in.read() >= 0) {
        // Nobody writes; only the end counts.
      }
    } catch (IOException e) {
      // An unreadable input has ended too.
    }
    System.exit(0);
  }
}
