package dev.chirograph.servers;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Percona's tools for MariaDB, where {@code scripts/percona-toolkit.sh install} has been called.
 */
public final class PerconaToolkit {

  private PerconaToolkit() {}

  /** Whether there is anything to run. */
  public static boolean isAvailable() {
    try {
      Process process =
          new ProcessBuilder(script(), "installed")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** One of the tools, to be started. */
  public static ProcessBuilder tool(String name, List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(script(), "run", name));
    command.addAll(arguments);
    return new ProcessBuilder(command);
  }

  private static String script() {
    return Provisions.script("percona-toolkit.sh").toString();
  }
}
