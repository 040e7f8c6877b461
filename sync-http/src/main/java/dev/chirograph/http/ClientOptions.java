package dev.chirograph.http;

import dev.chirograph.SyncException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How requests are made, whatever is asked for. Not safe for use by several threads. */
final class ClientOptions {

  private @Nullable HttpClient client;
  private Duration connectTimeout = Duration.ofSeconds(10);
  private Duration timeout;
  private long mostAnswer;
  private int mostHeaders = 16 << 10;
  private boolean gzip = true;

  ClientOptions(Duration timeout, long mostAnswer) {
    this.timeout = timeout;
    this.mostAnswer = mostAnswer;
  }

  void client(HttpClient value) {
    client = Objects.requireNonNull(value, "value");
  }

  void connectTimeout(Duration atMost) {
    connectTimeout = positive(atMost, "time to connect");
  }

  void timeout(Duration atMost) {
    timeout = positive(atMost, "time for an answer");
  }

  private static Duration positive(Duration time, String what) {
    if (time.toMillis() < 1) {
      throw SyncException.invalid("the " + what + " is at least a millisecond, not " + time);
    }
    return time;
  }

  void answerLimit(long bytes) {
    if (bytes < 1) {
      throw SyncException.invalid("an answer has to be allowed 1 byte at least, not " + bytes);
    }
    mostAnswer = bytes;
  }

  void headerLimit(int characters) {
    if (characters < 1) {
      throw SyncException.invalid("headers have to be allowed some room, not " + characters);
    }
    mostHeaders = characters;
  }

  void withoutGzip() {
    gzip = false;
  }

  Duration timeout() {
    return timeout;
  }

  long mostAnswer() {
    return mostAnswer;
  }

  boolean gzip() {
    return gzip;
  }

  /**
   * Sends requests to a server.
   *
   * @param server its name, for messages
   * @throws SyncException of kind INVALID_ARGUMENT when the client follows redirects
   */
  Sender sender(String server, URI base) {
    if (client == null) {
      return new Sender(server, Sender.client(base, connectTimeout), mostHeaders);
    }
    Sender.checkRedirects(client, server);
    return new Sender(server, client, mostHeaders);
  }
}
