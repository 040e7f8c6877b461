package dev.chirograph.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Passes bytes on to a server on this machine, at once or as late as a slow link would, and counts
 * them, headers included.
 */
final class CountingRelay implements AutoCloseable {

  private final ServerSocket server;
  private final int to;
  private final Duration delay;
  private final LongAdder bytes = new LongAdder();

  /** What was read, and when it arrives; the end where there are no bytes. */
  private static final class Chunk {
    private final byte[] bytes;
    private final long due;

    Chunk(byte[] bytes, long due) {
      this.bytes = bytes;
      this.due = due;
    }
  }

  private CountingRelay(ServerSocket server, int to, Duration delay) {
    this.server = server;
    this.to = to;
    this.delay = delay;
  }

  static CountingRelay to(int port) throws IOException {
    return to(port, Duration.ZERO);
  }

  /**
   * Starts.
   *
   * @param delay of all bytes, in each direction
   */
  static CountingRelay to(int port, Duration delay) throws IOException {
    CountingRelay relay =
        new CountingRelay(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), port, delay);
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
    if (!delay.isZero()) {
      passLate(from, into);
      return;
    }
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

  private void passLate(Socket from, Socket into) {
    BlockingQueue<Chunk> underway = new LinkedBlockingQueue<>();
    daemon(() -> deliver(underway, into));
    byte[] buffer = new byte[1 << 16];
    try (from) {
      InputStream in = from.getInputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        underway.add(new Chunk(Arrays.copyOf(buffer, read), System.nanoTime() + delay.toNanos()));
        bytes.add(read);
      }
    } catch (IOException e) {
      // Either side has ended.
    }
    underway.add(new Chunk(new byte[0], System.nanoTime() + delay.toNanos()));
  }

  private static void deliver(BlockingQueue<Chunk> underway, Socket into) {
    try (into) {
      OutputStream out = into.getOutputStream();
      for (Chunk next = underway.take(); next.bytes.length > 0; next = underway.take()) {
        TimeUnit.NANOSECONDS.sleep(next.due - System.nanoTime());
        out.write(next.bytes);
      }
    } catch (IOException e) {
      // The other side has ended.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
