package dev.chirograph.servers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports below those that the kernel gives to clients, so that a found one is still free when the
 * server takes it.
 */
final class FreePort {
  private static final int SPAN = 4_000;
  private static final int ATTEMPTS = 100;

  private FreePort() {}

  static int from(int first) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int port = first + ThreadLocalRandom.current().nextInt(SPAN);
      if (isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException("no free port from " + first + " to " + (first + SPAN - 1));
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException taken) {
      return false;
    }
  }
}
