package dev.chirograph.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** A server that answers with the very bytes it is told to, and cuts the connection then. */
final class Canned implements AutoCloseable {

  private final ServerSocket server;
  private final Function<String, Script> scripts;
  private final List<String> requests = new CopyOnWriteArrayList<>();

  /** What is sent. */
  interface Script {
    void send(OutputStream out) throws IOException, InterruptedException;
  }

  private Canned(Function<String, Script> scripts) {
    this.scripts = scripts;
    try {
      this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread thread = new Thread(this::serve, "canned");
    thread.setDaemon(true);
    thread.start();
  }

  /** Answers every request with these bytes. */
  static Canned answering(String... answer) {
    return running(out -> out.write(String.join("\r\n", answer).getBytes(ISO_8859_1)));
  }

  /** Answers every request in this way. */
  static Canned running(Script script) {
    return new Canned(path -> script);
  }

  /** Answers with what is told for the path and query. */
  static Canned byPath(Function<String, String> answers) {
    return new Canned(path -> out -> out.write(answers.apply(path).getBytes(ISO_8859_1)));
  }

  /** An answer that is whole. */
  static String ok(String type, String body) {
    return "HTTP/1.1 200 OK\r\nContent-Type: "
        + type
        + "\r\nConnection: close\r\nContent-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  String base() {
    return "http://localhost:" + port();
  }

  int port() {
    return server.getLocalPort();
  }

  /** The heads of the requests so far. */
  List<String> requests() {
    return requests;
  }

  private void serve() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Thread thread = new Thread(() -> answer(socket), "canned-answer");
        thread.setDaemon(true);
        thread.start();
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void answer(Socket connection) {
    try (Socket socket = connection) {
      String head = head(socket.getInputStream());
      if (head.isEmpty()) {
        return;
      }
      requests.add(head);
      scripts.apply(head.split(" ", 3)[1]).send(socket.getOutputStream());
      socket.getOutputStream().flush();
      socket.shutdownOutput();
      socket.getInputStream().readAllBytes();
    } catch (IOException e) {
      // The client has gone: it knows why.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        return "";
      }
      head.write(next);
    }
    return head.toString(ISO_8859_1);
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
