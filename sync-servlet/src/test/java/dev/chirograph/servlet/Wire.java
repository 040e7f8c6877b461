package dev.chirograph.servlet;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A network between a client and a server, which can be cut and listened to. */
final class Wire implements AutoCloseable {

  private final ServerSocket listening;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
  private volatile int server;
  private volatile boolean cut;
  private volatile long breakAfter = Long.MAX_VALUE;

  Wire() {
    try {
      listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start(this::accept);
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "wire");
    thread.setDaemon(true);
    thread.start();
  }

  void leadTo(int port) {
    server = port;
  }

  /** The address of the log of the node at its end. */
  String base() {
    return "http://localhost:" + listening.getLocalPort() + "/app/sync";
  }

  /** From now on nothing comes through, and nobody is told. */
  void cut() {
    cut = true;
    open.forEach(Wire::close);
  }

  void heal() {
    cut = false;
    open.forEach(Wire::close);
  }

  /** The next answers break off behind so many bytes. */
  void breakAfter(long bytes) {
    breakAfter = bytes;
  }

  /** All that clients have sent so far. */
  synchronized byte[] heard() {
    return heard.toByteArray();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listening.accept();
        open.add(client);
        if (!cut) {
          Socket to = new Socket(InetAddress.getLoopbackAddress(), server);
          open.add(to);
          start(() -> pump(client, to, true, Long.MAX_VALUE));
          start(() -> pump(to, client, false, breakAfter));
        }
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void pump(Socket from, Socket to, boolean listen, long most) {
    byte[] buffer = new byte[1 << 14];
    long left = most;
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0 && left > 0; read = in.read(buffer)) {
        left -= read;
        if (listen) {
          hear(buffer, read);
        }
        out.write(buffer, 0, read);
      }
    } catch (IOException e) {
      // one of both has gone, and so does the other
    }
    close(from);
    close(to);
  }

  private synchronized void hear(byte[] bytes, int number) {
    heard.write(bytes, 0, number);
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      listening.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    open.forEach(Wire::close);
  }
}
