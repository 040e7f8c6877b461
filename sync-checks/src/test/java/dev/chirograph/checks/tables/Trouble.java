package dev.chirograph.checks.tables;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** What becomes of a request. */
enum Trouble {
  NONE(0),
  /** The connection breaks before the server has heard of it. */
  CUT(0),
  /** The server has done it, and nobody hears of that. */
  LOST_REPLY(0),
  /** The connection breaks in the middle of the answer. */
  BROKEN_ANSWER(0),
  /** Half of the answer comes, and looks like the whole. */
  HALF_AN_ANSWER(0),
  /** Nobody answers in time; the server does it when the caller has given up. */
  LATE(0),
  /** Somebody in between answers with a page. */
  WELCOME(200),
  MALFORMED(400),
  UNAUTHORIZED(401),
  FORBIDDEN(403),
  NOTHING_THERE(404),
  OTHER_METHOD(405),
  TOO_LARGE(413),
  SLOWLY(429),
  FAULT(500),
  UNAVAILABLE(503);

  private final int status;

  Trouble(int status) {
    this.status = status;
  }

  /**
   * Treats a request in this way.
   *
   * @param untilLater waits until nobody waits for the answer any more
   */
  void treat(HttpExchange exchange, byte[] body, HttpHandler server, Runnable untilLater)
      throws IOException {
    Recorded answer = new Recorded(exchange, body);
    switch (this) {
      case CUT -> throw new IOException("cut");
      case LATE -> {
        untilLater.run();
        server.handle(answer);
        throw new IOException("late");
      }
      case LOST_REPLY -> {
        server.handle(answer);
        throw new IOException("lost");
      }
      case NONE -> {
        server.handle(answer);
        answer.send();
      }
      case HALF_AN_ANSWER -> {
        server.handle(answer);
        answer.sendHalf();
      }
      case BROKEN_ANSWER -> {
        server.handle(answer);
        answer.sendHalfAndBreak();
      }
      default -> page(exchange);
    }
  }

  /** Not one of ours. */
  private void page(HttpExchange exchange) throws IOException {
    byte[] page = "<html><body>secret of a proxy</body></html>".getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/html");
    if (this == SLOWLY || this == UNAVAILABLE) {
      exchange.getResponseHeaders().set("Retry-After", "17");
    }
    exchange.sendResponseHeaders(status, page.length);
    exchange.getResponseBody().write(page);
    exchange.close();
  }
}
