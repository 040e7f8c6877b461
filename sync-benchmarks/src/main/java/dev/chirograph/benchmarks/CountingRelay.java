package dev.chirograph.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.LongAdder;

/** Passes bytes on to a server on this machine and counts them, headers included. */
final class CountingRelay implements AutoCloseable {

  private final ServerSocket server;
  private final int to;
  private final LongAdder bytes = new LongAdder();

  private CountingRelay(ServerSocket server, int to) {
    this.server = server;
    this.to = to;
  }

  static CountingRelay to(int port) throws IOException {
    CountingRelay relay =
        new CountingRelay(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), port);
    daemon(relay::accept);
    return relay;
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "relay");
    thread.setDaemon(true);
    thread.start();
  }

  int port() {
    return server.getLocalPort();
  }

  /** How many bytes went through so far, in both directions. */
  long bytes() {
    return bytes.sum();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket caller = server.accept();
        Socket callee = new Socket(InetAddress.getLoopbackAddress(), to);
        caller.setTcpNoDelay(true);
        callee.setTcpNoDelay(true);
        daemon(() -> pass(caller, callee));
        daemon(() -> pass(callee, caller));
      } catch (IOException e) {
        // Closed; a broken connection shows at the caller.
      }
    }
  }

  private void pass(Socket from, Socket into) {
    byte[] buffer = new byte[1 << 16];
    try (from;
        into) {
      InputStream in = from.getInputStream();
      OutputStream out = into.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        out.write(buffer, 0, read);
        bytes.add(read);
      }
    } catch (IOException e) {
      // Either side has ended.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
